// Which volume group a physical volume belongs to, from pvs(8). It is told to look at every device: the
// devices file and filters of this machine hide some on purpose, such as guests' disks.
import { z } from 'zod';
import { failed } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import type { Survey } from './survey.ts';
import { toolFailed, toolMissing } from './tool-missing.ts';

export type LvmMember = {
  readonly path: string;
  readonly group: string;
  /** Without dashes, as the device mapper writes it. */
  readonly groupUuid: string;
  readonly where: string;
};

const SOURCE = 'pvs';
const DEADLINE_MS = 10_000;
const EVERYTHING = 'devices { use_devicesfile=0 filter=["a|.*|"] global_filter=["a|.*|"] }';
const LAYOUT = ['--reportformat', 'json', '-o', 'pv_name,vg_name,vg_uuid'];
/** No locks: looking must neither wait for a running change nor hold one up. */
const ARGS = [...LAYOUT, '--nolocking', '--readonly', '--config', EVERYTHING];

export async function readLvmMembers(machine: Machine, signal: AbortSignal): Promise<Survey<LvmMember>> {
  const at = machine.clock.now();
  const result = await machine.runTool({ file: 'pvs', args: ARGS, deadlineMs: DEADLINE_MS, signal });
  // A physical volume is there, or nobody would have asked.
  if (result.state === 'missing') return { found: [], unread: [failed('no-tool', SOURCE, at)] };
  if (result.state !== 'ended') return { found: [], unread: [toolMissing(result, SOURCE, at)] };
  if (result.code !== 0) return { found: [], unread: [toolFailed(result.stderr, SOURCE, at)] };
  const found = parseLvmMembers(result.stdout);
  return found === undefined ? { found: [], unread: [failed('garbage', SOURCE, at)] } : { found, unread: [] };
}

const report = z.object({
  report: z.array(
    z.object({ pv: z.array(z.object({ pv_name: z.string(), vg_name: z.string(), vg_uuid: z.string() })) }),
  ),
});

function parseLvmMembers(json: string): readonly LvmMember[] | undefined {
  try {
    const parsed = report.safeParse(JSON.parse(json));
    if (!parsed.success) return undefined;
    return parsed.data.report
      .flatMap(({ pv }) => pv)
      .map(({ pv_name: path, vg_name: group, vg_uuid: uuid }) => ({
        path,
        group,
        groupUuid: uuid.replaceAll('-', ''),
        where: SOURCE,
      }));
  } catch {
    return undefined;
  }
}
