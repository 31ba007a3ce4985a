// Runs a program on this process's own terminal: an argument list and never a shell, and the terminal is
// its own until it ends. Who calls has stopped reading and drawing there. The terminal's modes are put back
// as they were: a program that is killed leaves what it had set.
import { spawn } from 'node:child_process';
import { errnoOf, messageOf } from './errors.ts';
import { PROGRAM_PATH } from './program-path.ts';

export type TerminalRun = {
  readonly file: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** It is hung up on when this aborts, as when its terminal went away. */
  readonly signal: AbortSignal;
};

export type TerminalRunEnd =
  | { readonly state: 'ended'; readonly code: number }
  | { readonly state: 'killed'; readonly signal: string }
  | { readonly state: 'not-started'; readonly detail: string };

/** One that ignores a hang-up is killed after so long. */
const HANG_UP_MS = 1000;
const STTY_LIMIT_MS = 1000;

/** Never rejects. */
export async function runOnTerminal(run: TerminalRun): Promise<TerminalRunEnd> {
  if (run.signal.aborted) return { state: 'killed', signal: 'SIGHUP' };
  const modes = await stty(['-g']);
  const end = await runThere(run);
  if (modes !== undefined) await stty([modes]);
  return end;
}

async function runThere({ file, args, env, signal }: TerminalRun): Promise<TerminalRunEnd> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { stdio: 'inherit', env: { ...env, PATH: PROGRAM_PATH } });
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      child.kill('SIGHUP');
      timer = setTimeout(() => child.kill('SIGKILL'), HANG_UP_MS);
    };
    const settle = (end: TerminalRunEnd) => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
      resolve(end);
    };
    signal.addEventListener('abort', onAbort, { once: true });
    child.once('error', (error) =>
      settle({ state: 'not-started', detail: errnoOf(error) ?? messageOf(error) }),
    );
    child.once('exit', (code, killedBy) =>
      settle(killedBy === null ? { state: 'ended', code: code ?? 1 } : { state: 'killed', signal: killedBy }),
    );
  });
}

/** What stty(1) says of our terminal; nothing when it is none. */
async function stty(args: readonly string[]): Promise<string | undefined> {
  const { promise, resolve: tell } = Promise.withResolvers<string | undefined>();
  const child = spawn('stty', args, { stdio: ['inherit', 'pipe', 'ignore'], env: { PATH: PROGRAM_PATH } });
  const limit = setTimeout(() => child.kill('SIGKILL'), STTY_LIMIT_MS);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk.toString('latin1');
  });
  child.once('error', () => {
    clearTimeout(limit);
    tell(undefined);
  });
  child.once('close', (code) => {
    clearTimeout(limit);
    tell(code === 0 ? said.trim() : undefined);
  });
  return promise;
}
