// What operations need of the disks: the outside, as they see it.
import type { DiskFacts } from '../../contracts/facts/disks.ts';
import type { Reading } from '../../contracts/reading.ts';
import type { DiskIdentity, ExaminedDisk } from '../../disks/examined-disk.ts';
import type { RunFormat } from '../../disks/format-order.ts';

export type DiskPorts = {
  readonly readDevices: (signal: AbortSignal) => Promise<Reading<DiskFacts>>;
  /** All signals of a device by its kernel name, read now and never remembered. */
  readonly examine: (
    name: string,
    options: { readonly signal: AbortSignal },
  ) => Promise<Reading<ExaminedDisk>>;
  readonly runFormat: RunFormat;
  /** What a run may have left behind when the agent died; gives back what was done about it. Idempotent. */
  readonly cleanUp: (left: Leftovers) => Promise<string>;
};

export type Leftovers = {
  readonly operation: string;
  readonly identity: DiskIdentity;
  /** Loop devices that its journal names. */
  readonly loops: readonly string[];
};
