// How every daemon says no to a caller: a code of the one table, a sentence, and what to do about it.
import type { ApiCode } from '../contracts/api-error.ts';

/** Thrown by handlers; the one way to say no. `extra` are more fields of the body, where a contract has them. */
export class Refusal extends Error {
  readonly code: ApiCode;
  readonly hint: string | undefined;
  readonly retryAfterS: number | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;
  /** Where another than the code's own is fixed. */
  readonly status: number | undefined;

  constructor(
    code: ApiCode,
    message: string,
    options: {
      readonly hint?: string;
      readonly retryAfterS?: number;
      readonly extra?: Readonly<Record<string, unknown>>;
      readonly status?: number;
      readonly cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'Refusal';
    this.code = code;
    this.hint = options.hint;
    this.retryAfterS = options.retryAfterS;
    this.extra = options.extra;
    this.status = options.status;
  }
}
