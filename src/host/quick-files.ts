// Whether asking an open file what it is comes back at once: not on network mounts and FUSE, which may
// be dead. Pure.
import type { Mount } from './mountinfo.ts';

const FROM_MEMORY: ReadonlySet<string> = new Set(
  'tmpfs devtmpfs ramfs rootfs overlay btrfs zfs devpts proc sysfs'.split(' '),
);

/** `fdinfo` is that of the open file (proc_pid_fdinfo(5)); mount numbers are the kernel's own. */
export function answersAtOnce(fdinfo: string, mounts: readonly Mount[]): boolean {
  const id = Number(/^mnt_id:\s*(\d+)$/m.exec(fdinfo)?.[1] ?? Number.NaN);
  const mount = mounts.find((one) => one.id === id);
  if (mount === undefined) return false;
  return (
    FROM_MEMORY.has(mount.fsType) ||
    (!mount.deviceNumber.startsWith('0:') && !mount.fsType.startsWith('fuse'))
  );
}
