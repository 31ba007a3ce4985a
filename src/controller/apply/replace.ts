// A new version in the place of the one that runs. The old one is set aside under another name and removed only when
// the new one has settled; until then every way out, and every crash, leads back to it.
import { messageOf } from '../../base/errors.ts';
import { BASE_NETWORK } from '../../contracts/base-stack.ts';
import { EngineError, type EngineErrorKind } from '../../clients/engine.ts';
import type { DesiredService } from '../desired/desired.ts';
import { previousName } from '../plan/names.ts';
import type { ObservedContainer } from '../plan/state.ts';
import { DONE, serviceOf, type Executor, type Hands, type Outcome } from './hands.ts';
import { ensureImage } from './ensure-image.ts';
import { dropStale, makeContainer, putFiles, startContainer } from './make-container.ts';
import { settle } from './settle.ts';

export const replace: Executor<'replace'> = async (step, hands, signal) => {
  const service = serviceOf(hands, step.service);
  const old = hands.observed.containers.find(({ id }) => id === step.containerId);
  if (old === undefined) throw new Error(`${step.service} is gone`);
  const image = await ensureImage(service.image, hands, signal);
  await putFiles(service, hands);
  await hands.engine.renameContainer(old.id, previousName(service.name, old.id), signal);
  hands.onStage(`${service.name}: set aside`);
  let made: string;
  try {
    made = await makeContainer(service, image, hands, signal);
  } catch (error) {
    // Nothing new is there yet, and the old one runs: it only gets its name back.
    return goBackAfter(error, service, { made: undefined, old }, hands, signal);
  }
  return finishReplacement(service, { made, old }, hands, signal);
};

/** Old and new are both there: after `replace`, or after a crash at any point behind it. */
export async function finishReplacement(
  service: DesiredService,
  { made, old }: { readonly made: string; readonly old: SetAside },
  hands: Hands,
  signal: AbortSignal,
): Promise<Outcome> {
  const { engine } = hands;
  const rejected = hands.rejected(service);
  if (rejected !== null) return goBack(service, { made, old }, rejected, hands, signal);
  try {
    const served = await answers(service, old, hands, signal);
    // Ports and files can have only one holder.
    await engine.stopContainer(old.id, service.stopGraceS, signal);
    hands.onStage(`${service.name}: old one stopped`);
    await startContainer(service, made, hands, signal);
    const settled = await settle(made, { ...service, probe: served ? service.probe : null }, hands, signal);
    if (!settled.settled) return await goBack(service, { made, old }, settled.why, hands, signal);
  } catch (error) {
    return goBackAfter(error, service, { made, old }, hands, signal);
  }
  await engine.removeContainer(old.id, signal);
  hands.onStage(`${service.name}: old one removed`);
  await dropStale(service, hands, old.id);
  return DONE;
}

type SetAside = Pick<ObservedContainer, 'id' | 'networks'>;

/** Whether it serves now, as it can be seen from here: no less is asked of the new one. */
async function answers(
  { probe }: DesiredService,
  { networks }: SetAside,
  hands: Hands,
  signal: AbortSignal,
): Promise<boolean> {
  const address = networks[BASE_NETWORK]?.address ?? null;
  if (probe === null || address === null) return false;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_MS)]);
  return (await hands.probe(address, probe, limited)).state === 'ok';
}
const ANSWERS_MS = 1000;

/** In this order, so that a crash at any point is mended by `adopt` at the next start, without a second try. */
async function goBack(
  service: DesiredService,
  { made, old }: { readonly made: string | undefined; readonly old: SetAside },
  why: string,
  hands: Hands,
  signal: AbortSignal,
): Promise<Outcome> {
  const { engine } = hands;
  await hands.reject(service, why);
  hands.onStage(`${service.name}: rejected`);
  if (made !== undefined) await engine.removeContainer(made, signal);
  hands.onStage(`${service.name}: new one removed`);
  await returnOld(service.name, old, hands, signal);
  return { kind: 'rolled-back', why };
}

/** It still mounts the files that it was made with (`DesiredService.configFolder`). */
export async function returnOld(
  service: string,
  old: Pick<SetAside, 'id'>,
  hands: Hands,
  signal: AbortSignal,
): Promise<void> {
  const { engine } = hands;
  await engine.renameContainer(old.id, service, signal);
  hands.onStage(`${service}: name given back`);
  await engine.startContainer(old.id, signal);
  hands.onStage(`${service}: old one started`);
}

/** Where it is not the new version's fault it is not rejected, and is tried again after a while. */
async function goBackAfter(
  error: unknown,
  service: DesiredService,
  both: { readonly made: string | undefined; readonly old: SetAside },
  hands: Hands,
  signal: AbortSignal,
): Promise<Outcome> {
  // We are being stopped, or Docker is gone: all stays as it is, and the next look goes on from there.
  if (signal.aborted || isKind(error, GONE)) throw error;
  if (!isKind(error, NOT_ITS_FAULT)) return goBack(service, both, messageOf(error), hands, signal);
  if (both.made !== undefined) await hands.engine.removeContainer(both.made, signal);
  await returnOld(service.name, both.old, hands, signal);
  throw error;
}

const GONE: ReadonlySet<EngineErrorKind> = new Set(['unreachable', 'timeout']);
const NOT_ITS_FAULT: ReadonlySet<EngineErrorKind> = new Set([
  // A disk that is not plugged in comes back.
  'mount-missing',
  'no-space',
  'port-taken',
  'no-permission',
  'no-such-network',
  'task-exists',
]);

const isKind = (error: unknown, kinds: ReadonlySet<EngineErrorKind>): boolean =>
  error instanceof EngineError && kinds.has(error.kind);
