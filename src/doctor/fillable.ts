// The file systems that can fill up, each once: images that are always full, read-only mounts,
// and second mounts of the same device are left out.
import type { Filesystem, FilesystemFill } from '../contracts/facts/filesystems.ts';

export type Fillable = { readonly filesystem: Filesystem; readonly fill: FilesystemFill };

/** Images without free space by design, and the firmware's variables, which are no storage. */
const ALWAYS_FULL = new Set([
  'squashfs',
  'iso9660',
  'udf',
  'erofs',
  'cramfs',
  'romfs',
  'efivarfs',
  'fuse.snapfuse',
  'fuse.squashfuse',
]);

export function listFillable(filesystems: readonly Filesystem[]): readonly Fillable[] {
  const chosen = new Map<string, Fillable>();
  for (const filesystem of filesystems) {
    if (ALWAYS_FULL.has(filesystem.fs_type) || filesystem.read_only) continue;
    if (filesystem.fill.state !== 'ok' || filesystem.fill.value.size_bytes === 0) continue;
    const other = chosen.get(filesystem.device_number);
    // The shortest mount point is the one that people know it by.
    if (other !== undefined && other.filesystem.mount_point.length <= filesystem.mount_point.length) continue;
    chosen.set(filesystem.device_number, { filesystem, fill: filesystem.fill.value });
  }
  const all = [...chosen.values()];
  return all.filter((one) => !isLayerOf(one, all));
}

/** A container's overlay shows the fill of the file system below it, which speaks for itself. */
const isLayerOf = (one: Fillable, all: readonly Fillable[]): boolean =>
  one.filesystem.fs_type === 'overlay' &&
  all.some(
    (other) =>
      other.filesystem.fs_type !== 'overlay' &&
      other.fill.size_bytes === one.fill.size_bytes &&
      other.fill.available_bytes === one.fill.available_bytes,
  );
