// What a guest tells of itself, for tests of what is done with it.
import type { BaseStackFacts, HealthStatus } from '../../src/contracts/facts/base-stack.ts';

export function exampleBase({ status, text }: { status: HealthStatus; text?: string }): BaseStackFacts {
  const link = { state: 'ok', since: 1, detail: 'it answers' } as const;
  const issue = {
    code: 'protected-not-running',
    level: 'fail',
    subject: 'traefik',
    since: 1,
    count: 1,
    hint: null,
    heals_itself: true,
  } as const;
  return {
    controller: {
      version: '0.4.0',
      customer_id: 'kovacs',
      hostname: 'kovacs',
      guest_hostname: 'felhom-golden',
      started: 1,
      generation: 3,
    },
    status,
    issues: text === undefined ? [] : [{ ...issue, text }],
    services: [
      {
        name: 'traefik',
        state: status === 'fail' ? 'down' : 'running',
        cause: null,
        since: 1,
        container: null,
        image: 'traefik:v3.6.7',
        image_id: null,
        drift: [],
        missing_keys: [],
        next_try: null,
        restarts: 0,
        pause: null,
        rolled_back: null,
        probe: null,
      },
    ],
    steps: [],
    blocked: null,
    last_pass: null,
    links: { docker: link, agent: link, hub: link },
  };
}
