// The words of a disk's signal; of one that a newer agent knows and this program does not, its own name.
import { isTextKey } from './tell.ts';
import type { Text } from './text.ts';

export function tellSignal(text: Text, id: string): string {
  const key = `signal.${id}`;
  return isTextKey(key) ? text(key) : id;
}
