// Every error that a person can act on, in one table: its exit code and, where the API answers
// with it, its HTTP status. Anything else that is thrown is a bug (exit 70).

/** Exit codes of every command except `check`, which follows monitoring plugins. */
export const EXIT = {
  ok: 0,
  findings: 1,
  usage: 2,
  unreachable: 3,
  refused: 4,
  failed: 5,
  notFound: 6,
  bug: 70,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const KINDS = {
  usage: { exit: EXIT.usage },
  settings: { exit: EXIT.usage },
  unreachable: { exit: EXIT.unreachable },
  'not-found': { exit: EXIT.notFound },
  refused: { exit: EXIT.refused },
  failed: { exit: EXIT.failed },
} as const satisfies Record<string, { exit: ExitCode }>;

export type ErrorKind = keyof typeof KINDS;

/** An error that tells a person what was wrong and what to do about it. */
export class ActionableError extends Error {
  readonly kind: ErrorKind;
  /** How to solve it; one sentence, already in the person's language. */
  readonly hint: string | undefined;
  /** A peer's code for it (`E_DEVICE_HELD`), and its whole answer, where a peer said no. */
  readonly code: string | undefined;
  readonly answer: unknown;
  /** Whose word or silence it is, where it is not the agent's. */
  readonly peer: 'controller' | undefined;

  constructor(
    kind: ErrorKind,
    message: string,
    options: {
      hint?: string;
      code?: string;
      answer?: unknown;
      peer?: 'controller' | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ActionableError';
    this.kind = kind;
    this.hint = options.hint;
    this.code = options.code;
    this.answer = options.answer;
    this.peer = options.peer;
  }
}

export const exitCodeOf = (error: unknown): ExitCode =>
  error instanceof ActionableError ? KINDS[error.kind].exit : EXIT.bug;

/** The errno name of a system error (ENOENT, EACCES, …), or nothing. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
