// What an error of Docker's socket or API means: absent, or failed with which reason.
import type { Clock } from '../base/clock.ts';
import { errnoOf, messageOf } from '../base/errors.ts';
import { absent, failed, type Missing, type ReasonCode } from '../contracts/reading.ts';
import { GivenUp } from './deadline.ts';

const CODES: { readonly [errno: string]: ReasonCode } = {
  EACCES: 'no-permission',
  EPERM: 'no-permission',
  // Nobody listens at the file, or too many wait there already, or the daemon went away while it answered.
  ECONNREFUSED: 'no-answer',
  EAGAIN: 'no-answer',
  ECONNRESET: 'no-answer',
  EPIPE: 'no-answer',
  ENOTSOCK: 'no-answer',
};

/** An answer came, and it is of no use. */
export class UselessAnswer extends Error {
  readonly reason: ReasonCode;

  constructor(reason: ReasonCode, message: string) {
    super(message);
    this.name = 'UselessAnswer';
    this.reason = reason;
  }
}

export function missingFromError(error: unknown, source: string, clock: Clock): Missing {
  const at = clock.now();
  if (error instanceof GivenUp) return failed('timeout', source, at, error.message);
  if (error instanceof UselessAnswer) return failed(error.reason, source, at, error.message);
  if (error instanceof DockerRefused) {
    return failed('tool-failed', source, at, `HTTP ${error.status}: ${error.message}`);
  }
  const errno = errnoOf(error) ?? '';
  if (errno === 'ENOENT' || errno === 'ENOTDIR') return absent('no-file', source, at, errno);
  // Somebody is there who does not speak HTTP.
  if (errno.startsWith('HPE_')) return failed('garbage', source, at, errno);
  return failed(CODES[errno] ?? 'io-error', source, at, errno === '' ? messageOf(error) : errno);
}

/** Docker answered, with a status from 400 on; the message is its own. */
export class DockerRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'DockerRefused';
    this.status = status;
  }
}
