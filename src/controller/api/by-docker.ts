// What Docker says no to, or does not answer to, as the API says it.
import { EngineError, type EngineErrorKind } from '../../clients/engine.ts';
import type { ApiCode } from '../../contracts/api-error.ts';
import { Refusal } from '../../daemon/refusal.ts';

/** Any other kind is an answer: Docker was asked, and did not do it. */
const CODES: { readonly [K in EngineErrorKind]?: ApiCode } = {
  unreachable: 'E_DOCKER',
  timeout: 'E_DOCKER',
  'no-permission': 'E_DOCKER',
  garbage: 'E_DOCKER',
  'no-such-container': 'E_NO_SUCH',
  'no-such-image': 'E_NO_SUCH',
  'no-such-network': 'E_NO_SUCH',
};

export async function byDocker<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new Refusal(CODES[error.kind] ?? 'E_DOCKER_REFUSED', `Docker: ${error.message} (${error.kind})`, {
      cause: error,
    });
  }
}
