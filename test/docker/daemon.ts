// A real Docker daemon of the test's own, as root: its own mount, network and process
// namespaces, its folders and its socket below a temporary folder. Everything in it, daemon,
// containers and mounts, ends with the process namespace, and that ends with this process's pipe:
// a test run that is killed leaves no process behind.
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createEngine, type Engine } from './engine.ts';

export type Daemon = {
  readonly socketPath: string;
  /** A process of its network and mount namespaces. */
  readonly pid: number;
  /** A bare client that shares no code with ours. */
  readonly engine: Engine;
  /** SIGSTOP: it still accepts connections and says nothing. */
  readonly freeze: () => Promise<void>;
  readonly thaw: () => Promise<void>;
  /** SIGKILL; the socket's file stays. */
  readonly kill: () => Promise<void>;
  /** SIGTERM, as a service manager stops it: containers are stopped, and stay so until `restart`. */
  readonly shutDown: () => Promise<void>;
  /** Starts it again after `kill` or `shutDown`; containers with a restart policy come back. */
  readonly restart: () => Promise<void>;
  /**
   * The same command inside the daemon's network namespace: its ports 80 and 443 are the containers' own, and the
   * containers' addresses answer. Files and sockets stay those of this machine.
   */
  readonly inside: (command: readonly string[]) => readonly [string, ...string[]];
  /** Asks by HTTP from inside; rejects when nobody answers within two seconds. `url` may name a container's address. */
  readonly get: (url: string) => Promise<{ readonly status: number; readonly body: string }>;
  /** Fills what is left of a limited data folder; `freeDisk` gives it back. */
  readonly fillDisk: () => Promise<void>;
  readonly freeDisk: () => Promise<void>;
  readonly stop: () => Promise<void>;
};

export type DaemonOptions = {
  /** Puts all that the daemon keeps in memory, limited so: for a disk that is full. */
  readonly dataMiB?: number;
  /** More of daemon.json: `{ "live-restore": true }`. */
  readonly settings?: Readonly<Record<string, unknown>>;
};

/** Debian's packages that the tests with a daemon need. */
const DOCKER_TEST_PACKAGES = ['docker.io', 'busybox-static', 'iproute2', 'iptables', 'tar', 'util-linux'];

const FOLDER_PREFIX = 'felhom-docker-';
const START_DEADLINE_MS = 20_000;

/** Why no daemon can be started here, or nothing. */
export function missingForDaemon(): string | undefined {
  if (process.getuid?.() !== 0) return 'not root';
  const needed = ['dockerd', 'containerd', 'runc', 'unshare', 'ip', 'tar'];
  const folders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];
  const missing = needed.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
  if (findBusybox() === undefined) missing.push('a static busybox');
  if (missing.length === 0) return undefined;
  return `${missing.join(', ')} missing (Debian: ${DOCKER_TEST_PACKAGES.join(' ')})`;
}

export function findBusybox(): string | undefined {
  return ['/bin/busybox', '/usr/bin/busybox'].find(
    // A dynamic one names its loader in its first page, and would find no library in the image.
    (path) => existsSync(path) && !readFileSync(path).subarray(0, 4096).includes('ld-'),
  );
}

export async function startDaemon(options: DaemonOptions = {}): Promise<Daemon> {
  await sweep();
  const folder = await mkdtemp(join(tmpdir(), `${FOLDER_PREFIX}${process.pid}-`));
  const socketPath = join(folder, 'docker.sock');
  const engine = createEngine(socketPath);
  const cgroup = `felhom-test-${process.pid}-${folder.slice(-6)}`;
  await writeFile(join(folder, 'daemon.json'), JSON.stringify(options.settings ?? {}));
  await writeFile(join(folder, 'init.sh'), INIT_SCRIPT);
  await mkdir(join(folder, 'tmp'));
  const namespaces = ['--mount', '--net', '--pid', '--fork', '--mount-proc', '--kill-child'];
  const script = ['sh', join(folder, 'init.sh'), folder, cgroup, String(options.dataMiB ?? 0)];
  const init = spawn('unshare', [...namespaces, ...script], {
    stdio: ['pipe', 'ignore', 'ignore'],
    env: {
      PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
      TMPDIR: join(folder, 'tmp'),
    },
  });
  const order = async (word: string) =>
    new Promise<void>((done, fail) => {
      init.stdin.write(`${word}\n`, (error) => (error ? fail(error) : done()));
    });
  // unshare itself is in the namespaces that it made, except the one of processes.
  const inside: Daemon['inside'] = (command) => [
    'nsenter',
    `--net=/proc/${init.pid ?? 0}/ns/net`,
    '--',
    ...command,
  ];
  const filler = join(`/proc/${init.pid ?? 0}/root`, folder, 'data/filler');
  const isUp = async () => (await engine.tryPing()) === 'OK';

  const stop = async () => {
    // Closing the pipe ends the namespace's first process, and with it the kernel ends all others.
    init.stdin.end();
    await ended(init, 5000);
    await removeCgroups(cgroup);
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await waitUntil(isUp, 'dockerd does not answer', folder);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    socketPath,
    pid: init.pid ?? 0,
    engine,
    freeze: async () => {
      await order('freeze');
      await waitUntil(async () => !(await isUp()), 'dockerd does not freeze', folder);
    },
    thaw: async () => {
      await order('thaw');
      await waitUntil(isUp, 'dockerd does not thaw', folder);
    },
    kill: async () => {
      await order('kill');
      await waitUntil(async () => !(await isUp()), 'dockerd does not die', folder);
    },
    shutDown: async () => {
      await order('stop');
      await waitUntil(async () => !existsSync(join(folder, 'docker.pid')), 'dockerd does not stop', folder);
    },
    restart: async () => {
      await order('start');
      await waitUntil(isUp, 'dockerd does not come back', folder);
    },
    inside,
    get: async (url) => {
      const [file, ...args] = inside(['curl', '-s', '-m', '2', '-w', '\\n%{http_code}', url]);
      const { stdout } = await promisify(execFile)(file, args);
      const end = stdout.lastIndexOf('\n');
      return { status: Number(stdout.slice(end + 1)), body: stdout.slice(0, end) };
    },
    fillDisk: async () => {
      const full = await open(filler, 'w');
      const block = Buffer.alloc(1024 * 1024);
      try {
        for (;;) await full.write(block);
      } catch (error) {
        if (!String(error).includes('ENOSPC')) throw error;
      } finally {
        await full.close();
      }
    },
    freeDisk: async () => rm(filler),
    stop,
  };
}

/** The first process of the namespace: starts the daemon and does what it is told, line by line. */
const INIT_SCRIPT = `
folder=$1 cgroup=$2 data_mib=$3
# What a daemon writes outside its own folders goes where it ends with the namespace.
mount -t tmpfs tmpfs /run
[ -d /etc/docker ] && mount -t tmpfs tmpfs /etc/docker
ip link set lo up
mkdir "$folder/data"
[ "$data_mib" = 0 ] || mount -t tmpfs -o "size=\${data_mib}m" tmpfs "$folder/data"
containerd_pid=$folder/exec/containerd/containerd.pid
start() {
  # A dead containerd that nobody has reaped yet would pass for a living one.
  [ -f "$containerd_pid" ] && kill -KILL "$(cat "$containerd_pid")" 2>/dev/null
  rm -f "$folder/docker.pid" "$containerd_pid"
  dockerd --config-file "$folder/daemon.json" --data-root "$folder/data" --exec-root "$folder/exec" \\
    --pidfile "$folder/docker.pid" --host "unix://$folder/docker.sock" --bip 10.231.77.1/24 \\
    --cgroup-parent "/$cgroup" --exec-opt native.cgroupdriver=cgroupfs \\
    --iptables=false --ip6tables=false --ip-forward=false --ip-masq=false --shutdown-timeout 1 \\
    </dev/null >>"$folder/dockerd.log" 2>&1 &
  daemon=$!
}
start
while read -r order; do
  case $order in
    freeze) kill -STOP "$daemon" ;;
    thaw) kill -CONT "$daemon" ;;
    kill) kill -KILL "$daemon"; wait "$daemon" 2>/dev/null ;;
    stop) kill -TERM "$daemon"; wait "$daemon" 2>/dev/null; rm -f "$folder/docker.pid" ;;
    start) start ;;
  esac
done
`;

async function waitUntil(test: () => Promise<boolean>, problem: string, folder: string): Promise<void> {
  const until = performance.now() + START_DEADLINE_MS;
  while (!(await test())) {
    if (performance.now() > until) {
      const log = existsSync(join(folder, 'dockerd.log'))
        ? readFileSync(join(folder, 'dockerd.log'), 'utf8')
        : '';
      throw new Error(`${problem}\n${log.split('\n').slice(-20).join('\n')}`);
    }
    await sleep(50);
  }
}

async function ended(child: ChildProcess, withinMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise<void>((done) => child.once('exit', () => done()));
  const timer = setTimeout(() => child.kill('SIGKILL'), withinMs);
  await exit;
  clearTimeout(timer);
}

/** Folders of runs that were killed: their processes and mounts have ended by themselves. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const owner = new RegExp(`^${FOLDER_PREFIX}(\\d+)-`).exec(name)?.[1];
    if (owner === undefined || existsSync(`/proc/${owner}`)) continue;
    await rm(join(tmpdir(), name), { recursive: true, force: true });
    await removeCgroups(`felhom-test-${owner}-${name.slice(-6)}`);
  }
}

/** Empty cgroups outlive their processes, in each hierarchy of version 1 or the one of version 2. */
async function removeCgroups(name: string): Promise<void> {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const roots = mounts.filter((line) => / - cgroup2? /.test(line)).map((line) => line.split(' ')[4] ?? '');
  for (const top of roots.map((root) => join(root, name))) {
    if (!existsSync(top)) continue;
    for (const child of readdirSync(top, { withFileTypes: true })) {
      if (child.isDirectory()) await rmdir(join(top, child.name)).catch(() => {});
    }
    await rmdir(top).catch(() => {});
  }
}
