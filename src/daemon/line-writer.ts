// Writes the log aside and bounded. Whoever reads it may hang, or the disk behind it be full: then lines are
// lost, and nothing else. (pino's own writer tries for ever on a full disk when the process ends.)
import { write } from 'node:fs';
import { errnoOf } from '../base/errors.ts';

export type LineWriter = {
  readonly write: (line: string) => void;
  /** Calls back when everything so far is written, or lost. */
  readonly flush: (done: () => void) => void;
};

const MAX_UNWRITTEN = 1024 * 1024;
const RETRY_MS = 100;

export function createLineWriter(fd: number): LineWriter {
  const idle: (() => void)[] = [];
  let waiting: string[] = [];
  let length = 0;
  let writing = false;
  const next = () => {
    if (waiting.length === 0) {
      writing = false;
      for (const done of idle.splice(0)) done();
      return;
    }
    writing = true;
    const bytes = Buffer.from(waiting.join(''));
    waiting = [];
    length = 0;
    writeFrom(bytes, 0);
  };
  const writeFrom = (bytes: Buffer, from: number) => {
    write(fd, bytes, from, bytes.length - from, null, (error, written) => {
      if (error !== null && errnoOf(error) === 'EAGAIN') {
        setTimeout(() => writeFrom(bytes, from), RETRY_MS);
      } else if (error === null && from + written < bytes.length) writeFrom(bytes, from + written);
      else next();
    });
  };
  return {
    write: (line) => {
      if (length + line.length > MAX_UNWRITTEN) return;
      waiting.push(line);
      length += line.length;
      if (!writing) next();
    },
    flush: (done) => {
      if (writing) idle.push(done);
      else done();
    },
  };
}
