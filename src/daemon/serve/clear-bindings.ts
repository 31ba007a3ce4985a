// What starts that were killed have left of their sockets: a folder in which one was bound and never moved into
// place. Only what is surely of that kind goes: ours, with nothing else in it, and of no start that still runs.
import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';

export const BINDING_PREFIX = '.door-';
/** The name of a socket before it is moved. */
export const BOUND_NAME = 's';

/** A start takes a moment. */
const OLD_MS = 60_000;

/** What cannot be looked at or removed stays: it is in nobody's way. */
export async function clearBindings(folder: string, clock: Pick<Clock, 'now'>): Promise<void> {
  const names = await readdir(folder).catch(() => []);
  for (const name of names.filter((one) => one.startsWith(BINDING_PREFIX))) {
    await clearBinding(join(folder, name), clock.now() - OLD_MS).catch(() => {});
  }
}

async function clearBinding(binding: string, before: number): Promise<void> {
  const there = await lstat(binding);
  if (!there.isDirectory() || there.uid !== process.geteuid?.() || there.mtimeMs > before) return;
  const [first, second] = await readdir(binding);
  if (second !== undefined) return;
  if (first !== undefined) {
    const socket = join(binding, first);
    if (first !== BOUND_NAME || !(await lstat(socket)).isSocket()) return;
    await unlink(socket);
  }
  // Of a folder that has been filled meanwhile nothing is lost.
  await rmdir(binding);
}
