// Answers that are not simply a value to be sent as JSON.
import type { ServerResponse } from 'node:http';

/** Bytes that were made beforehand, for whoever asks often; and texts that are no JSON. */
export class Prepared {
  readonly bytes: Buffer;
  /** The same, a letter for each byte (ISO 8859-1). */
  readonly letters: string;
  readonly contentType: string;

  constructor(bytes: Buffer, contentType = 'application/json; charset=utf-8') {
    this.bytes = bytes;
    this.letters = bytes.toString('latin1');
    this.contentType = contentType;
  }
}

/** An answer that goes on: who opens it writes it, and ends it when `signal` aborts. */
export class Streamed {
  readonly open: (response: ServerResponse) => void;

  constructor(open: (response: ServerResponse) => void) {
    this.open = open;
  }
}
