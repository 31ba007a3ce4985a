// What a guest tells of itself, for tests of what is done with it.
import { BASE_SERVICES } from '../../src/contracts/base-stack.ts';
import type { BaseServiceTold, BaseStackFacts, HealthStatus } from '../../src/contracts/facts/base-stack.ts';

export const TOLD_AT = 1_790_000_000_000;
export const idOf = (name: string): string => Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64);

export const serviceTold = (name: string, over: Partial<BaseServiceTold> = {}): BaseServiceTold => ({
  name,
  state: 'running',
  cause: null,
  since: TOLD_AT,
  container: { id: idOf(name), state: 'running', health: null },
  image: `${name}:1`,
  image_id: null,
  drift: [],
  missing_keys: [],
  next_try: null,
  restarts: 0,
  pause: null,
  rolled_back: null,
  probe: null,
  ...over,
});

export const baseTold = (over: Partial<BaseStackFacts> = {}): BaseStackFacts => ({
  controller: {
    version: '0.0.0-test',
    customer_id: 'kovacs',
    hostname: 'kovacs',
    guest_hostname: 'kovacs',
    started: TOLD_AT,
    generation: 3,
  },
  status: 'ok',
  issues: [],
  services: BASE_SERVICES.map(({ name }) => serviceTold(name)),
  steps: [],
  blocked: null,
  last_pass: { at: TOLD_AT, took_ms: 12, calls: 5, applied: 0, converged: true },
  links: {
    docker: { state: 'ok', since: TOLD_AT, detail: '' },
    agent: { state: 'ok', since: TOLD_AT, detail: '' },
    hub: { state: 'off', since: TOLD_AT, detail: '' },
  },
  ...over,
});

/** A guest that finds itself so, for a report. */
export function exampleBase({ status, text }: { status: HealthStatus; text?: string }): BaseStackFacts {
  const issue = {
    code: 'protected-not-running',
    level: 'fail',
    subject: 'traefik',
    since: 1,
    count: 1,
    hint: null,
    heals_itself: true,
  } as const;
  const { controller } = baseTold();
  return baseTold({
    controller: { ...controller, version: '0.4.0', guest_hostname: 'felhom-golden' },
    status,
    issues: text === undefined ? [] : [{ ...issue, text }],
    services: [serviceTold('traefik', { state: status === 'fail' ? 'down' : 'running' })],
    last_pass: null,
  });
}
