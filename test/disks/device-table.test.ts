// The table of states: whatever holds data or is used is never called blank, and what is blank is called so
// once every byte was read. Each state is made for real on a loop device.
import { afterAll, expect, test } from 'vitest';
import { errnoOf, messageOf } from '../../src/base/errors.ts';
import type { DiskScan, DiskVerdict } from '../../src/contracts/facts/disk-flags.ts';
import { createFlagger } from '../../src/disks/create-flagger.ts';
import type { ExaminedDisk } from '../../src/disks/examined-disk.ts';
import { createReceipts } from '../../src/disks/receipts.ts';
import { scanForReceipt } from '../../src/disks/scan-for-receipt.ts';
import { createMachine } from '../../src/host/machine.ts';
import { whyNoLoop } from '../host/loop-device.ts';
import { deviceStates, type DeviceState } from './device-states.ts';
import { findNotZero, lendDevice, type LentDevice } from './lent-device.ts';

const signal = new AbortController().signal;
const reason = whyNoLoop('mkfs.ext4', 'mkfs.xfs', 'mkfs.btrfs', 'cryptsetup', 'pvcreate', 'partx', 'perl');
const table: string[] = [];

afterAll(() => {
  process.stdout.write(`${table.join('\n')}\n${table.length} states\n`);
});

test.for(deviceStates)('$wanted: $name', async (state, context) => {
  if (reason !== undefined) return context.skip(reason);
  const made = await goThrough(state).catch(missingProgram);
  if (typeof made === 'string') return context.skip(made);
  const { before, seen, device } = made;
  const { flag } = seen;
  table.push(tellRow(state, seen));
  expect(before).toBe('unverified');
  // The law.
  expect(flag.data_bearing).toBe(state.wanted !== 'blank');
  expect(flag.verdict === 'blank_proven').toBe(state.wanted === 'blank');
  expect(flag.verdict).toBe(VERDICTS[state.wanted](flag.verdict));
  expect(flag.signals.map(({ id }) => id)).toEqual(expect.arrayContaining([...(state.signals ?? [])]));
  expect(flag.name).toBe(device.name);
});

/** A newer or older Debian may have a program in another package. */
function missingProgram(error: unknown): string {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return messageOf(error);
}

const VERDICTS = {
  blank: () => 'blank_proven',
  data: () => 'data',
  in_use: () => 'in_use',
  // Nothing is known of what was written since, and nothing that is doubtful may pass for blank.
  unknown: (verdict: string) => (verdict === 'unverified' ? verdict : 'unknown'),
} as const;

/** Made, read whole, used; with a receipt whenever the reading found only zeros. */
async function goThrough(
  state: DeviceState,
): Promise<{ before: DiskVerdict; seen: ExaminedDisk; device: LentDevice }> {
  const device = lendDevice(state);
  const machine = createMachine();
  const receipts = createReceipts();
  let scan: DiskScan | null = null;
  const flagger = createFlagger({
    machine,
    receipts,
    allowLoop: true,
    scanOf: ({ name }) => (name === device.name ? scan : null),
  });
  state.make?.(device);
  // Whatever signals say, nothing is called blank before it was read.
  const before = state.wanted === 'blank' ? (await examine(flagger, device.name)).flag.verdict : 'unverified';
  scan = await scanForReceipt({
    flagger,
    receipts,
    name: device.name,
    scan: async () => Promise.resolve(scanWith(device, machine.clock.now())),
  });
  state.afterScan?.(device);
  return { before, seen: await examine(flagger, device.name), device };
}

async function examine(flagger: ReturnType<typeof createFlagger>, name: string): Promise<ExaminedDisk> {
  const reading = await flagger.examine(name, { signal });
  if (reading.state !== 'ok') throw new Error(`${name}: ${reading.code} ${reading.detail}`);
  return reading.value;
}

function scanWith({ path, sizeBytes }: LentDevice, at: number): DiskScan {
  const told = { bytes_done: sizeBytes, bytes_total: sizeBytes, rate: null, left_s: null, started: at, at };
  try {
    const found = findNotZero(path);
    return found === undefined
      ? { ...told, state: 'zero', detail: '' }
      : { ...told, state: 'not-zero', detail: `at byte ${found}` };
  } catch (error) {
    return { ...told, state: 'failed', detail: String(error) };
  }
}

function tellRow({ name }: DeviceState, { flag }: ExaminedDisk): string {
  const signals = flag.signals.map(({ id, device, detail }) =>
    device === flag.name ? `${id} [${detail}]` : `${id} of ${device} [${detail}]`,
  );
  return `${flag.verdict.padEnd(12)} ${name.padEnd(56)} ${flag.reason} | ${signals.join(' · ')}`;
}
