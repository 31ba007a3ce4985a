// How what was handed in is turned down: a code of the table, and an English sentence that names what was wrong.
import type { ApiCode } from '../contracts/api-error.ts';

export class SignatureRefusal extends Error {
  readonly code: ApiCode;

  constructor(code: ApiCode, detail: string) {
    super(detail);
    this.name = 'SignatureRefusal';
    this.code = code;
  }
}

export const malformed = (detail: string): SignatureRefusal =>
  new SignatureRefusal('E_SIG_MALFORMED', detail);
