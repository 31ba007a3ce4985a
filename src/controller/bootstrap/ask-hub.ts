// Asks the hub for the configuration of this customer, and judges what it gives. Never throws.
import { HubError, type HubClient } from '../../clients/hub.ts';
import type { CustomerConfig } from '../../contracts/controller-config.ts';
import type { PlanIssue } from '../plan/state.ts';
import { hubConfigInvalid, hubOtherCustomer, hubProblem } from './config-problems.ts';
import { parseCustomerYaml, type Raw } from './parse-configuration.ts';

export type HubAnswer =
  | { readonly state: 'ok'; readonly raw: Raw; readonly value: CustomerConfig }
  | { readonly state: 'failed'; readonly problem: PlanIssue; readonly detail: string }
  /** Nobody waited for it any more. */
  | { readonly state: 'given-up' };

export async function askHub(hub: HubClient, customerId: string, signal: AbortSignal): Promise<HubAnswer> {
  let text: string;
  try {
    text = await hub.fetchConfig(customerId, signal);
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    // A guest that waited for its first configuration was late; one that stops was not.
    if (signal.aborted && !isLate(signal.reason)) return { state: 'given-up' };
    return { state: 'failed', problem: hubProblem(error), detail: error.message };
  }
  const answer = parseCustomerYaml(text);
  if (answer.state === 'broken') return refused(hubConfigInvalid(answer.why));
  const { id = customerId } = answer.value.customer ?? {};
  return id === customerId ? answer : refused(hubOtherCustomer(customerId));
}

const refused = (problem: PlanIssue): HubAnswer => ({ state: 'failed', problem, detail: problem.text });

const isLate = (reason: unknown): boolean => reason instanceof Error && reason.name === 'TimeoutError';
