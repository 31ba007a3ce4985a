// A new file in the folder that the person works in, for its owner alone; nothing is ever overwritten.
import { resolve } from 'node:path';

const MAX_TRIES = 100;
const MAX_NAME = 100;

/** Gives back how to save a text under a name, which gets the moment and, where it is taken, a number. */
export const saveTextFile =
  (now: () => number) =>
  async (name: string, text: string): Promise<string> => {
    const { createFile } = await import('../base/create-file.ts');
    const moment = new Date(now())
      .toISOString()
      .replaceAll(/[-:]|\.\d+/g, '')
      .replace('T', '-');
    // A name from outside is no path.
    const plain = name.replaceAll(/[^a-zA-Z0-9_-]+/g, '-').slice(0, MAX_NAME);
    for (let number = 1; number <= MAX_TRIES; number += 1) {
      const path = resolve(`${plain}-${moment}${number === 1 ? '' : `-${number}`}.log`);
      if (await createFile(path, text)) return path;
    }
    throw new Error('EEXIST');
  };
