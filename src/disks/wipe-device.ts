// Inside the job, for what an operator signed: zeroes a claimed device through its descriptor, whole or at
// every known place, and proves it by reading back. What goes wrong here leaves a disk that was written.
import type { WipeKind } from '../contracts/facts/operations.ts';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice } from '../host/numbered-device.ts';
import type { Claim } from './claim.ts';
import { dropPartitions } from './drop-partitions.ts';
import { failed, FormatEnded, invalid } from './format-ended.ts';
import { flushBuffers } from './open-device.ts';
import { clipPlace, mergePlaces, type Place } from './places.ts';
import { planQuickWipe } from './plan-wipe.ts';
import type { Progress } from './progress-meter.ts';
import { createReadBytes } from './read-aligned.ts';
import { readBlkid, readWipefs } from './signatures.ts';
import { scanZeros } from './zero-scan.ts';
import { whyNotSynced, writeZeros } from './zero-write.ts';

export type Wipe = {
  readonly claim: Claim;
  readonly kind: WipeKind;
  readonly machine: Machine;
  /** Cancels between chunks. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
};

/** A signature may hide another one; more than this hide on no disk. */
const ROUNDS = 8;
/** Around the place that wipefs tells of: the longest mark that it knows, and the sector it lies in. */
const MARK_BYTES = 512;

/** What is to be zeroed. Nothing is written yet. Throws a FormatEnded. */
export async function planWipe({ claim, kind, machine }: Wipe): Promise<readonly Place[]> {
  const { fd, device } = claim;
  const { sizeBytes, logicalBlockBytes: sectorBytes } = device;
  if (kind === 'full') return [{ position: 0, length: sizeBytes }];
  const read = await createReadBytes(fd, sizeBytes);
  const partitions = await Promise.all(
    device.partitions.map(async (number) => {
      const partition = await readNumberedDevice(machine, number);
      const start = partition?.partition?.start;
      // Here they must all be known: one that went away is another disk than was signed for.
      if (partition === undefined || start === undefined) {
        throw invalid('E_DEVICE_CHANGED', `its partition ${number} went away`);
      }
      return { position: start, length: partition.sizeBytes };
    }),
  );
  return planQuickWipe({ read, sizeBytes, sectorBytes, partitions });
}

/** Gives what was zeroed, which may be more than was planned. Throws a FormatEnded. */
export async function wipeDevice(planned: readonly Place[], wipe: Wipe): Promise<readonly Place[]> {
  const { claim, machine, kind } = wipe;
  const { fd, device } = claim;
  await zero(planned, wipe);
  await dropPartitions(fd, device, machine);
  await writeOut(wipe);
  if (kind === 'full') return planned;
  let places = planned;
  for (let round = 0; round < ROUNDS; round += 1) {
    const marks = await findMarks(wipe);
    if (marks.length === 0) break;
    await zero(marks, { ...wipe, onProgress: () => {} });
    await writeOut(wipe);
    places = mergePlaces([...places, ...marks]);
  }
  return places;
}

/** Reads back what was zeroed, past all that this machine remembers of it. Throws a FormatEnded. */
export async function verifyWiped(places: readonly Place[], wipe: Wipe): Promise<void> {
  const { claim, machine, signal, onProgress } = wipe;
  const { sizeBytes } = claim.device;
  const { clock } = machine;
  const result = await scanZeros({ fd: claim.fd, sizeBytes, places, clock, signal, onProgress });
  switch (result.state) {
    case 'zero':
      break;
    case 'not-zero':
      throw failed('E_VERIFY', `byte ${result.offset} is not zero though zeros were written there`);
    case 'failed':
      throw failed('E_READ', result.detail);
    case 'cancelled':
      throw new FormatEnded({ state: 'cancelled' });
  }
  const blkid = await readBlkid(machine, { fd: claim.fd }, never());
  if (blkid.state !== 'ok') throw failed('E_TOOL', `blkid does not tell what is left: ${blkid.detail}`);
  const { ambivalent, values } = blkid.value;
  // What a partition's table says of it is not on it.
  const found = [...values].filter(([key]) => key !== 'DEVNAME' && !key.startsWith('PART_ENTRY_'));
  if (ambivalent || found.length > 0) {
    const what = ambivalent ? 'contradicting signatures' : found.map((pair) => pair.join('=')).join(' ');
    throw failed('E_VERIFY', `blkid still finds ${what}`);
  }
  const [mark] = await readMarks(wipe);
  if (mark !== undefined) throw failed('E_VERIFY', `wipefs still finds ${mark.type} at ${mark.offset}`);
}

async function zero(places: readonly Place[], { claim, machine, signal, onProgress }: Wipe): Promise<void> {
  const written = await writeZeros({ fd: claim.fd, places, clock: machine.clock, signal, onProgress });
  if (written.state === 'failed') throw failed('E_WRITE', `writing failed: ${written.detail}`);
  if (written.state === 'cancelled') throw new FormatEnded({ state: 'cancelled' });
}

/** Into the device itself, and out of this machine's memory. */
async function writeOut({ claim, machine }: Wipe): Promise<void> {
  const lost = await whyNotSynced(claim.fd);
  if (lost !== undefined) throw failed('E_WRITE', `writing failed: ${lost} when it was synced`);
  await flushBuffers(claim.fd, machine.runTool).catch((error: unknown) => {
    throw failed('E_WRITE', String(error));
  });
}

async function findMarks(wipe: Wipe): Promise<readonly Place[]> {
  const { sizeBytes, logicalBlockBytes } = wipe.claim.device;
  const device = { position: 0, length: sizeBytes };
  const marks = await readMarks(wipe);
  return mergePlaces(
    marks.map(({ type, offset }) => {
      const position = Number(offset);
      if (!Number.isSafeInteger(position)) throw failed('E_TOOL', `wipefs finds ${type} at ${offset}`);
      return clipPlace({ position, length: MARK_BYTES }, device, logicalBlockBytes);
    }),
  );
}

async function readMarks({ claim, machine }: Wipe) {
  const wipefs = await readWipefs(machine, { fd: claim.fd }, never());
  if (wipefs.state !== 'ok') throw failed('E_TOOL', `wipefs does not tell what is left: ${wipefs.detail}`);
  return wipefs.value;
}

const never = () => new AbortController().signal;
