// Where a path leads when all links in it are followed, without waiting for a mount that hangs: what cannot
// be asked is taken as it stands.
import { dirname, join, resolve } from 'node:path';
import type { Machine } from './machine.ts';

const MOST_LINKS = 40;

export async function resolvePath(machine: Machine, path: string): Promise<string> {
  const waiting = namesOf(path);
  let real = '/';
  let links = 0;
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const next = join(real, name);
    const link = links < MOST_LINKS ? await machine.readLink(next) : undefined;
    if (link?.state !== 'ok') {
      real = next;
      continue;
    }
    links += 1;
    waiting.unshift(...namesOf(resolve(dirname(next), link.value)));
    real = '/';
  }
  return real;
}

const namesOf = (path: string): string[] => path.split('/').filter((name) => name !== '');
