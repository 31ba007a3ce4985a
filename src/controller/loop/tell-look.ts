// What the reconciler knows, from its last look and what is done since. Pure but for what it asks.
import { BASE_NETWORK, BASE_SERVICES, isServiceName, type ServiceName } from '../../contracts/base-stack.ts';
import { tellStep } from '../plan/tell-step.ts';
import type { DaemonLink } from './daemon-link.ts';
import type { BaseTold } from '../parts.ts';
import type { Memory, Observed, PlanIssue } from '../plan/state.ts';
import { tellServices } from '../plan/tell-services.ts';
import type { StepRunner } from './step-runner.ts';
import type { Look } from './take-look.ts';

const UNCONFIGURED = 'nothing says whose guest this is';

/** `look`: undefined while Docker does not answer. */
export function tellLook(
  look: Look | undefined,
  now: {
    readonly at: number;
    readonly lastPass: BaseTold['last_pass'];
    readonly memory: Memory;
    readonly runner: Pick<StepRunner, 'doing' | 'isReplacing'>;
    readonly link: Pick<DaemonLink, 'state' | 'hostname'>;
    /** Of memory, ledger and rounds. */
    readonly issues: readonly PlanIssue[];
  },
): BaseTold {
  const services = tellServices(
    {
      observed: look?.observed ?? null,
      desired: look?.desired ?? null,
      memory: now.memory,
      plan: look?.plan ?? null,
      doing: BASE_SERVICES.flatMap(({ name }) => now.runner.doing(name) ?? []),
    },
    now.at,
  );
  return {
    services: [...services],
    steps: look?.plan.steps.map(tellStep) ?? [],
    blocked: look === undefined ? null : (look.plan.blocked ?? (look.desired === null ? UNCONFIGURED : null)),
    last_pass: now.lastPass,
    issues: [...(look?.plan.issues ?? []), ...(look?.selfIssues ?? []), ...now.issues],
    docker: now.link.state(),
    guestHostname: now.link.hostname(),
    addresses: look === undefined ? {} : addressesIn(look.observed),
    replacing: BASE_SERVICES.map(({ name }) => name).filter(now.runner.isReplacing),
  };
}

const addressesIn = ({ containers }: Observed): Partial<Record<ServiceName, string>> =>
  Object.fromEntries(
    containers.flatMap(({ name, ours, state, networks }) => {
      const address = networks[BASE_NETWORK]?.address ?? null;
      return ours && state === 'running' && isServiceName(name) && address !== null
        ? [[name, address] as const]
        : [];
    }),
  );
