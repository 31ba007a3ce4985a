// A person at a terminal: starts a program in a real pseudo-terminal, sees its screen, types.
import { fileURLToPath } from 'node:url';
import { cleanEnv, type Env } from './clean-env.ts';
import { keyBytes } from './key-names.ts';
import { openPty, type Chunk, type Exit } from './pty.ts';
import { createScreen, type Cell, type Cursor } from './screen.ts';

export type TerminalOptions = {
  /** bin/felhom of this checkout when left out; it must have been built. */
  readonly file?: string;
  readonly args?: readonly string[];
  readonly cols?: number;
  readonly rows?: number;
  /** Added to a clean environment. */
  readonly env?: Env;
  readonly cwd?: string;
};

export type Terminal = {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** Every chunk that the program wrote, with its time. */
  readonly log: readonly Chunk[];
  readonly onChunk: (listener: (chunk: Chunk) => void) => void;
  readonly nowMs: () => number;
  readonly screen: () => readonly string[];
  readonly text: () => string;
  readonly cells: () => readonly (readonly Cell[])[];
  readonly cursor: () => Cursor;
  readonly alternate: () => boolean;
  readonly bracketedPaste: () => boolean;
  /** Resolves with the screen's text once it fits; rejects with what it showed instead. */
  readonly waitFor: (wanted: RegExp | ((text: string) => boolean), deadlineMs?: number) => Promise<string>;
  /** Resolves when nothing was written for so long. */
  readonly waitForQuiet: (quietMs?: number, deadlineMs?: number) => Promise<void>;
  /** Sends this text as keys, in one write. */
  readonly type: (text: string) => void;
  /** Sends keys by name (`Enter`, `Ctrl+d`, `Shift+Tab`, `j`), each in a write of its own. */
  readonly press: (...names: readonly string[]) => void;
  /** As a terminal pastes: bracketed when the program asked for it. */
  readonly paste: (text: string) => void;
  readonly resize: (cols: number, rows: number) => void;
  readonly signal: (name: NodeJS.Signals) => boolean;
  /** Closes the terminal under the program. */
  readonly close: () => void;
  /** Closes the terminal and makes sure that the program is gone. */
  readonly end: () => Promise<Exit>;
  readonly [Symbol.asyncDispose]: () => Promise<void>;
};

const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));
const DEFAULT_DEADLINE_MS = 10_000;

export function openTerminal(options: TerminalOptions = {}): Terminal {
  const { file = FELHOM, args = [], cols = 120, rows = 40, env = {}, cwd } = options;
  const screen = createScreen(cols, rows);
  const pty = openPty({ file, args, cols, rows, env: cleanEnv(env), ...(cwd === undefined ? {} : { cwd }) });
  const watchers = new Set<() => void>();
  const notify = () => {
    for (const watcher of watchers) watcher();
  };
  let shown: Promise<void> = Promise.resolve();
  let ended = false;

  screen.onReply((text) => pty.write(text));
  pty.onChunk((chunk) => {
    shown = screen.feed(chunk.bytes).then(notify);
  });
  void pty.exited.then(async () => {
    await shown;
    ended = true;
    notify();
  });

  const waitFor: Terminal['waitFor'] = async (wanted, deadlineMs = DEFAULT_DEADLINE_MS) =>
    new Promise((resolve, reject) => {
      const stop = () => {
        watchers.delete(look);
        clearTimeout(timer);
      };
      const give = (why: string) => {
        stop();
        reject(new Error(`${why} without ${describe(wanted)}. The screen:\n${frame(screen.rows())}`));
      };
      const look = () => {
        const text = screen.text();
        if (fits(text, wanted)) {
          stop();
          resolve(text);
        } else if (ended) give('The program ended');
      };
      const timer = setTimeout(() => give(`${deadlineMs} ms passed`), deadlineMs);
      watchers.add(look);
      look();
    });

  const waitForQuiet: Terminal['waitForQuiet'] = async (quietMs = 200, deadlineMs = DEFAULT_DEADLINE_MS) => {
    const until = pty.nowMs() + deadlineMs;
    for (;;) {
      const idleMs = pty.nowMs() - (pty.chunks.at(-1)?.atMs ?? 0);
      if (idleMs >= quietMs || ended) return shown;
      if (pty.nowMs() > until) throw new Error(`It never was quiet for ${quietMs} ms.`);
      await new Promise((done) => setTimeout(done, quietMs - idleMs + 1));
    }
  };

  return {
    pid: pty.pid,
    exited: pty.exited,
    log: pty.chunks,
    onChunk: pty.onChunk,
    nowMs: pty.nowMs,
    screen: screen.rows,
    text: screen.text,
    cells: screen.cells,
    cursor: screen.cursor,
    alternate: screen.alternate,
    bracketedPaste: screen.bracketedPaste,
    waitFor,
    waitForQuiet,
    type: pty.write,
    press: (...names) => names.forEach((name) => pty.write(keyBytes(name))),
    paste: (text) => pty.write(screen.bracketedPaste() ? `\u001b[200~${text}\u001b[201~` : text),
    resize: (newCols, newRows) => {
      screen.resize(newCols, newRows);
      pty.resize(newCols, newRows);
    },
    signal: pty.signal,
    close: pty.hangUp,
    end: pty.end,
    [Symbol.asyncDispose]: async () => void (await pty.end()),
  };
}

function fits(text: string, wanted: RegExp | ((text: string) => boolean)): boolean {
  return typeof wanted === 'function' ? wanted(text) : wanted.test(text);
}

function describe(wanted: RegExp | ((text: string) => boolean)): string {
  return typeof wanted === 'function' ? 'what the test waits for' : String(wanted);
}

function frame(rows: readonly string[]): string {
  return rows.map((row, y) => `${String(y + 1).padStart(3)}|${row}`).join('\n');
}
