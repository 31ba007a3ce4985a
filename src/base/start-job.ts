// A program of ours that works beside this process and talks with it in JSON lines: reading and writing
// disks may hang, and must neither stop the daemon nor outlive it.
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { errnoOf, messageOf } from './errors.ts';

/** How this very program is started again: Node, its flags and the script. */
export type OwnProgram = readonly [string, ...string[]];

export type Job = {
  readonly pid: number | undefined;
  readonly send: (message: unknown) => void;
  readonly kill: () => void;
  /** How it ended; never rejects. `detail` holds the last of what it wrote to stderr. */
  readonly ended: Promise<{ readonly code: number | null; readonly detail: string }>;
};

const MAX_LINE = 1024 * 1024;
const MAX_DETAIL = 4096;
const TOOL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Starts `own` with `args`. The kernel kills it when this process dies (`setpriv --pdeathsig`, prctl(2)
 * PR_SET_PDEATHSIG). `onLine` hears every line that it writes; what is no JSON ends it.
 */
export function startJob(options: {
  readonly own: OwnProgram;
  readonly args: readonly string[];
  /** Reads and writes only when nobody else wants to (ionice(1), class idle). */
  readonly idle?: boolean;
  readonly onMessage: (message: unknown) => void;
}): Job {
  const idle = options.idle === true ? ['ionice', '-c', '3'] : [];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...idle, ...options.own, ...options.args], {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: '/',
    env: { PATH: TOOL_PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
  });
  let detail = '';
  let failure: string | undefined;
  const kill = () => void child.kill('SIGKILL');
  child.stdin.on('error', () => {});
  child.stderr.on('data', (chunk: Buffer) => {
    detail = (detail + chunk.toString('utf8')).slice(-MAX_DETAIL);
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (failure !== undefined) return;
    try {
      if (line.length > MAX_LINE) throw new Error('a line is too long');
      options.onMessage(JSON.parse(line));
    } catch (error) {
      failure = messageOf(error);
      kill();
    }
  });
  const ended = new Promise<{ code: number | null; detail: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, detail: errnoOf(error) ?? messageOf(error) }));
    child.once('close', (code) => resolve({ code, detail: failure ?? detail.trim() }));
  });
  return {
    pid: child.pid,
    send: (message) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    kill,
    ended,
  };
}
