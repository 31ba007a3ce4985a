// LVM volume groups and thin pools, from vgs(8) and lvs(8). They read every physical volume, so
// seldom, and only where something says that there is any.
import { z } from 'zod';
import type { LvmFacts } from '../contracts/facts/pools.ts';
import { absent, failed, ok, type Missing, type Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { toolFailed, toolMissing } from './tool-missing.ts';

const DEADLINE_MS = 10_000;
const SOURCE = 'vgs, lvs';

export async function readLvm(
  machine: Machine,
  _previous: unknown,
  signal: AbortSignal,
): Promise<Reading<LvmFacts>> {
  const at = machine.clock.now();
  if (!(await isLikely(machine))) return absent('not-here', '/run/lvm', at);
  const ask = async (file: string, fields: string) =>
    machine.runTool({
      file,
      // No locks: reading must neither wait for a running change nor hold one up.
      args: ['--reportformat', 'json', '--units', 'b', '--nosuffix', '--nolocking', '-o', fields],
      deadlineMs: DEADLINE_MS,
      signal,
    });
  const groups = await ask('vgs', 'vg_name,vg_size,vg_free,vg_missing_pv_count');
  if (groups.state !== 'ended') return toolMissing(groups, SOURCE, at);
  const volumes = await ask('lvs', 'vg_name,lv_name,lv_size,lv_attr,data_percent,metadata_percent');
  if (volumes.state !== 'ended') return toolMissing(volumes, SOURCE, at);
  const refused = [groups, volumes].find(isRefused);
  if (refused !== undefined) return toolFailed(refused.stderr, SOURCE, at);
  return parseLvm(groups.stdout, volumes.stdout, SOURCE, machine.clock.now());
}

/** Without rights the tools find nothing and may call that a success. */
const isRefused = (result: { readonly code: number; readonly stderr: string }): boolean =>
  result.code !== 0 || /non-root user|Permission denied/.test(result.stderr);

async function isLikely(machine: Machine): Promise<boolean> {
  const runtime = await machine.listFolder('/run/lvm');
  // Only root may look inside; that it is there says enough.
  if (runtime.state !== 'absent') return true;
  const blocks = await machine.listFolder('/sys/block');
  return blocks.state === 'ok' && blocks.value.some((name) => name.startsWith('dm-'));
}

const count = z.string().regex(/^\d+$/).transform(Number);
/** Empty for volumes that have none, and for inactive ones. */
const percent = z.string().transform((text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : null));

const report = <T extends z.ZodType>(name: string, row: T) =>
  z
    .object({ report: z.array(z.record(z.string(), z.array(row))) })
    .transform(({ report: parts }) => parts.flatMap((part) => part[name] ?? []));

const groupReport = report(
  'vg',
  z.object({ vg_name: z.string(), vg_size: count, vg_free: count, vg_missing_pv_count: count }),
);
const volumeReport = report(
  'lv',
  z.object({
    vg_name: z.string(),
    lv_name: z.string(),
    lv_size: count,
    lv_attr: z.string(),
    data_percent: percent,
    metadata_percent: percent,
  }),
);

export function parseLvm(
  groupJson: string,
  volumeJson: string,
  source: string,
  at: number,
): Reading<LvmFacts> {
  const garbage = (): Missing => failed('garbage', source, at);
  try {
    const groups = groupReport.safeParse(JSON.parse(groupJson));
    const volumes = volumeReport.safeParse(JSON.parse(volumeJson));
    if (!groups.success || !volumes.success) return garbage();
    return ok(
      {
        groups: groups.data.map((group) => ({
          name: group.vg_name,
          size_bytes: group.vg_size,
          free_bytes: group.vg_free,
          missing_volumes: group.vg_missing_pv_count,
        })),
        thin_pools: volumes.data
          .filter(({ lv_attr: attributes }) => attributes.startsWith('t'))
          .map((volume) => ({
            group: volume.vg_name,
            name: volume.lv_name,
            size_bytes: volume.lv_size,
            data_percent: volume.data_percent,
            metadata_percent: volume.metadata_percent,
          })),
      },
      source,
      at,
    );
  } catch {
    return garbage();
  }
}
