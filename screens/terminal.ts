// The terminal as Ink sees it: sizes that change at most thirty times a second and never to
// nothing, and a keyboard without the terminal's own messages (focus in and out).
import { EventEmitter } from 'node:events';
import type { PassThrough } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import { createPasteGuard } from './input/paste-guard.ts';
import type { Size } from './layout.ts';

export type Terminal = {
  /**
   * Makes of two plain streams what Ink takes for a terminal's. They come from outside because the part
   * of Node that makes them is not needed for the first frame. What was typed before is not lost.
   */
  readonly attach: (stdin: PassThrough, stdout: EventEmitter) => void;
  /** What Ink writes, on its way to the terminal. */
  readonly pass: (chunk: string) => void;
  readonly size: () => Size;
  /** `resize` before Ink hears of it, `focus` with true or false, `lost` when the terminal has gone. */
  readonly events: EventEmitter<{ resize: []; focus: [boolean]; drain: []; lost: [] }>;
  /** The terminal is slow, or takes nothing at all: `drain` tells when it has caught up. */
  readonly isBehind: () => boolean;
  /** Tells Ink of the size; called after the app has been drawn for it. */
  readonly announceSize: () => void;
  readonly write: (text: string) => void;
  /**
   * Writes lines to the main screen, which Ink has left, and waits for the key that ends it. Whatever else
   * is typed or pasted meanwhile is dropped.
   */
  readonly showAside: (lines: readonly string[]) => Promise<void>;
  /**
   * Leaves keyboard and screen to a program, as Ink has left them: nothing is read from the terminal and
   * nothing written to it until that has ended, and what it left behind of modes is taken back.
   */
  readonly lend: <T>(use: () => Promise<T>) => Promise<T>;
  /**
   * Takes the keyboard and the alternate screen, and shows these lines there, before Ink is loaded.
   * Resolves when the terminal has taken them, or after a moment when it does not.
   */
  readonly enter: (painted: readonly string[]) => Promise<void>;
  /** Gives the terminal back as it was; does nothing that Ink has done already. */
  readonly close: () => void;
};

const FALLBACK: Size = { columns: 80, rows: 24 };
const RESIZE_EVERY_MS = 33;
const ENTER_LIMIT_MS = 100;
const FOCUS_IN = '\u001b[I';
const FOCUS_OUT = '\u001b[O';
const REPORT_FOCUS = '\u001b[?1004h';
const REPORT_FOCUS_OFF = '\u001b[?1004l';
/**
 * Terminals disagree about the width of some scripts. A line that is longer for one of them must not
 * wrap: it would shift the whole screen by a row (DECAWM). Said inside the alternate screen and taken
 * back outside, as entering and leaving it may save and restore this too.
 */
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';
const ALTERNATE = '\u001b[?1049h';
const FIRST_SCREEN = '\u001b[?1049l';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
/** Enter, Esc, q and Ctrl+c. */
const ENDS_ASIDE: ReadonlySet<string> = new Set(['\r', '\n', '\u001b', 'q', '\u0003']);
/** Without mouse reports, bracketed paste, application keys, odd colours and margins; on the main screen. */
const SANE =
  '\u001b[?1047l\u001b[?1000l\u001b[?1002l\u001b[?1003l\u001b[?1006l\u001b[?2004l\u001b[?1l\u001b>\u001b7\u001b[r\u001b8\u001b[0m\r\n';
const HOME_AND_CLEAR = '\u001b[H\u001b[2J';

export function createTerminal(realIn: ReadStream, realOut: WriteStream, now: () => number): Terminal {
  const events: Terminal['events'] = new EventEmitter();
  let size = sizeOf(realOut);
  let resizeTimer: NodeJS.Timeout | undefined;

  const aside: { end?: () => void } = {};
  const attached: { stdin?: PassThrough; stdout?: EventEmitter } = {};
  const typedEarly: Buffer[] = [];
  const guardPastes = createPasteGuard(now);
  let tail = '';
  const onData = (chunk: Buffer) => {
    // At the byte level, and with the end of the chunk before: anything may be torn between two.
    const text = chunk.toString('latin1');
    if (aside.end !== undefined) {
      // A key alone: a paste that holds one is longer.
      if (ENDS_ASIDE.has(text)) aside.end();
      return;
    }
    const seen = tail + text;
    tail = seen.slice(1 - FOCUS_IN.length);
    const [focusIn, focusOut] = [seen.lastIndexOf(FOCUS_IN), seen.lastIndexOf(FOCUS_OUT)];
    if (focusIn !== focusOut) events.emit('focus', focusIn > focusOut);
    const rest = guardPastes(text.replaceAll(FOCUS_IN, '').replaceAll(FOCUS_OUT, ''));
    if (rest === '') return;
    if (attached.stdin === undefined) typedEarly.push(Buffer.from(rest, 'latin1'));
    else attached.stdin.write(Buffer.from(rest, 'latin1'));
  };
  const onDrain = () => events.emit('drain');
  const onLost = () => events.emit('lost');
  realIn.on('data', onData);
  realIn.on('end', onLost);
  realIn.on('error', onLost);
  realOut.on('error', onLost);
  realOut.on('drain', onDrain);
  writeWithoutBlocking(realOut);

  const screen = { alternate: false, entered: false, raw: false };
  const pass = (chunk: string) => {
    if (chunk.includes(FIRST_SCREEN)) screen.alternate = false;
    if (chunk === ALTERNATE && screen.alternate) return;
    if (chunk.includes(ALTERNATE)) screen.alternate = true;
    // Ink's first frame takes the place of ours, which is still what is seen until then.
    const replaces = screen.entered && chunk.length > 0 && chunk !== HIDE_CURSOR;
    screen.entered = screen.entered && !replaces;
    realOut.write(
      chunk.replace(ALTERNATE, ALTERNATE + NO_WRAP).replace(FIRST_SCREEN, FIRST_SCREEN + WRAP) +
        (replaces ? HOME_AND_CLEAR : ''),
    );
  };
  const takeKeyboard = (raw: boolean) => {
    if (screen.raw === raw) return;
    screen.raw = raw;
    realIn.setRawMode(raw);
    realOut.write(raw ? REPORT_FOCUS : REPORT_FOCUS_OFF);
  };
  const onResize = () => {
    resizeTimer ??= setTimeout(() => {
      resizeTimer = undefined;
      const next = sizeOf(realOut);
      if (next.columns === size.columns && next.rows === size.rows) return;
      size = next;
      events.emit('resize');
    }, RESIZE_EVERY_MS);
  };
  realOut.on('resize', onResize);

  return {
    pass,
    attach: (stdin, stdout) => {
      Object.defineProperties(stdout, {
        columns: { get: () => size.columns },
        rows: { get: () => size.rows },
        isTTY: { value: true },
      });
      Object.assign(stdin, {
        isTTY: true,
        setRawMode: (raw: boolean) => {
          takeKeyboard(raw);
          return stdin;
        },
        ref: () => {
          realIn.ref();
          realIn.resume();
        },
        unref: () => {
          realIn.pause();
          realIn.unref();
        },
      });
      Object.assign(attached, { stdin, stdout });
      for (const chunk of typedEarly.splice(0)) stdin.write(chunk);
    },
    events,
    size: () => size,
    isBehind: () => realOut.writableNeedDrain,
    announceSize: () => void attached.stdout?.emit('resize'),
    write: (text) => void realOut.write(text),
    showAside: async (lines) => {
      const ended = Promise.withResolvers<void>();
      aside.end = ended.resolve;
      // Without our modes: what is selected and pasted is the terminal's own business here.
      screen.raw = true;
      realIn.setRawMode(true);
      realIn.ref();
      realIn.resume();
      realOut.write(`${lines.join('\r\n')}\r\n`);
      await ended.promise;
      delete aside.end;
      realIn.setRawMode(false);
      screen.raw = false;
    },
    lend: async (use) => {
      realIn.pause();
      try {
        return await use();
      } finally {
        // One that was killed leaves its own alternate screen, mouse and modes; each of these is harmless.
        realOut.write(SANE);
      }
    },
    enter: async (painted) => {
      // Before the first frame: what is typed meanwhile must not be echoed into it.
      takeKeyboard(true);
      pass(ALTERNATE + HIDE_CURSOR + HOME_AND_CLEAR + painted.join('\r\n'));
      screen.entered = true;
      // A frame is more than a terminal takes at once; what follows would hold up the rest of it.
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, ENTER_LIMIT_MS);
        realOut.write('', () => {
          clearTimeout(limit);
          resolve();
        });
      });
    },
    close: () => {
      clearTimeout(resizeTimer);
      takeKeyboard(false);
      if (screen.alternate) pass(FIRST_SCREEN + SHOW_CURSOR);
      realIn.off('data', onData);
      realIn.off('end', onLost);
      realOut.off('resize', onResize);
      realOut.off('drain', onDrain);
      realIn.pause();
      realIn.unref();
    },
  };
}

/**
 * Node lets a terminal's writes block the whole process. One that takes nothing more (a broken SSH
 * link, a stopped emulator) would then stop facts, keys and even signals.
 */
export function writeWithoutBlocking(stream: object): void {
  const handle: unknown = Reflect.get(stream, '_handle');
  if (typeof handle !== 'object' || handle === null) return;
  if ('setBlocking' in handle && typeof handle.setBlocking === 'function') handle.setBlocking(false);
}

function sizeOf(stream: WriteStream): Size {
  const { columns, rows } = stream;
  return { columns: columns > 0 ? columns : FALLBACK.columns, rows: rows > 0 ? rows : FALLBACK.rows };
}
