// What an error on the way to an agent or a controller means: an error that a person can act on, or a missing fact.
import { parseJson } from '../base/parse-json.ts';
import { ActionableError, errnoOf, messageOf } from '../base/errors.ts';
import { apiError } from '../contracts/api-error.ts';
import { absent, failed, REASON_CODES, type Missing, type ReasonCode } from '../contracts/reading.ts';
import { WrongCertificate } from './agent-pins.ts';
import { TooLarge, type AgentAnswer } from './agent-transport.ts';
import { GivenUp } from './deadline.ts';

/** What an unreachable agent's error has for a code, beside those of readings. */
export const WRONG_CERTIFICATE = 'certificate';

/** Who is asked, where it is not the agent. */
export type Peer = ActionableError['peer'];

const NO_SUCH = new Set(['E_NO_SUCH', 'E_NO_ROUTE', 'E_DEVICE_UNKNOWN']);

/** Who was asked answers, and what it asks in turn does not. */
const BEHIND = new Set(['E_DOCKER']);

/** It was let through, tried, and did not go as it should. */
const TRIED = new Set(['E_GUEST_TOOL', 'E_DOCKER_REFUSED']);

/** An answer came and is not one of theirs. `message` never quotes it: it may hold a secret. */
export class NotUnderstood extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'NotUnderstood';
  }
}

/** Nobody answered, or nobody whom we understand. The message is technical; faces put it into words by the code. */
export function unreachable(error: unknown, peer?: Peer): ActionableError {
  const message = errnoOf(error) ?? messageOf(error);
  return new ActionableError('unreachable', message, { code: codeOf(error), peer, cause: error });
}

function codeOf(error: unknown): ReasonCode | typeof WRONG_CERTIFICATE {
  if (error instanceof WrongCertificate) return WRONG_CERTIFICATE;
  if (error instanceof GivenUp) return 'timeout';
  if (error instanceof TooLarge) return 'too-large';
  if (error instanceof NotUnderstood) return 'garbage';
  const errno = errnoOf(error) ?? '';
  if (errno === 'EACCES' || errno === 'EPERM') return 'no-permission';
  return errno.startsWith('HPE_') ? 'garbage' : 'no-answer';
}

/** It said no, in its own words; the whole answer goes along. */
export function refusalOf({ status, body }: AgentAnswer, peer?: Peer): ActionableError {
  const answer = parseJson(body);
  const said = apiError.safeParse(answer);
  if (!said.success) return unreachable(new NotUnderstood(`HTTP status ${status}`), peer);
  const { error, code, hint } = said.data;
  return new ActionableError(kindOf(code), error, {
    code,
    answer,
    peer,
    ...(hint === undefined ? {} : { hint }),
  });
}

function kindOf(code: string): ActionableError['kind'] {
  if (NO_SUCH.has(code)) return 'not-found';
  if (BEHIND.has(code)) return 'unreachable';
  return TRIED.has(code) ? 'failed' : 'refused';
}

/** Why a fact could not be had. */
export function missingFrom(error: unknown, source: string, at: number): Missing {
  if (!(error instanceof ActionableError)) return failed('io-error', source, at, messageOf(error));
  const code = REASON_CODES.find((one) => one === error.code);
  if (error.kind === 'unreachable') return failed(code ?? 'no-answer', source, at, error.message);
  if (error.code === 'E_FORBIDDEN' || error.code === 'E_TOKEN') {
    return failed('no-permission', source, at, error.message);
  }
  // An older agent knows fewer subjects.
  return error.kind === 'not-found'
    ? absent('not-here', source, at, error.message)
    : failed('tool-failed', source, at, error.message);
}
