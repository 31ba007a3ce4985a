// When and where ext2 to ext4 was mounted last, as its superblock tells: what a person knows a disk by.
// Anything odd is not known. Pure.

export type LastMounted = {
  /** Milliseconds since the epoch. */
  readonly at: number | null;
  readonly on: string | null;
};

/** Where the superblock lies on its device, and how much of it is looked at. */
export const EXT_SUPERBLOCK = { offset: 1024, length: 1024 } as const;

const UNKNOWN: LastMounted = { at: null, on: null };

/** Documentation/filesystems/ext4/globals.rst: s_mtime, s_last_mounted, s_mtime_hi. */
export function parseLastMounted(superblock: Buffer | undefined): LastMounted {
  if (superblock === undefined || superblock.length < EXT_SUPERBLOCK.length) return UNKNOWN;
  if (superblock.readUInt16LE(0x38) !== 0xef53) return UNKNOWN;
  const [seconds, high] = [superblock.readUInt32LE(0x2c), superblock.readUInt8(0x275)];
  const path = superblock.subarray(0x88, 0x88 + 64);
  const end = path.indexOf(0);
  // Foreign text, which the contracts' door makes harmless; a path that was cut is still one.
  const on = path.toString('utf8', 0, end < 0 ? path.length : end);
  return {
    // Zero is never; and the year 2106 has not come.
    at: seconds === 0 || high !== 0 ? null : seconds * 1000,
    on: on.startsWith('/') ? on : null,
  };
}
