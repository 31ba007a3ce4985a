// Whether a container keeps dying. Not by looking whether it runs: one that dies every 11 s does so 99 times of 100.
import type { InspectedContainer } from '../../clients/engine.ts';
import type { ServiceMemory } from './state.ts';

export type CrashLoop = {
  readonly deaths: number;
  /** Of the last one, when it is known. */
  readonly exitCode: number | null;
};

const WINDOW_MS = 10 * 60_000;
const ENOUGH = 3;
/** Without events (we were not there): restarts so close to each other count as a loop. */
const MEAN_LIFE_MS = 2 * 60_000;

export function findCrashLoop(
  deaths: ServiceMemory['deaths'],
  container: Pick<InspectedContainer, 'restartCount' | 'startedAt' | 'createdAt' | 'exitCode'> | undefined,
  now: number,
): CrashLoop | undefined {
  const recent = deaths.filter(({ at }) => Math.abs(now - at) < WINDOW_MS);
  if (recent.length >= ENOUGH) return { deaths: recent.length, exitCode: recent.at(-1)?.exitCode ?? null };
  if (container === undefined) return undefined;
  const { restartCount, startedAt, createdAt, exitCode } = container;
  if (restartCount < ENOUGH || startedAt === null || createdAt === null) return undefined;
  const often = startedAt - createdAt < restartCount * MEAN_LIFE_MS;
  return often && now - startedAt < MEAN_LIFE_MS ? { deaths: restartCount, exitCode } : undefined;
}
