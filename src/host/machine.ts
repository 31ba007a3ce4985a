// The one door through which this machine's files are read, below a root that tests can move.
// What may block goes through a child that can be killed: a sick mount must never stop the
// process that shows it.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  read,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statfsSync,
  statSync,
  type StatsFs,
} from 'node:fs';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { dirname, resolve } from 'node:path';
import { systemClock, type Clock } from '../base/clock.ts';
import { errnoOf, messageOf } from '../base/errors.ts';
import { runTool as runRealTool, type RunTool } from '../base/run-tool.ts';
import { absent, failed, ok, type Missing, type Reading } from '../contracts/reading.ts';
import { mountOf, parseMountinfo, type Mount } from './mountinfo.ts';
import { formatDeviceNumber } from './device-number.ts';

export type ReadOptions = {
  /** More than this is `too-large`. */
  readonly maxBytes?: number;
  /** For files whose read asks hardware (hwmon of a disk): read off the main thread, with a deadline. */
  readonly slow?: boolean;
};

/** A file's own numbers, links followed: what it is, whatever it is called. */
export type FileNumbers = {
  /** MAJOR:MINOR of a block device's node; null for anything else. */
  readonly deviceNumber: string | null;
  /** MAJOR:MINOR of the file system that it lies on, and its place there. */
  readonly fileSystem: string;
  readonly inode: string;
  /** Other than before when the content may have changed: size and times of change. */
  readonly version: string;
};

export type Machine = {
  readonly clock: Clock;
  /** true when this is the running machine and not a recorded tree. */
  readonly live: boolean;
  readonly readText: (path: string, options?: ReadOptions) => Promise<Reading<string>>;
  /** Names in a folder, in the kernel's order. */
  readonly listFolder: (path: string) => Promise<Reading<readonly string[]>>;
  /** The target of a symbolic link, as stored. */
  readonly readLink: (path: string) => Promise<Reading<string>>;
  readonly readNumbers: (path: string) => Promise<Reading<FileNumbers>>;
  /** Programs of this machine; on a recorded tree none is there unless the test brings answers. */
  readonly runTool: RunTool;
  /**
   * statfs(2) of the root's own mount, off which every file of this machine is read anyway; nothing when it
   * cannot be asked so. Of every other mount a child has to ask, as it may never come back.
   */
  readonly statRoot: () => StatsFs | undefined;
  readonly addresses: () => NodeJS.Dict<NetworkInterfaceInfo[]>;
  /** The path below the root, for tools that take one. */
  readonly locate: (path: string) => string;
};

const DEFAULT_MAX_BYTES = 1024 * 1024;
const MOUNTS_FRESH_MS = 1000;
/** How long a read that may block is waited for. */
const BLOCKING_READ_DEADLINE_MS = 1000;
const MAX_LINKS = 8;
/** What hardware tells of itself is a line. */
const SLOW_READ_BYTES = 4096;

/** File systems that the kernel answers from its own memory. lxcfs, FUSE and network mounts are not among them. */
const KERNEL_TYPES = new Set([
  'proc',
  'sysfs',
  'cgroup',
  'cgroup2',
  'tmpfs',
  'devtmpfs',
  'ramfs',
  'debugfs',
  'tracefs',
  'securityfs',
  'efivarfs',
  'configfs',
  'devpts',
]);

/** Where a file's link never leads to another file system, so that it need not be followed here. */
const LINKS_STAY_INSIDE = new Set(['proc', 'sysfs', 'cgroup', 'cgroup2']);

export function createMachine(
  options: { root?: string; clock?: Clock; runTool?: RunTool; addresses?: Machine['addresses'] } = {},
): Machine {
  const root = options.root === undefined || options.root === '/' ? '' : resolve(options.root);
  const live = root === '';
  const clock = options.clock ?? systemClock;
  const runTool: RunTool =
    options.runTool ?? (live ? runRealTool : async () => Promise.resolve({ state: 'missing' as const }));
  const outstanding = new Set<string>();
  let mounts: readonly Mount[] = [];
  let homeMount: Mount | undefined;
  let mountsAt = Number.NEGATIVE_INFINITY;

  // The real mount table even for a moved root: it tells which files of the tree may block.
  const currentMounts = (): readonly Mount[] => {
    const now = clock.monotonic();
    if (now - mountsAt > MOUNTS_FRESH_MS) {
      mounts = parseMountinfo(readFileSync('/proc/self/mountinfo', 'utf8'));
      homeMount = mountOf(mounts, live ? '/' : root);
      mountsAt = now;
    }
    return mounts;
  };
  const mayBlock = (full: string): Mount | undefined => {
    const mount = mountOf(currentMounts(), full);
    if (mount === undefined || KERNEL_TYPES.has(mount.fsType) || mount.id === homeMount?.id) return undefined;
    return mount;
  };

  /** The path with a link at its end followed, without touching the target's mount. */
  const follow = (full: string): string => {
    let path = full;
    for (let links = 0; links < MAX_LINKS; links += 1) {
      const mount = mountOf(currentMounts(), path);
      if (mount !== undefined && (LINKS_STAY_INSIDE.has(mount.fsType) || mayBlock(path) !== undefined)) {
        return path;
      }
      try {
        // A thrown errno costs more than this look.
        if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return path;
        const target = readlinkSync(path);
        path = target.startsWith('/') ? root + target : resolve(dirname(path), target);
      } catch {
        return path;
      }
    }
    return path;
  };

  const missing = (path: string, error: unknown): Missing => {
    const errno = errnoOf(error);
    const at = clock.now();
    if (errno === 'ENOENT' || errno === 'ENOTDIR' || errno === 'ENODEV' || errno === 'ENXIO') {
      return absent('no-file', path, at, errno);
    }
    if (errno === 'EACCES' || errno === 'EPERM') return failed('no-permission', path, at, errno);
    return failed('io-error', path, at, errno ?? messageOf(error));
  };

  /** Runs one child at a time per path, so that a hung path holds one process, not one each second. */
  const readInChild = async (
    path: string,
    full: string,
    mount: Mount,
    tool: { file: string; args: readonly string[]; maxBytes: number },
  ): Promise<Reading<string>> => {
    const where = `${mount.fsType} mount ${mount.mountPoint}`;
    if (outstanding.has(full)) return failed('hung', path, clock.now(), where);
    outstanding.add(full);
    const result = await runRealTool({ ...tool, deadlineMs: BLOCKING_READ_DEADLINE_MS });
    if (result.state === 'timeout' && result.gone !== undefined)
      void result.gone.then(() => outstanding.delete(full));
    else outstanding.delete(full);
    const at = clock.now();
    switch (result.state) {
      case 'ended': {
        if (result.code === 0) return ok(result.stdout, path, at);
        const detail = result.stderr.split('\n')[0] ?? '';
        if (/No such file|Not a directory/.test(detail)) return absent('no-file', path, at, detail);
        if (/Permission denied/.test(detail)) return failed('no-permission', path, at, detail);
        return failed('io-error', path, at, detail);
      }
      case 'timeout':
        return failed('timeout', path, at, where);
      case 'too-large':
        return failed('too-large', path, at, where);
      case 'missing':
      case 'no-permission':
      case 'failed':
        return failed('tool-failed', path, at, `${tool.file}: ${result.state}`);
    }
  };

  const readDirect = (path: string, full: string, maxBytes: number): Reading<string> => {
    let fd: number | undefined;
    try {
      // Non-blocking, so that a FIFO in a file's place opens at once and is then refused.
      fd = openSync(full, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
      const stat = fstatSync(fd);
      if (!stat.isFile()) return failed('not-regular', path, clock.now());
      const text = readAll(fd, maxBytes);
      return text === undefined ? failed('too-large', path, clock.now()) : ok(text, path, clock.now());
    } catch (error) {
      return missing(path, error);
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  };

  const readSlow = async (path: string, full: string, maxBytes: number): Promise<Reading<string>> => {
    if (outstanding.has(full)) return failed('hung', path, clock.now());
    outstanding.add(full);
    const work = readOnThread(full, Math.min(maxBytes, SLOW_READ_BYTES))
      .then(
        (text) =>
          text === undefined ? failed('not-regular', path, clock.now()) : ok(text, path, clock.now()),
        (error: unknown) => missing(path, error),
      )
      .finally(() => outstanding.delete(full));
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<Reading<string>>((done) => {
      timer = setTimeout(() => done(failed('timeout', path, clock.now())), BLOCKING_READ_DEADLINE_MS);
    });
    try {
      return await Promise.race([work, deadline]);
    } finally {
      clearTimeout(timer);
    }
  };

  return {
    clock,
    live,
    runTool,
    statRoot: () => {
      // Who brings tools of its own answers for them all.
      if (!live || options.runTool !== undefined) return undefined;
      try {
        return statfsSync('/');
      } catch {
        return undefined;
      }
    },
    addresses: options.addresses ?? (live ? networkInterfaces : () => ({})),
    locate: (path) => root + path,
    readText: async (path, { maxBytes = DEFAULT_MAX_BYTES, slow = false } = {}) => {
      const full = follow(root + path);
      const mount = mayBlock(full);
      if (mount !== undefined) {
        return readInChild(path, full, mount, { file: 'cat', args: ['--', full], maxBytes });
      }
      return slow ? readSlow(path, full, maxBytes) : readDirect(path, full, maxBytes);
    },
    listFolder: async (path) => {
      const full = follow(root + path);
      const mount = mayBlock(full);
      if (mount === undefined) {
        try {
          return ok(readdirSync(full), path, clock.now());
        } catch (error) {
          return missing(path, error);
        }
      }
      const args = [full, '-mindepth', '1', '-maxdepth', '1', '-printf', '%f\\0'];
      const listed = await readInChild(path, full, mount, {
        file: 'find',
        args,
        maxBytes: DEFAULT_MAX_BYTES,
      });
      return listed.state === 'ok'
        ? ok(
            listed.value.split('\0').filter((name) => name !== ''),
            path,
            listed.at,
          )
        : listed;
    },
    readLink: async (path) => {
      const full = root + path;
      const mount = mayBlock(full);
      if (mount !== undefined) return failed('not-regular', path, clock.now(), `link on ${mount.fsType}`);
      try {
        return ok(readlinkSync(full), path, clock.now());
      } catch (error) {
        return missing(path, error);
      }
    },
    readNumbers: async (path) => {
      const full = follow(root + path);
      const mount = mayBlock(full);
      if (mount !== undefined) {
        const args = ['-L', '-c', STAT_FORMAT, '--', full];
        const answer = await readInChild(path, full, mount, { file: 'stat', args, maxBytes: 4096 });
        if (answer.state !== 'ok') return answer;
        const numbers = parseNumbers(answer.value);
        return numbers === undefined ? failed('garbage', path, answer.at) : ok(numbers, path, answer.at);
      }
      try {
        const stat = statSync(full, { bigint: true });
        const numbers: FileNumbers = {
          deviceNumber: stat.isBlockDevice() ? formatDeviceNumber(stat.rdev) : null,
          fileSystem: formatDeviceNumber(stat.dev),
          inode: String(stat.ino),
          version: `${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`,
        };
        return ok(numbers, path, clock.now());
      } catch (error) {
        return missing(path, error);
      }
    },
  };
}

const STAT_FORMAT = '%F|%t|%T|%d|%i|%s %y %z';

function parseNumbers(text: string): FileNumbers | undefined {
  const [kind, major, minor, device, inode, version] = text.trim().split('|');
  if (kind === undefined || major === undefined || minor === undefined) return undefined;
  if (device === undefined || inode === undefined || version === undefined) return undefined;
  if (!/^\d+$/.test(device) || !/^\d+$/.test(inode)) return undefined;
  const number = `${Number.parseInt(major, 16)}:${Number.parseInt(minor, 16)}`;
  return {
    deviceNumber: kind === 'block special file' ? number : null,
    fileSystem: formatDeviceNumber(BigInt(device)),
    inode,
    version,
  };
}

/** Everything up to `maxBytes`; files of /proc and /sys do not know their size. */
function readAll(fd: number, maxBytes: number): string | undefined {
  const full: Buffer[] = [];
  let total = 0;
  let filled = 0;
  for (;;) {
    const bytes = readSync(fd, CHUNK, filled, CHUNK.length - filled, null);
    if (bytes === 0) break;
    total += bytes;
    filled += bytes;
    if (total > maxBytes) return undefined;
    if (filled === CHUNK.length) {
      full.push(Buffer.from(CHUNK));
      filled = 0;
    }
  }
  const rest = CHUNK.subarray(0, filled);
  return full.length === 0 ? rest.toString('utf8') : Buffer.concat([...full, rest]).toString('utf8');
}

// One for all: it is filled and emptied between two awaits.
const CHUNK = Buffer.allocUnsafeSlow(64 * 1024);

/**
 * The beginning of a regular file; nothing of what is none. Only the read asks the hardware, so only it
 * leaves the main thread; by callback, as the promises' part of Node costs five milliseconds before the
 * first frame.
 */
async function readOnThread(full: string, maxBytes: number): Promise<string | undefined> {
  const fd = openSync(full, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  try {
    if (!fstatSync(fd).isFile()) return undefined;
    const buffer = Buffer.allocUnsafe(maxBytes);
    return await new Promise<string>((resolve, reject) => {
      read(fd, buffer, 0, buffer.length, null, (error, bytes) =>
        error === null ? resolve(buffer.toString('utf8', 0, bytes)) : reject(error),
      );
    });
  } finally {
    closeSync(fd);
  }
}
