// Takes a container's log apart as it arrives: framed output and errors (no terminal) or one raw stream
// (terminal). Memory stays bounded whatever the container writes.
import { StringDecoder } from 'node:string_decoder';

export type LogDecoder = {
  readonly push: (chunk: Buffer) => void;
  /** Call once, at the end. */
  readonly finish: () => string[];
};

/** A frame's head: the stream's number, three zeros, the length in big endian. */
const HEADER_BYTES = 8;
const MAX_LINE_LENGTH = 4096;

/** Keeps the last lines. */
export function createLogDecoder(options: { tty: boolean; maxLines: number }): LogDecoder {
  const lines: string[] = [];
  const splitter = createLogSplitter(options.tty, (line) => {
    lines.push(line);
    // Shortened in strides: a shift for each line costs more.
    if (lines.length > options.maxLines * 2) lines.splice(0, lines.length - options.maxLines);
  });
  return {
    push: splitter.push,
    finish: () => {
      splitter.end();
      return lines.slice(-options.maxLines);
    },
  };
}

/** Calls back for each line. */
export function createLogSplitter(
  tty: boolean,
  onLine: (line: string) => void,
): { readonly push: (chunk: Buffer) => void; readonly end: () => void } {
  // Output and errors are two texts: a line or a letter of one may be cut by the other's.
  const output = createLines(onLine);
  const errors = createLines(onLine);
  const demultiplex = createDemultiplexer((stream, data) => (stream === 2 ? errors : output).push(data));
  return {
    push: tty ? output.push : demultiplex,
    end: () => {
      output.end();
      errors.end();
    },
  };
}

function createDemultiplexer(emit: (stream: number, data: Buffer) => void): (chunk: Buffer) => void {
  const header = Buffer.alloc(HEADER_BYTES);
  let headerBytes = 0;
  let left = 0;
  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const taken = chunk.copy(header, headerBytes, at, at + HEADER_BYTES - headerBytes);
        headerBytes += taken;
        at += taken;
        if (headerBytes < HEADER_BYTES) return;
        left = header.readUInt32BE(4);
        headerBytes = 0;
      }
      const data = chunk.subarray(at, at + left);
      at += data.length;
      left -= data.length;
      if (data.length > 0) emit(header.readUInt8(0), data);
    }
  };
}

function createLines(emit: (line: string) => void) {
  const decoder = new StringDecoder('utf8');
  let open = '';
  let length = 0;
  const add = (text: string) => {
    // The rest of an overlong line is dropped, not the whole.
    open += text.slice(0, Math.max(0, MAX_LINE_LENGTH - open.length));
    length += text.length;
  };
  const close = () => {
    emit(`${open.replace(/\r$/, '')}${length > MAX_LINE_LENGTH ? '…' : ''}`);
    open = '';
    length = 0;
  };
  return {
    push: (data: Buffer) => {
      const parts = decoder.write(data).split('\n');
      for (const [index, part] of parts.entries()) {
        add(part);
        if (index < parts.length - 1) close();
      }
    },
    end: () => {
      add(decoder.end());
      if (length > 0) close();
    },
  };
}
