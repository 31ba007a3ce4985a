// The routes about single containers: only ours, or those that let themselves be managed (the reconciler
// judges that); a protected one is stopped by its typed name alone.
import { PROTECTED_NAMES } from '../../../contracts/base-stack.ts';
import type { ContainerDeed, Reconciler } from '../../parts.ts';
import { byDocker } from '../by-docker.ts';
import { ledgerCallerOf } from '../caller.ts';
import { checkWord } from '../check-word.ts';
import type { ApiCall, ApiHandlers } from '../handler.ts';
import type { RecordAsked } from '../record-asked.ts';

const DEFAULT_TAIL = 200;
/** It goes on when the caller has gone, but not for ever: a container may take its time to stop. */
const DEED_LIMIT_MS = 120_000;

export function createContainerHandlers({
  reconciler,
  record,
}: {
  readonly reconciler: Reconciler;
  readonly record: RecordAsked;
}): Pick<ApiHandlers, 'startContainer' | 'stopContainer' | 'restartContainer' | 'containerLogs'> {
  const act = async (
    deed: ContainerDeed,
    { caller, params, body }: Pick<ApiCall<'stopContainer'>, 'caller' | 'params' | 'body'>,
  ) => {
    const name = protectedName(reconciler, params.id);
    if (deed !== 'start' && name !== undefined) checkWord(name, body.confirm);
    const by = ledgerCallerOf(caller, body);
    await record(`container.${deed}-asked`, by, name ?? params.id);
    return byDocker(async () => reconciler.act(params.id, deed, by, AbortSignal.timeout(DEED_LIMIT_MS)));
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

/** Docker takes a name, an id, and whatever an id begins with. */
function protectedName(reconciler: Reconciler, id: string): string | undefined {
  if (PROTECTED_NAMES.has(id)) return id;
  return reconciler.told().services.find(({ container }) => container?.id.startsWith(id) === true)?.name;
}
