// Does what must succeed on a device that others look at too: an examination holds it for a moment, and who
// comes in that moment is turned away.
import { openSync } from 'node:fs';
import { run, mountAt } from '../host/loop-device.ts';

const TRIES = 100;
const BETWEEN_MS = 50;

export const insist = (file: string, ...args: readonly string[]): string => again(() => run(file, ...args));

export const insistOnMount = (point: string, ...args: readonly string[]): void =>
  again(() => mountAt(point, ...args));

export const insistOnOpen = (path: string, flags: number): number => again(() => openSync(path, flags));

function again<T>(work: () => T): T {
  for (let tries = 1; tries < TRIES; tries += 1) {
    try {
      return work();
    } catch {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BETWEEN_MS);
    }
  }
  return work();
}
