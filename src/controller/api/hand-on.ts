// What the host's agent says no with, as the controller hands it on. Its 403 of a refused format becomes 409
// when it carries the operation that waits for a signature, and goes on whole; any other keeps its status.
import { ActionableError } from '../../base/errors.ts';
import { formatRefused, isApiCode } from '../../contracts/api-error.ts';
import { Refusal } from '../../daemon/refusal.ts';

const CONFLICT = 409;
/** Said to the controller about itself, not about what the caller asked for: passed on it would mislead. */
const ABOUT_US = new Set(['E_TOKEN', 'E_CERTIFICATE']);

export async function handOn<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ActionableError ? refusalFrom(error) : error;
  }
}

function refusalFrom(error: ActionableError): Refusal {
  const { kind, code, message, hint, answer } = error;
  const options = { cause: error, ...(hint === undefined ? {} : { hint }) };
  if (kind === 'unreachable') {
    return new Refusal('E_AGENT', `the agent of the host does not answer: ${message}`, options);
  }
  const waiting = formatRefused.loose().safeParse(answer);
  if (code === 'E_PENDING_SIGNATURE' && waiting.success) {
    return new Refusal(code, waiting.data.error, { ...options, status: CONFLICT, extra: waiting.data });
  }
  return code !== undefined && isApiCode(code) && !ABOUT_US.has(code)
    ? new Refusal(code, message, options)
    : new Refusal(
        'E_AGENT',
        `the agent of the host refuses this guest: ${message} (${code ?? 'no code'})`,
        options,
      );
}
