// Readings of whole disks that run, and how the last one of each ended. One disk is read at a time when
// nobody asked for it; whoever asks does not wait for that one.
import type { DiskFlag, DiskScan } from '../contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { FlaggedDevice } from '../contracts/flagged-devices.ts';
import type { RunningScan } from '../disks/scan-disk.ts';
import { Refusal } from '../daemon/refusal.ts';
import { type Caller } from './handler.ts';

export type StartScan = (options: {
  readonly device: BlockDevice;
  /** Reads only when nobody else wants to. */
  readonly idle: boolean;
  readonly onProgress: (scan: DiskScan) => void;
}) => RunningScan;

export type Scans = {
  /** Starts one, or gives the one that runs. */
  readonly start: (device: BlockDevice, by: Caller['kind']) => DiskScan;
  /** The running or the last one of this attachment of a device. */
  readonly of: (name: string) => DiskScan | null;
  /** Starts the next that nobody asked for, unless one runs. */
  readonly startNext: (devices: readonly FlaggedDevice[]) => void;
  /** Another disk is under this name now, or none. */
  readonly forget: (name: string) => void;
  /**
   * Ends the readings of these devices, and lets none begin before what it gives back is called: a
   * reading of ours must not look like somebody who uses a disk.
   */
  readonly keepOff: (names: readonly string[]) => Promise<() => void>;
  readonly stop: () => Promise<void>;
};

type Kept = { scan: DiskScan; running: RunningScan | undefined };

/** As many as an asking person can start; each reads a disk at full speed. */
const MAX_RUNNING = 8;
/** Guests leave room for the host, which cannot end what they have begun; and they wait for all who use disks. */
const MAX_WHEN_GUEST_ASKS = 4;

export function createScans(options: {
  readonly startScan: StartScan;
  /** A scan began, moved on or ended. */
  readonly onChange: (device: BlockDevice, scan: DiskScan) => void;
  readonly now: () => number;
}): Scans {
  const kept = new Map<string, Kept>();
  const runningCount = () => [...kept.values()].filter(({ running }) => running !== undefined).length;

  const keptOff = new Map<symbol, readonly string[]>();
  const isKeptOff = (name: string) => [...keptOff.values()].some((names) => names.includes(name));

  const start = (device: BlockDevice, idle: boolean, most = MAX_RUNNING): DiskScan => {
    if (isKeptOff(device.name)) {
      throw new Refusal('E_DEVICE_BUSY', `an operation is running on ${device.path}`, {
        hint: 'wait for its end',
      });
    }
    const before = kept.get(device.name);
    if (before?.running !== undefined) return before.scan;
    if (runningCount() >= most) {
      throw new Refusal('E_DEVICE_BUSY', `${most} disks are being read already`, {
        hint: 'ask again when one of them is done',
      });
    }
    const at = options.now();
    const entry: Kept = {
      scan: {
        state: 'running',
        bytes_done: 0,
        bytes_total: device.size_bytes,
        rate: null,
        left_s: null,
        started: at,
        at,
        detail: '',
      },
      running: undefined,
    };
    kept.set(device.name, entry);
    const tell = (scan: DiskScan) => {
      // A scan of a disk that was pulled out says nothing about its successor.
      if (kept.get(device.name) !== entry) return;
      entry.scan = scan;
      options.onChange(device, scan);
    };
    entry.running = options.startScan({ device, idle, onProgress: tell });
    void entry.running.done.then((scan) => {
      entry.running = undefined;
      tell(scan);
    });
    options.onChange(device, entry.scan);
    return entry.scan;
  };

  return {
    start: (device, by) => (by === 'guest' ? start(device, true, MAX_WHEN_GUEST_ASKS) : start(device, false)),
    of: (name) => kept.get(name)?.scan ?? null,
    startNext: (devices) => {
      if (runningCount() > 0) return;
      const next = devices.find(
        (device) =>
          isWorthReading(device) && !isKeptOff(device.name) && (kept.get(device.name)?.scan ?? null) === null,
      );
      if (next !== undefined) start(next, true);
    },
    forget: (name) => {
      kept.get(name)?.running?.cancel();
      kept.delete(name);
    },
    keepOff: async (names) => {
      const key = Symbol('kept off');
      keptOff.set(key, names);
      const running = names.flatMap((name) => kept.get(name)?.running ?? []);
      for (const one of running) one.cancel();
      await Promise.all(running.map(async ({ done }) => done));
      // What was read so far is no word about the disk that comes out of it.
      for (const name of names) kept.delete(name);
      return () => void keptOff.delete(key);
    },
    stop: async () => {
      const running = [...kept.values()].flatMap((entry) => entry.running ?? []);
      for (const one of running) one.cancel();
      await Promise.all(running.map(async ({ done }) => done));
    },
  };
}

/** Whole disks on which nothing was found: all that is left is to read them. */
const isWorthReading = (device: Pick<BlockDevice, 'kind' | 'size_bytes'> & Pick<DiskFlag, 'verdict'>) =>
  device.verdict === 'unverified' &&
  (device.kind === 'disk' || device.kind === 'loop') &&
  device.size_bytes > 0;
