// The word that a person types before something happens to a disk: it belongs to that disk and to no
// other nearby, and can be typed on any keyboard. Agent, commands and screens take it from here.
import type { BlockDevice } from './facts/disks.ts';

/** The tail of a name, with the number of the partition when it is one's. */
const TAIL = /[A-Za-z0-9]{4}(?:-part\d+)?$/;
const PARTITION = /-part\d+$/;

/** The serial's tail, else the durable id's, else the kernel's name. A partition is never called as its disk. */
export function confirmWordOf({
  serial,
  durable_id,
  name,
}: Pick<BlockDevice, 'serial' | 'durable_id' | 'name'>): string {
  const ofId = TAIL.exec(durable_id ?? '')?.[0];
  if (PARTITION.test(durable_id ?? '')) return ofId ?? name;
  return TAIL.exec(serial?.trim() ?? '')?.[0] ?? ofId ?? name;
}
