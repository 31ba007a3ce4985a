// A guest with a base stack, for tests of what is done with it: facts that can change between two polls.
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import type { BaseServiceTold, BaseStackFacts } from '../../src/contracts/facts/base-stack.ts';
import type { Container } from '../../src/contracts/facts/containers.ts';
import { ok, type Reading } from '../../src/contracts/reading.ts';
import { INVENTED_AT, inventReadings } from './invented-facts.ts';

export const TRAEFIK_ID = 'a'.repeat(64);

export const containerOf = (name: string, over: Partial<Container> = {}): Container => ({
  id: `${name}-`.padEnd(64, '0'),
  name,
  image: 'registry/app:1.2',
  image_id: 'sha256:1',
  pinned: 'tag',
  state: 'running',
  health: null,
  status: 'Up 3 hours',
  created_at: INVENTED_AT - 1e7,
  stack: null,
  protected: false,
  ours: 'no',
  ports: [],
  networks: [],
  mounts: [],
  ...over,
});

export const traefik = (over: Partial<Container> = {}): Container =>
  containerOf('traefik', { id: TRAEFIK_ID, protected: true, ours: 'made', image: 'traefik:v3.6.7', ...over });

export const serviceOf = (name: string, over: Partial<BaseServiceTold> = {}): BaseServiceTold => ({
  name,
  state: 'running',
  cause: null,
  since: INVENTED_AT - 60_000,
  container: null,
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

const link = { state: 'ok', since: INVENTED_AT, detail: '' } as const;
export const baseOf = (
  services: readonly BaseServiceTold[],
  over: Partial<BaseStackFacts> = {},
): BaseStackFacts => ({
  controller: {
    version: '0.4.0',
    customer_id: 'demo-felhom',
    hostname: 'demo-felhom',
    guest_hostname: 'guest9200',
    started: INVENTED_AT - 3_600_000,
    generation: 3,
  },
  status: 'ok',
  issues: [],
  services: [...services],
  steps: [],
  blocked: null,
  last_pass: null,
  links: { docker: link, agent: link, hub: link },
  ...over,
});

export const good = <T>(value: T) => ok(value, 'test', INVENTED_AT);

type Readings = { readonly [S in Subject]?: Reading<Facts[S]> };

/** What is there now; the next poll finds what was put into `now` by then. */
export function withGuest(containers: readonly Container[], base: BaseStackFacts | null) {
  const now = { containers, base };
  const { containers: _containers, base_stack: _base, disk_flags: _flags, ...others } = inventReadings();
  const readings: Readings = {
    ...others,
    get containers() {
      return ok({ engine_version: '20.10', containers: [...now.containers] }, 'docker', INVENTED_AT);
    },
    ...(base === null
      ? {}
      : {
          get base_stack() {
            return ok(now.base ?? base, 'controller', INVENTED_AT);
          },
        }),
  };
  return { readings, now };
}
