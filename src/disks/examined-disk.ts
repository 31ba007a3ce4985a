// What an examination of one device gives: its flag, who it is, what lies on it, and the digest of all
// that a person agreed to when an operation on it was allowed.
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { DiskFlag } from '../contracts/facts/disk-flags.ts';
import type { OperationDisk } from '../contracts/facts/operations.ts';

/** Who a device is, as far as the kernel tells; equal for the same attachment of the same disk only. */
export type DiskIdentity = {
  readonly durable_id: string;
  readonly device_number: string;
  readonly boot_id: string;
  /** The kernel's count of attachments since boot; null where this kernel has none. */
  readonly diskseq: string | null;
  readonly wwid: string | null;
  readonly serial: string | null;
  readonly model: string | null;
  readonly transport: string | null;
  readonly size_bytes: number;
  readonly logical_block_bytes: number;
  readonly physical_block_bytes: number;
  /** The file behind a loop device: its path with device and inode number. */
  readonly backing_file: string | null;
  /** For a partition: its number, first byte, and partition UUID; its parent's wwid is in `wwid`. */
  readonly partition: {
    readonly number: number;
    readonly start: number;
    readonly uuid: string | null;
  } | null;
};

export type ExaminedDisk = {
  readonly device: BlockDevice;
  readonly flag: DiskFlag;
  /** Null when no operation is possible on it: then a signal of class `barred` says why. */
  readonly identity: DiskIdentity | null;
  readonly disk: OperationDisk;
  /** SHA-256 over identity, partition table and what blkid finds; not over mounts and names like sdX. */
  readonly facts_sha256: string;
  /** What a person types to confirm: the tail of the serial, else of the durable id. */
  readonly confirm_word: string;
};

/** `claimed`: the caller itself holds the device exclusively, which is then no sign of somebody else. */
export type Examine = (name: string, options: { readonly claimed: boolean }) => Promise<ExaminedDisk>;
