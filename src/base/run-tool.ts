// The one guarded door for running programs: an argument list, a deadline, a size limit, a
// clean environment, never a shell.
import { spawn } from 'node:child_process';
import { errnoOf, messageOf } from './errors.ts';

export type ToolRequest = {
  readonly file: string;
  readonly args: readonly string[];
  readonly deadlineMs: number;
  /** Bytes accepted from stdout; more ends the program. */
  readonly maxBytes?: number;
  /** Beside the few variables that every program gets. */
  readonly env?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** An open file that it reads as its standard input, from where it stands; without, it reads nothing. */
  readonly stdin?: number;
  /** Open files that it gets as its descriptors 3, 4, …: `/dev/fd/3` is then the file itself, not a path to it. */
  readonly inherit?: readonly number[];
  /** The kernel kills it when this process dies (prctl(2), PR_SET_PDEATHSIG). */
  readonly diesWithUs?: boolean;
};

export type ToolResult =
  /** The program ended by itself; many tools say useful things with a code that is not 0. */
  | { readonly state: 'ended'; readonly code: number; readonly stdout: string; readonly stderr: string }
  /** Not installed. */
  | { readonly state: 'missing' }
  | { readonly state: 'no-permission' }
  /**
   * Killed at the deadline, or by `signal`. `stuck` when it has not died of SIGKILL (blocked in the
   * kernel); then `gone` tells when it has at last, which may be never.
   */
  | {
      readonly state: 'timeout';
      readonly stdout: string;
      readonly stuck: boolean;
      readonly gone?: Promise<void>;
    }
  | { readonly state: 'too-large' }
  | { readonly state: 'failed'; readonly detail: string };

export type RunTool = (request: ToolRequest) => Promise<ToolResult>;

const DEFAULT_MAX_BYTES = 4 * 1024 * 1024;
const MAX_STDERR_BYTES = 64 * 1024;
/** How long a killed program may take to die before it is called stuck. */
const KILL_GRACE_MS = 250;
const DIES_WITH_US = ['setpriv', '--pdeathsig', 'KILL', '--'] as const;
/** What setpriv(1) ends with when there is no such program. */
const NOT_FOUND = 127;
const TOOL_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export const runTool: RunTool = async (request) =>
  new Promise((resolve) => {
    const maxBytes = request.maxBytes ?? DEFAULT_MAX_BYTES;
    const [file, ...args] = [
      ...(request.diesWithUs === true ? DIES_WITH_US : []),
      request.file,
      ...request.args,
    ];
    const child = spawn(file, args, {
      stdio: [request.stdin ?? 'ignore', 'pipe', 'pipe', ...(request.inherit ?? [])],
      // A group of its own, so that its children end with it; fixed words in its answers.
      detached: true,
      cwd: '/',
      env: { ...request.env, PATH: TOOL_PATH, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let stdoutBytes = 0;
    let stderrBytes = 0;
    let ending: 'timeout' | 'too-large' | undefined;
    let graceTimer: NodeJS.Timeout | undefined;
    let done = false;

    const settle = (result: ToolResult) => {
      if (done) return;
      done = true;
      clearTimeout(deadline);
      clearTimeout(graceTimer);
      request.signal?.removeEventListener('abort', onAbort);
      // A stuck child must not keep this process alive.
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.unref();
      resolve(result);
    };
    const gone = new Promise<void>((told) => {
      child.once('exit', () => told());
    });
    // One that died may have left a child behind that keeps its output open.
    const hasDied = () => child.exitCode !== null || child.signalCode !== null;
    const output = () => Buffer.concat(stdout).toString('utf8');
    const kill = (why: 'timeout' | 'too-large') => {
      if (ending !== undefined) return;
      ending = why;
      if (child.pid !== undefined) {
        try {
          process.kill(-child.pid, 'SIGKILL');
        } catch {
          child.kill('SIGKILL');
        }
      }
      graceTimer = setTimeout(
        () =>
          settle(
            why === 'timeout'
              ? { state: 'timeout', stdout: output(), stuck: !hasDied(), gone }
              : { state: why },
          ),
        KILL_GRACE_MS,
      );
    };
    const onAbort = () => kill('timeout');
    const deadline = setTimeout(() => kill('timeout'), request.deadlineMs);
    if (request.signal?.aborted) onAbort();
    else request.signal?.addEventListener('abort', onAbort, { once: true });

    child.stdout?.on('data', (chunk: Buffer) => {
      stdoutBytes += chunk.length;
      if (stdoutBytes > maxBytes) kill('too-large');
      else stdout.push(chunk);
    });
    child.stderr?.on('data', (chunk: Buffer) => {
      if (stderrBytes < MAX_STDERR_BYTES) stderr.push(chunk);
      stderrBytes += chunk.length;
    });
    child.on('error', (error) => {
      const errno = errnoOf(error);
      if (errno === 'ENOENT') settle({ state: 'missing' });
      else if (errno === 'EACCES' || errno === 'EPERM') settle({ state: 'no-permission' });
      else settle({ state: 'failed', detail: messageOf(error) });
    });
    child.on('close', (code, signal) => {
      if (ending === 'timeout') settle({ state: 'timeout', stdout: output(), stuck: false });
      else if (ending === 'too-large') settle({ state: 'too-large' });
      else if (code === null) settle({ state: 'failed', detail: `ended by ${signal ?? 'a signal'}` });
      else if (request.diesWithUs === true && code === NOT_FOUND && stderrBytes > 0)
        settle({ state: 'missing' });
      else settle({ state: 'ended', code, stdout: output(), stderr: Buffer.concat(stderr).toString('utf8') });
    });
  });
