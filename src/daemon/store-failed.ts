// The agent's memory could not be written or read: said as 503, and nothing is done.
import { FileChanged } from '../base/append-file.ts';
import { errnoOf, messageOf } from '../base/errors.ts';
import { Refusal } from './refusal.ts';

const RETRY_S = 30;

/** Does `work` on the agent's own files; what the system says no to becomes `E_STORE`. */
export async function storing<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal || (errnoOf(error) === undefined && !(error instanceof FileChanged))) {
      throw error;
    }
    throw storeFailed(what, error);
  }
}

export const storeFailed = (what: string, cause: unknown): Refusal =>
  new Refusal('E_STORE', `${what} could not be written: ${errnoOf(cause) ?? messageOf(cause)}`, {
    hint: 'make room on the disk of the state folder, or mend it; then try again',
    retryAfterS: RETRY_S,
    cause,
  });
