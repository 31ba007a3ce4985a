// The mount table: /proc/self/mountinfo (proc_pid_mountinfo(5)).

export type Mount = {
  readonly id: number;
  /** The mount that this one lies on. */
  readonly parentId: number;
  /** MAJOR:MINOR of st_dev. */
  readonly deviceNumber: string;
  /** What of the file system is mounted here: `/`, or a subfolder for bind mounts and subvolumes. */
  readonly fsRoot: string;
  readonly mountPoint: string;
  readonly options: readonly string[];
  readonly fsType: string;
  readonly source: string;
  readonly superOptions: readonly string[];
};

const UNESCAPE = /\\([0-7]{3})/g;
const unescape = (text: string): string =>
  text.includes('\\')
    ? text.replace(UNESCAPE, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
    : text;

/** Lines that do not parse are left out: one odd mount must not hide the others. */
export function parseMountinfo(text: string): readonly Mount[] {
  const mounts: Mount[] = [];
  for (const line of text.split('\n')) {
    const [left, right] = line.split(' - ', 2);
    if (left === undefined || right === undefined) continue;
    const [id, parentId, deviceNumber, fsRoot, mountPoint, options] = left.split(' ');
    const [fsType, source, superOptions] = right.split(' ');
    if (id === undefined || deviceNumber === undefined || fsRoot === undefined) continue;
    if (mountPoint === undefined || fsType === undefined) continue;
    mounts.push({
      id: Number(id),
      parentId: Number(parentId),
      deviceNumber,
      fsRoot: unescape(fsRoot),
      mountPoint: unescape(mountPoint),
      options: (options ?? '').split(','),
      fsType,
      source: unescape(source ?? ''),
      superOptions: (superOptions ?? '').split(','),
    });
  }
  return mounts;
}

/** The mount that a path lies on: the last one mounted at its longest prefix. */
export function mountOf(mounts: readonly Mount[], path: string): Mount | undefined {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const point = mount.mountPoint;
    const inside = point === '/' || path === point || (path.startsWith(point) && path[point.length] === '/');
    if (inside && (best === undefined || point.length >= best.mountPoint.length)) best = mount;
  }
  return best;
}
