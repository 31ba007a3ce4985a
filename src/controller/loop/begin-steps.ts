// From the plan of a look to steps that go on: each is permitted first, and what no longer holds waits for the next look.
import { messageOf } from '../../base/errors.ts';
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { Log } from '../../daemon/log.ts';
import { tellStep } from '../plan/tell-step.ts';
import { permit } from '../plan/permit.ts';
import type { Step } from '../plan/state.ts';
import type { Rounds } from './rounds.ts';
import type { Moment, StepRunner } from './step-runner.ts';
import type { Look } from './take-look.ts';

export type BeginOptions = {
  readonly runner: StepRunner;
  readonly rounds: Rounds;
  readonly log: Log;
  /** Something was done: what was seen does not hold any more. */
  readonly onDone: () => void;
};

/** Gives the number of steps that were begun; those in lanes go on. */
export async function beginSteps(
  { desired, observed, stacksDir, plan, holds }: Look,
  { runner, rounds, log, onDone }: BeginOptions,
  signal: AbortSignal,
): Promise<number> {
  if (desired === null) return 0;
  const moment: Moment = { desired, observed, stacksDir };
  let begun = 0;
  for (const step of plan.steps) {
    const service = serviceOf(step);
    if (signal.aborted) return begun;
    // What is for all of them waits until nothing is done to any. When that ends, all is looked at anew.
    if (!holds(service)) continue;
    const permitted = permit(step, observed);
    if ('why' in permitted) {
      log.error(
        { step: step.kind, subject: tellStep(step).subject, why: permitted.why },
        'step not permitted',
      );
      continue;
    }
    // An image that is being fetched is something that goes on, too.
    if (service !== null && !(await isReady(service, step, moment, { runner, log }))) {
      begun += 1;
      continue;
    }
    if (!holds(service) || !rounds.mayTry(tellStep(step).subject)) continue;
    begun += 1;
    if (service === null) {
      if (!(await runner.runShared(permitted, moment))) return begun;
      onDone();
      return begun;
    }
    void runner.runInLane(service, permitted, moment).finally(onDone);
  }
  return begun;
}

const serviceOf = (step: Step): ServiceName | null => ('service' in step ? step.service : null);

async function isReady(
  service: ServiceName,
  step: Step,
  moment: Moment,
  { runner, log }: Pick<BeginOptions, 'runner' | 'log'>,
): Promise<boolean> {
  try {
    return await runner.ready(service, step, moment);
  } catch (error) {
    // Docker is gone, or says nonsense: the next look tells.
    log.warn({ service, error: messageOf(error) }, 'image not looked up');
    return false;
  }
}
