// Which disks are attached now: a look that is cheap enough to take every two seconds. The kernel counts
// attachments (diskseq, Linux 5.15), so that another disk under the same name is another attachment.
import { ok, type Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';

/** By kernel name: what changes when another disk comes under that name. */
export type Attachments = ReadonlyMap<string, string>;

const FOLDER = '/sys/block';
/** Devices that lie on others, or on memory. */
const NO_DISK = /^(?:ram|zram|dm-|md|nbd)\d/;
const LOOP = /^loop\d/;

export async function readAttachments(machine: Machine, withLoops: boolean): Promise<Reading<Attachments>> {
  const names = await machine.listFolder(FOLDER);
  if (names.state !== 'ok') return names;
  const found = new Map<string, string>();
  for (const name of names.value) {
    if (NO_DISK.test(name) || (LOOP.test(name) && !withLoops)) continue;
    const size = await machine.readText(`${FOLDER}/${name}/size`);
    // A reader of cards or discs without any, or a loop device without a file.
    if (size.state !== 'ok' || size.value.trim() === '0') continue;
    const sequence = await machine.readText(`${FOLDER}/${name}/diskseq`);
    found.set(name, sequence.state === 'ok' ? sequence.value.trim() : size.value.trim());
  }
  return ok(found, FOLDER, names.at);
}
