// Disks for the fuzz to attack: lent loop devices, each with something else on it, and what must be the
// same about them afterwards.
import { mkdirSync, realpathSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { onTestFinished } from 'vitest';
import { confirmWordOf } from '../../../src/contracts/confirm-word.ts';
import { writeAt } from '../../disks/lent-device.ts';
import {
  makeFolder,
  mountAt,
  nameDevice,
  quietly,
  run,
  writePartitionTable,
} from '../../host/loop-device.ts';
import { digestOf, lendDisk, type LentDisk } from '../lent-disk.ts';

export type Target = LentDisk & { readonly what: string };
export type Targets = {
  readonly all: readonly Target[];
  /** Every name by which one of them can be asked for. */
  readonly names: readonly string[];
  /** By these names the word that releases or confirms it: never sent by host callers, by guests often. */
  readonly wordOf: ReadonlyMap<string, string>;
  readonly words: ReadonlySet<string>;
  /** What was written to since they were lent. */
  readonly written: () => readonly string[];
  /** Whether a name means none of this machine's other devices. */
  readonly isOurs: (device: string) => boolean;
};

const SMALL_MB = 24;
const SECTOR_BYTES = 512;
const MIB = 1024 ** 2;

export function lendTargets(): Targets {
  const lend = (what: string, prepare: (disk: LentDisk) => void): Target => {
    const disk = lendDisk(SMALL_MB);
    prepare(disk);
    return { ...disk, what };
  };
  const parts: LentDisk[] = [];
  const all = [
    lend('ext4 with files', ({ device }) => makeExt4(device, 'photos')),
    lend('ext4 with a hostile label', ({ device }) => makeExt4(device, '\u001B[2J\u202Ewipe me')),
    lend('mounted ext4', ({ device }) => {
      makeExt4(device, 'mounted');
      mountAt(join(makeFolder(), 'mnt'), '-o', 'ro,noload', device);
    }),
    lend('partitioned, ext4 on its partition', ({ device, durableId, image }) => {
      writePartitionTable(device, [[2048, (SMALL_MB * MIB) / SECTOR_BYTES - 4096]]);
      run('partx', '--add', device);
      onTestFinished(() => quietly('partx', '--delete', device));
      const part = `${device}p1`;
      makeExt4(part, 'part');
      const name = `${durableId.slice('byid:'.length)}-part1`;
      parts.push({ device: part, durableId: nameDevice(part, name), image });
    }),
    lend('one byte that is not zero', ({ device }) => writeAt(device, 17 * MIB + 777, 'x')),
    lend('blank', () => {}),
    lend('swap', ({ device }) => run('mkswap', device)),
  ];
  run('sync');
  const before = new Map(all.map(({ device }) => [device, digestOf(device)]));
  const lent = [...all, ...parts];
  const wordOf = new Map(
    lent.flatMap(({ device, durableId }) => {
      const name = device.replace('/dev/', '');
      const kind = parts.some((part) => part.device === device) ? 'partition' : 'loop';
      const word = confirmWordOf({ kind, serial: null, durable_id: durableId, name });
      return [
        [device, word],
        [durableId, word],
      ] as const;
    }),
  );
  const blank = all
    .filter(({ what }) => what === 'blank')
    .flatMap(({ device, durableId }) => [device, durableId]);
  const devices = new Set(lent.map(({ device }) => device));
  return {
    all,
    // Nothing but a word, or a grant, keeps a blank one from being formatted: it is asked for most.
    names: [...wordOf.keys(), ...blank, ...blank, ...blank, ...blank],
    wordOf,
    words: new Set(wordOf.values()),
    written: () =>
      all.flatMap(({ device, what }) =>
        digestOf(device) === before.get(device) ? [] : [`${what} (${device}) was written to`],
      ),
    isOurs: (device) => {
      const path = device.startsWith('byid:')
        ? join('/dev/disk/by-id', device.slice('byid:'.length))
        : resolve('/', device);
      return !isBlockDevice(path) || devices.has(realpathSync(path));
    },
  };
}

function isBlockDevice(path: string): boolean {
  try {
    return statSync(path).isBlockDevice();
  } catch {
    // Nothing is there, or can be.
    return false;
  }
}

function makeExt4(device: string, label: string): void {
  const folder = join(makeFolder(), 'content');
  mkdirSync(folder);
  writeFileSync(join(folder, 'photos.txt'), 'the only copy');
  run('mkfs.ext4', '-q', '-L', label.slice(0, 16), '-d', folder, device);
}
