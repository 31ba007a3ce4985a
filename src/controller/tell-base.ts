// All of the guest as the console sees it: put together from the parts at one moment. Pure but for what it asks.
import type { LinkState } from '../contracts/facts/base-stack.ts';
import { isServiceName } from '../contracts/base-stack.ts';
import type { AgentProxy, ConfigBook, Health, Reconciler, TellBase } from './parts.ts';

export function createTellBase(parts: {
  readonly version: string;
  readonly started: number;
  readonly config: Pick<ConfigBook, 'current' | 'hubLink'>;
  readonly reconciler: Pick<Reconciler, 'told'>;
  readonly health: () => Pick<Health, 'told' | 'probeOf'>;
  readonly agent: Pick<AgentProxy, 'link'>;
  readonly hubLink: () => LinkState;
}): TellBase {
  const { version, started, config, reconciler, agent } = parts;
  return () => {
    const base = reconciler.told();
    const health = parts.health();
    const { status, issues } = health.told();
    const configured = config.current();
    const id = configured?.customer.id ?? null;
    return {
      controller: {
        version,
        customer_id: id,
        // Its own host name is a container's, which tells nobody whose guest it is.
        hostname: id ?? base.guestHostname ?? 'unknown',
        guest_hostname: base.guestHostname,
        started,
        generation: configured?.generation ?? null,
      },
      status,
      issues: [...issues],
      services: base.services.map((service) => ({
        ...service,
        probe: isServiceName(service.name) ? health.probeOf(service.name) : null,
      })),
      steps: base.steps,
      blocked: base.blocked,
      last_pass: base.last_pass,
      links: { docker: base.docker, agent: agent.link(), hub: parts.hubLink() },
    };
  };
}
