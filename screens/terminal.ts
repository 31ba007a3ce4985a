// The terminal as Ink sees it: sizes that change at most thirty times a second and never to
// nothing, and a keyboard without the terminal's own messages (focus in and out).
import { EventEmitter } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import type { ReadStream, WriteStream } from 'node:tty';
import type { Size } from './layout.ts';

export type Terminal = {
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  readonly size: () => Size;
  /** `resize` before Ink hears of it, `focus` with true or false, `lost` when the terminal has gone. */
  readonly events: EventEmitter<{ resize: []; focus: [boolean]; lost: [] }>;
  /** Tells Ink of the size; called after the app has been drawn for it. */
  readonly announceSize: () => void;
  readonly write: (text: string) => void;
  readonly close: () => void;
};

const FALLBACK: Size = { columns: 80, rows: 24 };
const RESIZE_EVERY_MS = 33;
const FOCUS_IN = '\u001b[I';
const FOCUS_OUT = '\u001b[O';
const REPORT_FOCUS = '\u001b[?1004h';
const REPORT_FOCUS_OFF = '\u001b[?1004l';
/**
 * Terminals disagree about the width of some scripts. A line that is longer for one of them must not
 * wrap: it would shift the whole screen by a row (DECAWM).
 */
const NO_WRAP = '\u001b[?7l';
const WRAP = '\u001b[?7h';

export function createTerminal(realIn: ReadStream, realOut: WriteStream): Terminal {
  const events: Terminal['events'] = new EventEmitter();
  let size = sizeOf(realOut);
  let resizeTimer: NodeJS.Timeout | undefined;

  const stdin = new PassThrough();
  const onData = (chunk: Buffer) => {
    const text = chunk.toString('latin1');
    // Looked for at the byte level: a character may be split between two chunks.
    if (!text.includes(FOCUS_IN) && !text.includes(FOCUS_OUT)) {
      stdin.write(chunk);
      return;
    }
    events.emit('focus', text.lastIndexOf(FOCUS_IN) > text.lastIndexOf(FOCUS_OUT));
    const rest = text.replaceAll(FOCUS_IN, '').replaceAll(FOCUS_OUT, '');
    if (rest !== '') stdin.write(Buffer.from(rest, 'latin1'));
  };
  const onLost = () => events.emit('lost');
  realIn.on('data', onData);
  realIn.on('end', onLost);
  realIn.on('error', onLost);
  realOut.on('error', onLost);

  const stdout = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      // A terminal takes writes at once; waiting for each would lose the last ones at the exit.
      realOut.write(chunk);
      done();
    },
  });
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
  // The first frame is drawn before the keyboard is taken.
  realOut.write(NO_WRAP);

  Object.defineProperties(stdout, {
    columns: { get: () => size.columns },
    rows: { get: () => size.rows },
    isTTY: { value: true },
  });
  Object.assign(stdin, {
    isTTY: true,
    setRawMode: (raw: boolean) => {
      realIn.setRawMode(raw);
      realOut.write(raw ? NO_WRAP + REPORT_FOCUS : REPORT_FOCUS_OFF + WRAP);
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

  return {
    stdin,
    stdout,
    events,
    size: () => size,
    announceSize: () => stdout.emit('resize'),
    write: (text) => void realOut.write(text),
    close: () => {
      clearTimeout(resizeTimer);
      realIn.off('data', onData);
      realIn.off('end', onLost);
      realOut.off('resize', onResize);
      realIn.pause();
      realIn.unref();
    },
  };
}

function sizeOf(stream: WriteStream): Size {
  const { columns, rows } = stream;
  return { columns: columns > 0 ? columns : FALLBACK.columns, rows: rows > 0 ? rows : FALLBACK.rows };
}
