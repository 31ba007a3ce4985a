// A fact that may be missing. Every value that the console shows is one of these, so that a
// missing one can never pass for 0 (law 1 of the product).

/** Why a fact is absent (this machine does not have it) or failed (it should be there). */
export const REASON_CODES = [
  'no-file', // ENOENT: this kernel or machine does not offer it
  'no-tool', // an optional program is not installed
  'not-here', // does not apply to this kind of machine
  'no-permission', // EACCES, EPERM
  'not-regular', // a FIFO, socket or device where a file belongs
  'empty', // the file is there and says nothing
  'garbage', // the content does not parse
  'too-large', // more than the reader accepts
  'timeout', // no answer before the deadline
  'hung', // an earlier read has not come back yet
  'tool-failed', // the program ran and reported an error
  'no-answer', // a socket does not answer
  'io-error', // any other errno
  'asleep', // a disk in standby that was not woken
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

export type Ok<T> = {
  readonly state: 'ok';
  readonly value: T;
  /** Milliseconds since the epoch at which the fact was read. */
  readonly at: number;
  /** Where it was read: a path or a command. */
  readonly source: string;
};

export type Missing = {
  readonly state: 'absent' | 'failed';
  readonly code: ReasonCode;
  /** Technical detail in English (an errno, a tool's first error line); may be foreign text. */
  readonly detail: string;
  readonly at: number;
  readonly source: string;
};

export type Reading<T> = Ok<T> | Missing;

export const ok = <T>(value: T, source: string, at: number): Ok<T> => ({ state: 'ok', value, at, source });

export const absent = (code: ReasonCode, source: string, at: number, detail = ''): Missing => ({
  state: 'absent',
  code,
  detail,
  at,
  source,
});

export const failed = (code: ReasonCode, source: string, at: number, detail = ''): Missing => ({
  state: 'failed',
  code,
  detail,
  at,
  source,
});

/** The value, or nothing when it is missing; for joins where either is fine. */
export const valueOf = <T>(reading: Reading<T> | undefined): T | undefined =>
  reading?.state === 'ok' ? reading.value : undefined;
