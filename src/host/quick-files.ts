// Whether asking an open file what it is comes back at once: not on network mounts and FUSE, which may
// be dead. Pure.
import type { Mount } from './mountinfo.ts';

const FROM_MEMORY: ReadonlySet<string> = new Set(
  'tmpfs devtmpfs ramfs rootfs overlay btrfs zfs devpts proc sysfs'.split(' '),
);

/** `fdinfo` is that of the open file (proc_pid_fdinfo(5)); mount numbers are the kernel's own. */
export function answersAtOnce(fdinfo: string, mounts: readonly Mount[]): boolean {
  const mount = mountOfOpen(fdinfo, mounts);
  if (mount === undefined) return false;
  return (
    FROM_MEMORY.has(mount.fsType) ||
    (!mount.deviceNumber.startsWith('0:') && !mount.fsType.startsWith('fuse'))
  );
}

/** On a mount that stands in no table: taken away lazily, or the kernel's own (memfd, shared memory). */
export const isMountedNowhere = (fdinfo: string, mounts: readonly Mount[]): boolean =>
  mountOfOpen(fdinfo, mounts) === undefined;

function mountOfOpen(fdinfo: string, mounts: readonly Mount[]): Mount | undefined {
  const id = Number(/^mnt_id:\s*(\d+)$/m.exec(fdinfo)?.[1] ?? Number.NaN);
  return mounts.find((one) => one.id === id);
}
