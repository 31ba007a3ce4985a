// Whether something lies at a path, for who must not wait: at the very start of the console.
import { statSync } from 'node:fs';

/** In a folder that is closed to this person there is nothing for them. */
export function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
