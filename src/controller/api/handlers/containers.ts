// The routes about single containers: only ours, or those that let themselves be managed; a protected one is
// stopped by its typed name alone. The reconciler judges whose it is, and writes the ledger first.
import { PROTECTED_NAMES } from '../../../contracts/base-stack.ts';
import type { ContainerDeed, Reconciler } from '../../parts.ts';
import { byDocker } from '../by-docker.ts';
import { ledgerCallerOf } from '../caller.ts';
import { checkWord } from '../check-word.ts';
import type { ApiCall, ApiHandlers } from '../handler.ts';

const DEFAULT_TAIL = 200;
/** It goes on when the caller has gone, but not for ever: a container may take its time to stop. */
const DEED_LIMIT_MS = 120_000;

export function createContainerHandlers(
  reconciler: Reconciler,
): Pick<ApiHandlers, 'startContainer' | 'stopContainer' | 'restartContainer' | 'containerLogs'> {
  const act = async (
    deed: ContainerDeed,
    { caller, params, body }: Pick<ApiCall<'stopContainer'>, 'caller' | 'params' | 'body'>,
  ) => {
    const by = ledgerCallerOf(caller, body);
    const limit = AbortSignal.timeout(DEED_LIMIT_MS);
    return byDocker(async () => {
      // Docker takes whatever an id begins with: which container it is Docker itself says.
      const { id, name } = await reconciler.find(params.id, limit);
      if (deed !== 'start' && PROTECTED_NAMES.has(name)) checkWord(name, body.confirm);
      return reconciler.act(id, deed, by, limit);
    });
  };
  return {
    startContainer: async (call) => act('start', call),
    stopContainer: async (call) => act('stop', call),
    restartContainer: async (call) => act('restart', call),
    containerLogs: async ({ params, query, signal }) => {
      const options = { tail: query.tail ?? DEFAULT_TAIL, previous: query.previous === 'true' };
      const { id, lines } = await byDocker(async () => reconciler.readLog(params.id, options, signal));
      return { id, lines: [...lines] };
    },
  };
}
