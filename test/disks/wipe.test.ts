// Signed wipes on real loop devices: whatever a disk held is gone and one new file system is there; and what
// is not the disk that was signed for, or is used by somebody, keeps every byte.
import { appendFileSync, closeSync, constants, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { FORMAT_TYPES, WIPE_KINDS } from '../../src/contracts/facts/operations.ts';
import type { FormatOrder } from '../../src/disks/format-order.ts';
import {
  attach,
  detachOurs,
  makeFolder,
  makeImage,
  mountAt,
  nameDevice,
  quietly,
  run,
  whyNoLoop,
} from '../host/loop-device.ts';
import { noise, writeMbr } from './device-bytes.ts';
import { deviceStates } from './device-states.ts';
import { attachAgain, blankLoop, createJournal, field, FITS_ALL, format, tryRun } from './format-gear.ts';
import { insist, insistOnMount, insistOnOpen } from './insist.ts';
import {
  findNotZero,
  holdOpen,
  lendDevice,
  MIB,
  OPEN,
  showPartitions,
  writeAt,
  type LentDevice,
} from './lent-device.ts';
import {
  findBeginnings,
  findSignatures,
  hashOf,
  SIGNED_STAGES,
  signedOrder,
  wipeAlone,
  wipeOnly,
} from './wipe-gear.ts';

const why = whyNoLoop('mkfs.ext4', 'mkfs.xfs', 'mkfs.btrfs', 'cryptsetup', 'pvcreate', 'partx', 'wipefs');
const withData = deviceStates.filter(({ wanted }) => wanted === 'data');
const EXAMINED: ReadonlySet<string> = new Set([
  'ext4',
  'xfs',
  'LUKS2',
  'LVM physical volume',
  'MD 1.2, at 4 KiB',
  'signatures that contradict each other',
  'GPT with an entry',
  'idle partition',
  "table zeroed, the kernel's partition still there",
  '4 KiB of noise in the middle',
]);
/** Where every byte goes it does not matter which: these differ in what else there is. */
const FULL: ReadonlySet<string> = new Set([
  ...EXAMINED,
  'btrfs',
  'ext4 on a partition that the kernel does not show',
  'GPT of 4096 bytes a sector, its own size',
  'all 0xFF',
  'one byte at the end',
  'one byte in the last sector of an odd size',
]);
const cases = withData.flatMap((state) =>
  WIPE_KINDS.filter((kind) => kind === 'quick' || FULL.has(state.name)).map((kind) => ({ ...state, kind })),
);
const rates: string[] = [];

afterAll(() => {
  process.stdout.write(`${rates.join('\n')}\n`);
});

describe.skipIf(why !== undefined)('a signed wipe', () => {
  test.each(cases)('$kind leaves nothing to be found of: $name', async ({ kind, ...state }) => {
    const device = lendDevice(state);
    state.make?.(device);
    await wipeAlone(device, kind);
    expect(findSignatures(device.path)).toBe('');
    expect(findBeginnings(device.path)).toEqual([]);
    expect(kind === 'full' ? findNotZero(device.path) : undefined).toBeUndefined();
    expect(partitionsOf(device)).toEqual([]);
  });

  test.each([
    ...FORMAT_TYPES.map((fstype) => ({ fstype, kind: 'full', sectorBytes: 512 }) as const),
    { fstype: 'ext4', kind: 'full', sectorBytes: 4096 } as const,
    ...FORMAT_TYPES.map((fstype) => ({ fstype, kind: 'quick', sectorBytes: 4096 }) as const),
  ])('$kind of an ext4 to $fstype, sectors of $sectorBytes, has the signed UUID', async (wanted) => {
    const { fstype, kind, sectorBytes } = wanted;
    const device = lendDevice({ sizeBytes: FITS_ALL, sectorBytes });
    fillExt4(device);
    const order = { ...(await signedOrder(device.name, kind)), fstype };
    const left: (number | undefined)[] = [];
    const journal = createJournal((stage) => {
      if (stage === 'mkfs') left.push(findNotZero(device.path));
    });
    expect(await format(order, journal)).toEqual({ state: 'done' });
    expect(journal.stages).toEqual(SIGNED_STAGES);
    // Quick leaves what it does not know: the noise in the middle.
    expect(left.map((position) => position === undefined)).toEqual([kind === 'full']);
    expect(run('wipefs', '--noheadings', '--output', 'TYPE,UUID', device.path).trim().split(/\s+/)).toEqual([
      fstype,
      order.fs_uuid,
    ]);
    expect(field(device.path, 'TYPE')).toBe(fstype);
    insistOnMount(join(device.folder, 'point'), '-t', fstype, device.path);
  });

  test.each(withData.filter(({ name }) => EXAMINED.has(name)))(
    'goes ahead under its claim though there is: $name',
    async (state) => {
      const device = lendDevice(state);
      state.make?.(device);
      const { result, reports } = await wipeOnly(await signedOrder(device.name, 'quick'));
      expect(result).toEqual({ state: 'cancelled', dirty: true });
      const stages = reports.flatMap((report) => (report.kind === 'stage' ? [report] : []));
      expect(stages.map(({ stage, dirty }) => [stage, dirty])).toEqual([
        ['rechecked', false],
        ['wiping', true],
        ['zero_verified', true],
        ['mkfs', true],
      ]);
    },
  );

  test.each(
    [64 * 1024, MIB, 4 * MIB + 512, 16 * MIB - 512, 40 * MIB + 7 * 512].flatMap((sizeBytes) =>
      WIPE_KINDS.map((kind) => ({ sizeBytes, kind })),
    ),
  )('$kind of $sizeBytes bytes of noise reaches the last of them', async ({ sizeBytes, kind }) => {
    const device = lendDevice({ sizeBytes, fill: (image) => writeAt(image, 0, noise(sizeBytes)) });
    await wipeAlone(device, kind);
    // Both ends of all but the largest meet.
    const isWhole = kind === 'full' || sizeBytes <= 32 * MIB;
    expect(findNotZero(device.path) === undefined).toBe(isWhole);
    expect(hashOf(device.path, sizeBytes - 16 * 1024)).toBe(hashOf('/dev/zero', 0, 16 * 1024));
  });

  test('full is never four times slower than dd, and tells how far it is', async () => {
    const device = lendDevice({ sizeBytes: 256 * MIB, fill: (image) => writeAt(image, 0, noise(256 * MIB)) });
    const dd = { began: performance.now(), ms: 0 };
    run('dd', 'if=/dev/zero', `of=${device.path}`, 'bs=4M', 'oflag=direct', 'count=64', 'conv=notrunc');
    dd.ms = performance.now() - dd.began;
    writeAt(device.path, 100 * MIB, noise(4096));
    const { result, reports } = await wipeOnly(await signedOrder(device.name));
    expect(result).toMatchObject({ state: 'cancelled', dirty: true });
    const told = reports.flatMap((report) => (report.kind === 'progress' ? [report.progress] : []));
    const written = told.find(({ bytes_done: done }) => done === device.sizeBytes);
    expect(written).toMatchObject({ bytes_total: device.sizeBytes, left_s: 0, stalled: false });
    const mib = (bytesPerSecond: number) => Math.round(bytesPerSecond / MIB);
    const ours = written?.rate ?? 0;
    rates.push(`wiping ${mib(ours)} MiB/s, dd ${mib((device.sizeBytes * 1000) / dd.ms)} MiB/s`);
    expect(ours).toBeGreaterThan((device.sizeBytes * 1000) / dd.ms / 4);
  });

  test.each(WIPE_KINDS)('%s of a partition leaves the rest of its disk byte for byte', async (kind) => {
    const device = lendDevice({
      sizeBytes: 160 * MIB,
      fill: (image, size) => writeAt(image, 0, noise(size)),
    });
    const [first, last] = [2048 + 40_960, 2048 + 40_960 + 122_880];
    writeMbr(device.path, [
      { first: 2048, count: 40_960 },
      { first, count: last - first },
      { first: last, count: 100_000 },
    ]);
    showPartitions(device);
    insist('mkfs.ext4', '-q', '-F', '-b', '1024', `${device.path}p2`);
    const around = () => [
      hashOf(device.path, 0, first * 512),
      hashOf(device.path, last * 512),
      hashOf(`${device.path}p1`),
    ];
    const before = around();
    const order = await signedOrder(`${device.name}p2`, kind);
    const seen: unknown[] = [];
    const journal = createJournal((stage) => {
      if (stage !== 'mkfs') return;
      seen.push(around());
      seen.push(findSignatures(`${device.path}p2`).replaceAll(/^(?:DEVNAME|PART_ENTRY_\w+)=.*\n?/gm, ''));
      seen.push(kind === 'full' ? findNotZero(`${device.path}p2`) : undefined);
    });
    expect(await format(order, journal)).toEqual({ state: 'done' });
    expect(journal.stages).toEqual(SIGNED_STAGES);
    expect(seen).toEqual([before, '', undefined]);
    expect(field(`${device.path}p2`, 'UUID')).toBe(order.fs_uuid);
    expect(around()).toEqual(before);
    expect(partitionsOf(device)).toHaveLength(3);
  });

  test.each(SIGNED_STAGES)('keeps an intruder out when %s begins', async (stage) => {
    const device = lendDevice({ sizeBytes: FITS_ALL });
    fillExt4(device);
    const point = join(device.folder, 'point');
    mkdirSync(point);
    onTestFinished(() => quietly('umount', '-l', point));
    const letIn: string[] = [];
    const journal = createJournal((now) => {
      if (now !== stage) return;
      if (tryRun('mkfs.ext4', '-q', '-F', device.path)) letIn.push('mkfs.ext4');
      if (tryRun('mkfs.xfs', '-f', device.path)) letIn.push('mkfs.xfs');
      if (tryRun('mount', '-o', 'ro', device.path, point)) letIn.push('mount');
      if (tryRun('pvcreate', '-ff', '-y', device.path)) letIn.push('pvcreate');
      if (tryRun('wipefs', '-a', device.path)) letIn.push('wipefs');
    });
    const order = await signedOrder(device.name, 'quick');
    expect(await format(order, journal)).toEqual({ state: 'done' });
    expect(letIn).toEqual([]);
    expect(field(device.path, 'UUID')).toBe(order.fs_uuid);
  });
});

type Change = {
  readonly what: string;
  /** Of the disk, or of what was signed. */
  readonly change: (device: LentDevice, order: FormatOrder) => FormatOrder | void;
};

const withIdentity = (order: FormatOrder, change: Partial<FormatOrder['identity']>): FormatOrder => ({
  ...order,
  identity: { ...order.identity, ...change },
});

const changes: readonly Change[] = [
  { what: 'its file system was made anew', change: ({ path }) => void insist('mkfs.ext4', '-q', '-F', path) },
  { what: 'its label was changed', change: ({ path }) => void insist('e2label', path, 'other') },
  {
    what: 'its file system is another one by now',
    change: ({ path }) => void insist('mkswap', '-f', path),
  },
  {
    what: 'it was divided into partitions',
    change: ({ path }) => writeMbr(path, [{ first: 2048, count: 65_536 }]),
  },
  {
    what: 'the kernel shows a partition of it',
    change: (device) => void insist('addpart', device.path, '1', '2048', '65536'),
  },
  {
    what: 'its by-id link leads to another disk',
    change: ({ durableId }) => {
      const other = blankLoop();
      const link = durableId.replace('byid:', '/dev/disk/by-id/');
      rmSync(link);
      symlinkSync(other.device, link);
    },
  },
  { what: 'its serial is another one', change: (_, order) => withIdentity(order, { serial: 'FELHOM-2' }) },
  { what: 'it was attached anew', change: (_, order) => withIdentity(order, { diskseq: '1' }) },
  { what: 'the machine was started anew', change: (_, order) => withIdentity(order, { boot_id: 'before' }) },
  {
    what: 'its name is another one',
    change: (_, order) => withIdentity(order, { durable_id: 'byid:wwn-0x1' }),
  },
  {
    what: 'the facts that were signed are others',
    change: (_, order) => ({ ...order, facts_sha256: '0'.repeat(64) }),
  },
];

describe.skipIf(why !== undefined)('a signed wipe changes nothing', () => {
  test.each(changes)('when $what since it was signed', async ({ change }) => {
    const device = lendDevice();
    onTestFinished(() => quietly('partx', '--delete', '--nr', '1:1', device.path));
    fillExt4(device);
    const order = await signedOrder(device.name);
    const changed = change(device, order) ?? order;
    const before = hashOf(device.path);
    const journal = createJournal();
    const result = await format(changed, journal);
    expect(result).toMatchObject({ state: 'invalid' });
    expect(result).toMatchObject({ code: expect.stringMatching(/^E_DEVICE_(?:CHANGED|BARRED)$/) });
    expect(journal).toMatchObject({ stages: [], dirty: false });
    expect(hashOf(device.path)).toBe(before);
  });

  test('when another file lies behind the same node', async () => {
    const folder = makeFolder();
    const other = makeImage(folder, 'other.img', 64 * MIB);
    run('mkfs.ext4', '-q', '-F', other);
    const { image, order, before } = await signThenSwap(other);
    const journal = createJournal();
    expect(await format(order, journal)).toMatchObject({ state: 'invalid', code: 'E_DEVICE_CHANGED' });
    expect(journal.stages).toEqual([]);
    expect([image, other].map((path) => run('sha256sum', path))).toEqual(before);
  });

  test('of a mounted disk, and says where it is mounted', async () => {
    const device = lendDevice();
    fillExt4(device);
    const order = await signedOrder(device.name);
    const point = join(device.folder, 'used');
    insistOnMount(point, '-o', 'ro', device.path);
    expect(await outcome(device, order)).toEqual(heldBy(point));
  });

  test('of a disk of which a partition is mounted', async () => {
    const device = lendDevice();
    writeMbr(device.path, [{ first: 2048, count: 65_536 }]);
    showPartitions(device);
    insist('mkfs.ext4', '-q', '-F', `${device.path}p1`);
    const order = await signedOrder(device.name);
    const point = join(device.folder, 'used');
    insistOnMount(point, '-o', 'ro', `${device.path}p1`);
    expect(await outcome(device, order)).toEqual(heldBy(point));
  });

  test('of a disk that another program has open, or holds', async () => {
    const device = lendDevice();
    fillExt4(device);
    const order = await signedOrder(device.name);
    const opener = holdOpen(device.path, OPEN.read);
    expect(await outcome(device, order)).toEqual(heldBy(`process ${opener.pid}`));
    opener.kill('SIGKILL');
    const fd = insistOnOpen(device.path, constants.O_RDONLY | constants.O_EXCL);
    onTestFinished(() => closeSync(fd));
    expect(await outcome(device, order)).toEqual(heldBy(''));
  });

  test('of a disk behind another loop device', async () => {
    const device = lendDevice();
    fillExt4(device);
    const order = await signedOrder(device.name);
    const over = attach(device.path);
    expect(await outcome(device, order)).toEqual(heldBy(`losetup --detach ${over}`));
  });
});

describe.skipIf(why !== undefined)('a signed wipe is cancelled', () => {
  test.each([
    { at: 'rechecked', dirty: false },
    { at: 'wiping', dirty: false },
    { at: 'zero_verified', dirty: true },
    { at: 'mkfs', dirty: true },
  ] as const)('before $at is let go', async ({ at, dirty }) => {
    const device = lendDevice();
    fillExt4(device);
    const order = await signedOrder(device.name);
    const before = hashOf(device.path);
    const over = new AbortController();
    const journal = createJournal((stage) => {
      if (stage === at) over.abort();
    });
    expect(await format(order, journal, over.signal)).toEqual({ state: 'cancelled', dirty });
    expect(journal.stages.at(-1)).toBe(at);
    expect(hashOf(device.path) === before).toBe(!dirty);
    expect(findNotZero(device.path) === undefined).toBe(dirty);
  });

  test('while it writes: then it was written, and its end was not', async () => {
    const sizeBytes = 16_384 * MIB;
    const device = lendDevice({ sizeBytes });
    writeAt(device.path, 0, noise(4096));
    writeAt(device.path, sizeBytes - 4096, noise(4096));
    const over = new AbortController();
    const journal = createJournal((stage) => {
      if (stage === 'wiping') setTimeout(() => over.abort(), 100);
    });
    const order = await signedOrder(device.name);
    expect(await format(order, journal, over.signal)).toEqual({ state: 'cancelled', dirty: true });
    expect(journal.stages).toEqual(['rechecked', 'wiping']);
    const zeros = hashOf('/dev/zero', 0, 4096);
    expect(hashOf(device.path, 0, 4096)).toBe(zeros);
    expect(hashOf(device.path, sizeBytes - 4096)).not.toBe(zeros);
    // Nobody goes on, nobody holds it: it can be signed for again.
    expect(await format(await signedOrder(device.name, 'quick'))).toEqual({ state: 'done' });
  });

  test('no more once mkfs has begun', async () => {
    const device = lendDevice();
    fillExt4(device);
    const over = new AbortController();
    const journal = createJournal((stage) => {
      if (stage === 'fs_verified') over.abort();
    });
    expect(await format(await signedOrder(device.name), journal, over.signal)).toEqual({ state: 'done' });
  });
});

describe.skipIf(why !== undefined)('a signed wipe fails', () => {
  test('where it cannot write, and names the place', async () => {
    const folder = makeFolder();
    mountAt(join(folder, 'small'), '-t', 'tmpfs', '-o', 'size=9m', 'small');
    const image = makeImage(join(folder, 'small'), 'disk.img', 64 * MIB);
    appendFileSync(image, '');
    writeAt(image, 0, noise(4096));
    const { name } = attachAgain(image);
    const journal = createJournal();
    const result = await format(await signedOrder(name), journal);
    expect(result).toMatchObject({ state: 'failed', code: 'E_WRITE', dirty: true });
    expect(JSON.stringify(result)).toMatch(/(?:EIO|ENOSPC) at byte \d+/);
    expect(journal.stages.at(-1)).toBe('wiping');
  });

  test('where what it wrote is lost later, which only syncing tells', async () => {
    const folder = makeFolder();
    mountAt(join(folder, 'small'), '-t', 'tmpfs', '-o', 'size=24m', 'small');
    const below = makeImage(join(folder, 'small'), 'below.img', 256 * MIB);
    run('mkfs.ext4', '-q', '-F', '-O', '^has_journal', below);
    mountAt(join(folder, 'below'), '-o', 'loop', below);
    const image = makeImage(join(folder, 'below'), 'disk.img', 64 * MIB);
    // Without direct reads and writes of its own the loop device remembers before it writes.
    const device = attach(image);
    nameDevice(device);
    writeAt(device, 0, noise(4096));
    const journal = createJournal();
    const result = await format(await signedOrder(basename(device)), journal);
    expect(result).toEqual({
      state: 'failed',
      code: 'E_WRITE',
      detail: expect.stringMatching(/EIO|ENOSPC/),
      dirty: true,
    });
    expect(JSON.stringify(result)).toContain('when it was synced');
    expect(journal.stages.at(-1)).toBe('wiping');
  });

  test('where what was written cannot be read back', async () => {
    const device = lendDevice();
    fillExt4(device);
    const journal = createJournal((stage) => {
      if (stage === 'zero_verified') run('truncate', '-s', '30M', device.image);
    });
    const result = await format(await signedOrder(device.name), journal);
    expect(result).toMatchObject({ state: 'failed', code: 'E_READ', dirty: true });
  });

  test('where somebody wrote meanwhile past all locks', async () => {
    const device = lendDevice();
    fillExt4(device);
    const journal = createJournal((stage) => {
      if (stage === 'zero_verified') writeAt(device.image, 41 * MIB, 'x');
    });
    expect(await format(await signedOrder(device.name), journal)).toEqual({
      state: 'failed',
      code: 'E_VERIFY',
      detail: `byte ${41 * MIB} is not zero though zeros were written there`,
      dirty: true,
    });
    expect(journal.stages.at(-1)).toBe('zero_verified');
  });

  test('before the first byte when its journal cannot be written', async () => {
    const device = lendDevice();
    fillExt4(device);
    const before = hashOf(device.path);
    const journal = createJournal((stage) => {
      if (stage === 'wiping') throw new Error('no space left');
    });
    expect(await format(await signedOrder(device.name), journal)).toMatchObject({
      state: 'failed',
      code: 'E_STORE',
      dirty: false,
    });
    expect(hashOf(device.path)).toBe(before);
  });
});

/** Signed for a device behind whose node another file lies by now. */
async function signThenSwap(other: string) {
  for (let tries = 0; tries < 20; tries += 1) {
    const { device, image, name } = blankLoop();
    insist('mkfs.ext4', '-q', '-F', device);
    const order = await signedOrder(name);
    const before = [image, other].map((path) => run('sha256sum', path));
    run('losetup', '--detach', device);
    // Somebody else may be given the number first.
    if (!tryRun('losetup', device, other)) continue;
    onTestFinished(() => detachOurs(device, other));
    return { image, order, before };
  }
  throw new Error('the number is always taken');
}

async function outcome(device: LentDevice, order: FormatOrder) {
  const before = hashOf(device.path);
  const journal = createJournal();
  const result = await format(order, journal);
  return { result, stages: journal.stages, isSame: hashOf(device.path) === before };
}

const heldBy = (whom: string) => ({
  result: { state: 'held', detail: expect.stringContaining(whom) },
  stages: [],
  isSame: true,
});

/** With a file, and with noise in its middle. */
function fillExt4(device: LentDevice): void {
  insist('mkfs.ext4', '-q', '-F', '-L', 'customer', device.path);
  writeAt(device.path, device.sizeBytes / 2 + 4096, noise(3 * MIB));
}

const partitionsOf = ({ name }: LentDevice): readonly string[] =>
  run('lsblk', '-rno', 'NAME,TYPE', `/dev/${name}`)
    .split('\n')
    .filter((line) => line.endsWith(' part'));
