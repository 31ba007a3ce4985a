// Has a container that was started a moment ago come to stay? Healthy by its own check, or running without a restart
// for so long: a check's first answer may take its whole interval. Where the one before it answered when it was asked,
// this one has to as well: one that runs and serves nobody is no better than one that does not run.
import { setTimeout as wait } from 'node:timers/promises';
import { BASE_NETWORK } from '../../contracts/base-stack.ts';
import type { InspectedContainer } from '../../clients/engine.ts';
import type { DesiredService } from '../desired/desired.ts';
import type { Hands } from './hands.ts';

/** `why`: in English, as it goes into causes. */
export type Settled = { readonly settled: true } | { readonly settled: false; readonly why: string };

const EVERY_MS = 200;
/** In times of settling: a service may take longer to open its doors than to run. */
const ANSWERS_WITHIN = 6;
const NO_ADDRESS = { state: 'failed', detail: 'it has no address on the base network' } as const;

export async function settle(
  id: string,
  { settleS, probe }: Pick<DesiredService, 'settleS' | 'probe'>,
  { engine, clock, exitCodeOf, ...hands }: Pick<Hands, 'engine' | 'clock' | 'exitCodeOf' | 'probe'>,
  signal: AbortSignal,
): Promise<Settled> {
  const began = clock.monotonic();
  const first = await engine.inspectContainer(id, signal);
  if (first === undefined) return { settled: false, why: 'it is gone' };
  for (let container: InspectedContainer | undefined = first; ;) {
    const ranMs = clock.monotonic() - began;
    const why = whyNot(container, first, ranMs, exitCodeOf(id));
    if (why !== null) return { settled: false, why };
    if (container?.health === 'healthy' || ranMs >= settleS * 1000) {
      if (probe === null) return { settled: true };
      const address = container?.networks[BASE_NETWORK]?.address ?? null;
      const { state, detail } = address === null ? NO_ADDRESS : await hands.probe(address, probe, signal);
      if (state === 'ok') return { settled: true };
      if (ranMs >= settleS * ANSWERS_WITHIN * 1000) {
        const after = `${Math.round(ranMs / 1000)} s after its start`;
        return { settled: false, why: `it does not answer (${detail}) ${after}, and the one before did` };
      }
    }
    await wait(EVERY_MS, undefined, { signal });
    container = await engine.inspectContainer(id, signal);
  }
}

function whyNot(
  container: InspectedContainer | undefined,
  first: InspectedContainer,
  ranMs: number,
  lastCode: number | null,
): string | null {
  if (container === undefined) return 'it is gone';
  const code = container.exitCode ?? lastCode ?? 'unknown';
  const after = `${Math.round(ranMs / 1000)} s after its start`;
  if (container.oomKilled) return `killed for its memory limit ${after}`;
  if (container.restartCount > first.restartCount || container.state === 'restarting') {
    return `exited with code ${code} ${after}, and was restarted`;
  }
  if (container.health === 'unhealthy') return `its health check fails ${after}`;
  if (container.state === 'running' || container.state === 'paused') {
    return container.startedAt === first.startedAt ? null : `was started again ${after}`;
  }
  return container.startError === '' ? `${container.state} with code ${code} ${after}` : container.startError;
}
