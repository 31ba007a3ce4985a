// Mounts of every mount namespace: a disk that is mounted in a container is mounted, although this
// process's own table does not show it. Namespaces without any process, and lazily unmounted file
// systems, stand in no table: only an exclusive open finds those.
import { failed, type Missing } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { parseMountinfo, type Mount } from './mountinfo.ts';
import { readProcessIds } from './process-ids.ts';
import { isGone, type Survey } from './survey.ts';

export type PlacedMount = Mount & {
  /** The table that shows it. */
  readonly where: string;
};

const MAX_BYTES = 16 * 1024 * 1024;
const OWN_TABLE = '/proc/self/mountinfo';

export async function readAllMounts(machine: Machine): Promise<Survey<PlacedMount>> {
  const found: PlacedMount[] = [];
  const unread: Missing[] = [];
  const tables = await listTables(machine);
  unread.push(...tables.unread);
  const seen = new Set<string>();
  for (const path of tables.found) {
    const text = await machine.readText(path, { maxBytes: MAX_BYTES });
    // A process that has just ended took its table along; the others of its namespace show it.
    if (text.state !== 'ok') {
      if (!isGone(text)) unread.push(text);
      continue;
    }
    const mounts = parseMountinfo(text.value);
    const lines = text.value.split('\n').filter((line) => line !== '').length;
    if (mounts.length !== lines) {
      unread.push(failed('garbage', path, text.at, `${lines - mounts.length} lines of ${lines}`));
    }
    for (const mount of mounts) {
      // Mount numbers are the kernel's, the same in every table.
      const key = `${mount.id} ${mount.deviceNumber} ${mount.mountPoint}`;
      if (seen.has(key)) continue;
      seen.add(key);
      found.push({ ...mount, where: path });
    }
  }
  return { found, unread };
}

/**
 * One process for each pair of namespace and root: a table shows only what lies below the root of its
 * process, which `chroot` may have moved.
 */
async function listTables(machine: Machine): Promise<Survey<string>> {
  const processes = await readProcessIds(machine);
  if (processes.state !== 'ok') {
    return { found: [OWN_TABLE], unread: processes.state === 'failed' ? [processes] : [] };
  }
  const tables = new Map<string, string>();
  for (const pid of processes.value) {
    const namespace = await machine.readLink(`/proc/${pid}/ns/mnt`);
    if (isGone(namespace)) continue;
    const root = await machine.readLink(`/proc/${pid}/root`);
    // Which namespace it is may be a secret where its mounts are none: then its table is read for itself.
    const key =
      namespace.state === 'ok' && root.state === 'ok' ? `${namespace.value} ${root.value}` : String(pid);
    if (!tables.has(key)) tables.set(key, `/proc/${pid}/mountinfo`);
  }
  return { found: [OWN_TABLE, ...tables.values()], unread: [] };
}
