// Devices of imported ZFS pools, from `zpool list -vHPL`.
import { failed } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import type { Survey } from './survey.ts';
import { toolFailed, toolMissing } from './tool-missing.ts';

export type ZfsMember = { readonly pool: string; readonly path: string; readonly where: string };

const TABLE = '/proc/spl/kstat/zfs';
const SOURCE = 'zpool list -vHPL';
/** A suspended pool makes zpool(8) wait for ever. */
const DEADLINE_MS = 5000;

export async function readZfsMembers(machine: Machine, signal: AbortSignal): Promise<Survey<ZfsMember>> {
  const entries = await machine.listFolder(TABLE);
  if (entries.state === 'absent') return { found: [], unread: [] };
  if (entries.state === 'failed') return { found: [], unread: [entries] };
  const at = machine.clock.now();
  const result = await machine.runTool({
    file: 'zpool',
    args: ['list', '-vHPL'],
    deadlineMs: DEADLINE_MS,
    signal,
  });
  // The kernel has pools; a machine without the tool cannot tell of which disks.
  if (result.state === 'missing') return { found: [], unread: [failed('no-tool', SOURCE, at)] };
  if (result.state !== 'ended') return { found: [], unread: [toolMissing(result, SOURCE, at)] };
  if (result.code !== 0) return { found: [], unread: [toolFailed(result.stderr, SOURCE, at)] };
  return { found: parseZfsMembers(result.stdout), unread: [] };
}

/** A pool's line begins with its name, those of its devices with a tab. */
function parseZfsMembers(text: string): readonly ZfsMember[] {
  const found: ZfsMember[] = [];
  let pool = '';
  for (const line of text.split('\n')) {
    if (line !== '' && !/^\s/.test(line)) pool = line.split('\t')[0] ?? '';
    const path = /^\s+(\/\S+)/.exec(line)?.[1];
    if (path !== undefined) found.push({ pool, path, where: SOURCE });
  }
  return found;
}
