// What a person asks for one container: start, stop, restart it, read its log. Only what we made, or what whoever made
// it lets us manage; never our own container.
import { isServiceName } from '../../contracts/base-stack.ts';
import type { LedgerCaller, LedgerRecord } from '../../contracts/facts/ledger.ts';
import type { Engine, InspectedContainer } from '../../clients/engine.ts';
import { Refusal } from '../../daemon/refusal.ts';
import type { Lanes } from './lanes.ts';
import type { ContainerDeed, Reconciler } from '../parts.ts';
import { permitDeed } from '../plan/permit-deed.ts';

const GRACE_S = 10;

export function createDeeds({
  engine,
  lanes,
  ownId,
  graceOf,
  pausedBy,
  record,
  onDone,
}: {
  readonly engine: Engine;
  readonly lanes: Lanes;
  /** Of the controller's own container; null when it runs in none. */
  readonly ownId: () => string | null;
  readonly graceOf: (service: string) => number | undefined;
  /** Why a person holds it down; null when nobody does. */
  readonly pausedBy: (name: string) => string | null;
  readonly record: (
    what: string,
    by: LedgerCaller,
    subject: string,
    detail: LedgerRecord['detail'],
  ) => Promise<void>;
  readonly onDone: () => void;
}): Pick<Reconciler, 'find' | 'act' | 'readLog'> {
  const find = async (id: string, signal: AbortSignal): Promise<InspectedContainer> => {
    const container = await engine.inspectContainer(id, signal);
    if (container === undefined) throw new Refusal('E_NO_SUCH', `there is no container ${id}`);
    return container;
  };
  const findOurs = async (id: string, signal: AbortSignal): Promise<InspectedContainer> => {
    const container = await find(id, signal);
    const permitted = permitDeed(container, ownId());
    if (typeof permitted === 'string') return container;
    throw new Refusal('E_NOT_OURS', `${container.name}: ${permitted.why}`, { hint: permitted.hint });
  };

  /** It would be stopped again at the next look. */
  const refusePaused = (name: string) => {
    const why = pausedBy(name);
    if (why === null) return;
    throw new Refusal('E_PAUSED', `${name} is paused: ${why}`, {
      hint: `end the pause first: felhom base resume ${name}`,
    });
  };

  return {
    find: async (containerId, signal) => {
      const { id, name } = await findOurs(containerId, signal);
      return { id, name };
    },
    act: async (containerId, deed, by, signal) => {
      const { id, name } = await findOurs(containerId, signal);
      const lane = isServiceName(name) ? name : id;
      return lanes
        .run(lane, async () => {
          // It may have waited for its turn.
          signal.throwIfAborted();
          const frozen = (await findOurs(id, signal)).state === 'paused';
          if (deed !== 'stop') refusePaused(name);
          await record(DONE[deed], by, name, { id });
          const graceS = graceOf(name) ?? GRACE_S;
          if (deed === 'start' && frozen) await engine.unpauseContainer(id, signal);
          else if (deed === 'start') await engine.startContainer(id, signal);
          else if (deed === 'stop') await engine.stopContainer(id, graceS, signal);
          else await engine.restartContainer(id, graceS, signal);
          const { state } = await find(id, signal);
          return { id, name, state };
        })
        .finally(onDone);
    },
    readLog: async (containerId, options, signal) => {
      const { id } = await findOurs(containerId, signal);
      return { id, lines: await engine.readLog(id, options, signal) };
    },
  };
}

const DONE: Readonly<Record<ContainerDeed, string>> = {
  start: 'container.start',
  stop: 'container.stop',
  restart: 'container.restart',
};
