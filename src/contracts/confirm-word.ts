// The word that a person types before something happens to a disk: it belongs to that disk and to no
// other nearby, and can be typed on any keyboard. Agent, commands and screens take it from here.
import { partOf } from './durable-id.ts';
import type { BlockDevice } from './facts/disks.ts';

type Named = Pick<BlockDevice, 'kind' | 'serial' | 'durable_id' | 'name'>;

const WORD_LENGTH = 6;
/** A serial that is shorter tells no disks apart. */
const SHORTEST_SERIAL = 4;

/**
 * The last letters of the serial number, else of the durable name; a partition's has its number as well,
 * so that it is never taken for its disk's. `disk` is what a partition lies on.
 */
export function confirmWordOf(device: Named, disk: Named = device): string {
  const name = device.durable_id?.slice('byid:'.length) ?? device.name;
  const part = device.kind === 'partition' ? partOf(name) : '';
  const serial = (disk.serial ?? '').replaceAll(/[^0-9A-Za-z]/g, '');
  const tail = serial.length >= SHORTEST_SERIAL ? serial : name.slice(0, name.length - part.length);
  return `${tail.slice(-WORD_LENGTH)}${part}`;
}
