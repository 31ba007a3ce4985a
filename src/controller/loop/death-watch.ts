// Who died by itself, from Docker's events: sampling "running" would not see a service that dies every 11 s.
import { constants } from 'node:os';
import { isServiceName, type ServiceName } from '../../contracts/base-stack.ts';
import type { EngineEvent } from '../../clients/engine.ts';
import type { Observed } from '../plan/state.ts';

export type DeathWatch = {
  readonly hear: (event: EngineEvent) => void;
  /** Gives those who died since the last look and are still there: one that is removed by force only seems to die. */
  readonly take: (
    observed: Observed,
  ) => readonly { readonly service: ServiceName; readonly at: number; readonly exitCode: number | null }[];
  /** With which code a container ended the last time. */
  readonly exitCodeOf: (containerId: string) => number | null;
};

/** What ends who hears it; others (SIGHUP to read settings anew, say) only tell it something. */
const { SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM } = constants.signals;
const ENDING: ReadonlySet<number> = new Set([SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGTERM]);

/** `busy`: something is done to the service at this moment; what we end ourselves does not die. */
export function createDeathWatch(busy: (service: ServiceName) => boolean): DeathWatch {
  /** Containers that were told to end: their end is no death. */
  const killed = new Set<string>();
  const exitCodes = new Map<string, number>();
  let died: readonly EngineEvent[] = [];
  return {
    hear: (event) => {
      const { type, action, name, id, exitCode, signal } = event;
      if (type !== 'container' || !isServiceName(name)) return;
      if (action === 'kill' && (signal === null || ENDING.has(signal))) killed.add(id);
      if (action === 'die' && exitCode !== null) exitCodes.set(id, exitCode);
      if (action === 'die' && !killed.has(id) && !busy(name)) died = [...died, event];
      if (action === 'start' || action === 'destroy') killed.delete(id);
      if (action === 'destroy') exitCodes.delete(id);
    },
    take: ({ containers }) => {
      const taken = died;
      died = [];
      return taken.flatMap(({ id, name, at, exitCode }) => {
        const container = containers.find((one) => one.id === id);
        return container?.ours === true && container.state !== 'removing' && isServiceName(name)
          ? [{ service: name, at, exitCode }]
          : [];
      });
    },
    exitCodeOf: (id) => exitCodes.get(id) ?? null,
  };
}
