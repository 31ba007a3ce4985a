// A program of ours that works beside this process and talks with it in JSON lines: reading and writing
// disks may hang, and must neither stop the daemon nor outlive it.
import { spawn } from 'node:child_process';
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
const NEWLINE = 0x0a;
const MAX_DETAIL = 4096;
const TOOL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Starts `own` with `args`. The kernel kills it when this process dies (`setpriv --pdeathsig`, prctl(2)
 * PR_SET_PDEATHSIG). `onMessage` hears every line that it writes; what is no JSON, or makes `onMessage` throw, ends it.
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
  const fail = (why: string) => {
    failure ??= why;
    kill();
  };
  const takeLines = splitLines((line) => {
    if (failure !== undefined) return;
    try {
      options.onMessage(JSON.parse(line));
    } catch (error) {
      fail(`what it said is no message: ${messageOf(error)}`);
    }
  });
  child.stdout.on('data', (chunk: Buffer) => {
    if (failure === undefined && !takeLines(chunk)) fail('a line of it is too long');
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

/** Gives a function that takes pieces and tells each whole line; false when one grows beyond all bounds. */
function splitLines(onLine: (line: string) => void): (chunk: Buffer) => boolean {
  let rest = Buffer.alloc(0);
  return (chunk) => {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      onLine(Buffer.concat([rest, chunk.subarray(from, at)]).toString('utf8'));
      rest = Buffer.alloc(0);
      from = at + 1;
    }
    rest = Buffer.concat([rest, chunk.subarray(from)]);
    return rest.length <= MAX_LINE;
  };
}
