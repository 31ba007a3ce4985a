// Which mounts are worth a line: places that can fill up, once each, and reachable by their path.
import type { Mount } from './mountinfo.ts';

/** The kernel's own windows and memory, and FUSE servers that only show something else again. */
const NO_STORAGE = new Set(
  `autofs binfmt_misc bpf cgroup cgroup2 configfs debugfs devpts devtmpfs efivarfs fusectl hugetlbfs
  mqueue nfsd nsfs pipefs proc pstore ramfs resctrl rootfs rpc_pipefs securityfs selinuxfs sysfs tmpfs
  tracefs fuse.gvfsd-fuse fuse.lxcfs fuse.portal fuse.snapfuse`.split(/\s+/),
);

/** Layers over other file systems: the same blocks again, except where it is all there is. */
const LAYERS = new Set(['overlay', 'aufs', 'unionfs', 'fuse.fuse-overlayfs']);

const NETWORK =
  /^(?:nfs\d?|cifs|smb3?|smbfs|ceph|9p|virtiofs|afs|lustre|glusterfs|gfs2?|ocfs2|beegfs|fuse(?:blk)?(?:\..+)?)$/;

/** Those whose statfs asks somebody else: a server, another process. */
export const mayHang = (mount: Mount): boolean => NETWORK.test(mount.fsType);

/** One mount a device number, the shortest path of it; hidden ones are left out. */
export function chooseMounts(mounts: readonly Mount[]): readonly Mount[] {
  const chosen = new Map<string, Mount>();
  for (const mount of mounts) {
    if (!isStorage(mount) || isHidden(mount, mounts)) continue;
    const other = chosen.get(mount.deviceNumber);
    if (other === undefined || mount.mountPoint.length < other.mountPoint.length) {
      chosen.set(mount.deviceNumber, mount);
    }
  }
  return [...chosen.values()].toSorted((a, b) => (a.mountPoint < b.mountPoint ? -1 : 1));
}

function isStorage(mount: Mount): boolean {
  if (mount.mountPoint === '/') return mount.fsType !== 'rootfs';
  return !NO_STORAGE.has(mount.fsType) && !LAYERS.has(mount.fsType);
}

/**
 * true when another mount lies over its path, there or further up: the path then leads elsewhere.
 * Seen from each mount on the way down to it: a brother mounted higher up, or a child mounted on
 * its very root, that is not itself on the way.
 */
function isHidden(mount: Mount, mounts: readonly Mount[]): boolean {
  const byId = new Map(mounts.map((each) => [each.id, each]));
  const way = new Set<Mount>();
  for (let at: Mount | undefined = mount; at !== undefined && !way.has(at); at = byId.get(at.parentId)) {
    way.add(at);
  }
  return mounts.some((other) => {
    if (way.has(other)) return false;
    for (const step of way) {
      const covers = other.parentId === step.id && other.mountPoint === step.mountPoint;
      const above = other.parentId === step.parentId && isAbove(other.mountPoint, step.mountPoint);
      if (covers || above) return true;
    }
    return false;
  });
}

const isAbove = (upper: string, path: string): boolean =>
  upper !== path && (upper === '/' || path.startsWith(`${upper}/`));
