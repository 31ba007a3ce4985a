// Runs a program in a real pseudo-terminal and stamps every chunk that it writes. No emulation
// here: parsing must not delay a stamp.
import { spawn } from '@lydell/node-pty';
import { cleanEnv, type Env } from './clean-env.ts';

export type PtyOptions = {
  readonly file: string;
  readonly args?: readonly string[];
  readonly cols: number;
  readonly rows: number;
  /** The whole environment; `cleanEnv()` when left out. */
  readonly env?: Env;
  readonly cwd?: string;
};

export type Chunk = {
  /** Since just before the program was started. */
  readonly atMs: number;
  readonly bytes: Uint8Array;
};

export type Exit = { readonly code: number; readonly signal: number };

export type Pty = {
  readonly pid: number;
  /** Everything written so far, in order. */
  readonly chunks: readonly Chunk[];
  readonly exited: Promise<Exit>;
  readonly onChunk: (listener: (chunk: Chunk) => void) => void;
  /** Milliseconds on the clock of `chunks`. */
  readonly nowMs: () => number;
  readonly write: (text: string) => void;
  readonly resize: (cols: number, rows: number) => void;
  /** To the program that was started; false when it is gone. */
  readonly signal: (name: NodeJS.Signals) => boolean;
  /** The terminal is gone, as when its window is closed: the kernel hangs up, reads and writes fail. */
  readonly hangUp: () => void;
  /** Hangs up, then kills what has not ended. */
  readonly end: () => Promise<Exit>;
};

const HANG_UP_GRACE_MS = 2000;

export function openPty(options: PtyOptions): Pty {
  const chunks: Chunk[] = [];
  const listeners: ((chunk: Chunk) => void)[] = [];
  const startedAt = performance.now();
  const nowMs = () => performance.now() - startedAt;
  const pty = spawn(options.file, [...(options.args ?? [])], {
    cols: options.cols,
    rows: options.rows,
    env: options.env ?? cleanEnv(),
    // Bytes as they come: half a character at the end of a chunk is the emulator's business.
    encoding: null,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let gone = false;

  const { promise: exited, resolve } = Promise.withResolvers<Exit>();
  pty.onExit(({ exitCode, signal }) => {
    gone = true;
    resolve({ code: exitCode, signal: signal ?? 0 });
  });
  // The package's types know only text.
  pty.onData((data: string | Uint8Array) => {
    const chunk = { atMs: nowMs(), bytes: typeof data === 'string' ? Buffer.from(data) : data };
    chunks.push(chunk);
    for (const listener of listeners) listener(chunk);
  });

  const signal = (name: NodeJS.Signals) => {
    if (gone) return false;
    try {
      return process.kill(pty.pid, name);
    } catch {
      return false;
    }
  };
  const hangUp = () => {
    if (gone) return;
    // The package's types leave it out.
    if ('destroy' in pty && typeof pty.destroy === 'function') Reflect.apply(pty.destroy, pty, []);
  };

  return {
    pid: pty.pid,
    chunks,
    exited,
    nowMs,
    signal,
    hangUp,
    onChunk: (listener) => void listeners.push(listener),
    write: (text) => {
      if (!gone) pty.write(text);
    },
    resize: (cols, rows) => {
      if (!gone) pty.resize(cols, rows);
    },
    end: async () => {
      hangUp();
      const timer = setTimeout(() => signal('SIGKILL'), HANG_UP_GRACE_MS);
      const exit = await exited;
      clearTimeout(timer);
      return exit;
    },
  };
}
