// A step of the plan as it is told: what is done, to which service or network, and why.
import { BASE_NETWORK } from '../../contracts/base-stack.ts';
import type { BaseStepTold } from '../../contracts/facts/base-stack.ts';
import type { Step } from './state.ts';

export const tellStep = (step: Step): BaseStepTold => ({
  kind: step.kind,
  subject: subjectOf(step),
  cause: step.cause,
});

const SHORT_ID = 12;

function subjectOf(step: Step): string {
  if ('service' in step && step.service !== null) return step.service;
  if ('containerId' in step) return step.containerId.slice(0, SHORT_ID);
  return step.kind === 'canary' ? 'docker' : BASE_NETWORK;
}
