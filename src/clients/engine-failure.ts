// What an error of Docker's API means for who acts: Docker says 404 for a container, an image and a network, and
// 500 for most of the rest; its sentence tells them apart.
import { errnoOf, messageOf } from '../base/errors.ts';
import { GivenUp } from './deadline.ts';
import { DockerRefused, UselessAnswer } from './docker-failure.ts';
import { EngineError, type EngineErrorKind } from './engine.ts';

const MAX_MESSAGE_LENGTH = 1000;

/** The first that fits; what stands in the sentence counts more than the status. */
const SENTENCES: readonly { readonly kind: EngineErrorKind; readonly says: RegExp }[] = [
  { kind: 'no-space', says: /no space left on device|disk quota exceeded/i },
  { kind: 'port-taken', says: /port is already allocated|address already in use/i },
  {
    kind: 'mount-missing',
    says: /bind source path does not exist|error mounting .*no such file or directory/i,
  },
  { kind: 'task-exists', says: /task \S+ already exists|task already exists|id already in use/i },
  { kind: 'name-taken', says: /name "?\S+"? is already in use|network with name \S+ already exists/i },
  // It is as good as gone: nothing can be done to it any more.
  {
    kind: 'no-such-container',
    says: /marked for removal|removal of container \S+ is already in progress/i,
  },
  { kind: 'network-in-use', says: /has active endpoints/i },
];
const NOT_FOUND: readonly { readonly kind: EngineErrorKind; readonly says: RegExp }[] = [
  {
    kind: 'no-such-image',
    says: /no such image|manifest (?:for|unknown)|pull access denied|repository .*not found/i,
  },
  { kind: 'no-such-network', says: /network \S+ not found|could not find a network|no such network/i },
  { kind: 'no-such-container', says: /no such container/i },
];
const ERRNOS: Readonly<Record<string, EngineErrorKind>> = {
  ENOENT: 'unreachable',
  ENOTDIR: 'unreachable',
  ENOTSOCK: 'unreachable',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EPIPE: 'unreachable',
  // Too many wait there already.
  EAGAIN: 'unreachable',
  EACCES: 'no-permission',
  EPERM: 'no-permission',
};

/** `what`: what was asked, for errors that have no sentence of Docker's. */
export function toEngineError(error: unknown, what: string): EngineError {
  if (error instanceof EngineError) return error;
  if (error instanceof DockerRefused) {
    const { status } = error;
    return new EngineError(kindOf(status, error.message), oneLine(error.message), { status, cause: error });
  }
  const message = `${what}: ${oneLine(messageOf(error))}`;
  if (error instanceof Error && error.name === 'AbortError') {
    return new EngineError('timeout', `${what}: given up`, { cause: error });
  }
  if (error instanceof GivenUp) return new EngineError('timeout', message, { cause: error });
  if (error instanceof UselessAnswer) return new EngineError('garbage', message, { cause: error });
  const errno = errnoOf(error) ?? '';
  // Somebody is there who does not speak HTTP.
  const kind = errno.startsWith('HPE_') ? 'garbage' : (ERRNOS[errno] ?? 'refused');
  return new EngineError(kind, message, { cause: error });
}

/** Of an error that stands in the body of a "200". */
export const fromStreamed = (message: string, otherwise: EngineErrorKind): EngineError => {
  const kind = kindOf(500, message);
  return new EngineError(kind === 'refused' ? otherwise : kind, oneLine(message));
};

function kindOf(status: number, message: string): EngineErrorKind {
  const told = SENTENCES.find(({ says }) => says.test(message));
  if (told !== undefined) return told.kind;
  const missing = NOT_FOUND.find(({ says }) => says.test(message));
  if (missing !== undefined) return missing.kind;
  return status === 409 || status === 403 ? 'conflict' : 'refused';
}

const oneLine = (message: string): string =>
  message.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_MESSAGE_LENGTH);
