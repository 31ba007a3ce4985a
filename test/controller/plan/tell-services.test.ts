// The row of a service: one state, the cause in words, and how it differs.
import { expect, test } from 'vitest';
import { baseService } from '../../../src/contracts/facts/base-stack.ts';
import { render } from '../../../src/controller/desired/render.ts';
import { plan } from '../../../src/controller/plan/plan.ts';
import type { Memory, Observed, ObservedContainer, Step } from '../../../src/controller/plan/state.ts';
import { tellServices } from '../../../src/controller/plan/tell-services.ts';
import { noteFailure, notePause, noteRollback, NO_MEMORY } from '../../../src/controller/plan/transitions.ts';
import { exampleConfig, SECRETS } from '../example-config.ts';
import {
  DESIRED,
  foreign,
  NOW,
  previous,
  wantedOf,
  withContainer,
  withoutContainer,
  world,
} from './world.ts';

const traefik = (
  observed: Observed,
  memory: Memory = NO_MEMORY,
  desired = DESIRED,
  doing: readonly Step[] = [],
) => {
  const made = plan(desired, observed, memory, NOW);
  const rows = tellServices({ observed, desired, memory, plan: made, doing }, NOW);
  for (const row of rows) expect(baseService.parse(row)).toEqual(row);
  const row = rows.find(({ name }) => name === 'traefik');
  if (row === undefined) throw new Error('no row');
  return row;
};

const exited: Partial<ObservedContainer> = { state: 'exited', exitCode: 1, finishedAt: NOW - 5000 };
const failed = noteFailure(
  NO_MEMORY,
  'traefik',
  { step: 'start', hash: wantedOf('traefik').hash, why: 'port 80 is taken' },
  NOW - 1000,
);
const start: Step = { kind: 'start', service: 'traefik', containerId: 'id-of-traefik', cause: 'it exited' };

test.each([
  ['runs', traefik(world()), 'running', null],
  [
    'is being started',
    traefik(withContainer('traefik', exited), NO_MEMORY, DESIRED, [start]),
    'healing',
    'it exited',
  ],
  [
    'exited, and will be started',
    traefik(withContainer('traefik', exited)),
    'healing',
    'exited with code 1 5 s ago',
  ],
  [
    'is gone, and will be made',
    traefik(withoutContainer('traefik')),
    'healing',
    'there is no container traefik',
  ],
  [
    'could not be started',
    traefik(withContainer('traefik', exited), failed),
    'back-off',
    'the last try failed: port 80 is taken',
  ],
  [
    'is restarted by Docker',
    traefik(withContainer('traefik', { ...exited, state: 'restarting' })),
    'healing',
    'exited with code 1 5 s ago; Docker restarts it',
  ],
  [
    'has lost its name',
    traefik(withoutContainer('traefik', [foreign('traefik')])),
    'name-conflict',
    'a container that is not ours has its name (foreign-trae)',
  ],
  [
    'is held down by a person',
    traefik(
      withContainer('traefik', exited),
      notePause(NO_MEMORY, 'traefik', { reason: 'a disk', from: NOW - 9, until: NOW + 9, by: 'anna' }),
    ),
    'paused',
    'paused by anna: a disk',
  ],
  [
    'lacks keys',
    traefik(
      withoutContainer('traefik'),
      NO_MEMORY,
      render(exampleConfig({ customer: { id: 'kovacs' } }), SECRETS),
    ),
    'not-configured',
    'customer.domain, customer.email not set',
  ],
  [
    'is down on a wrong stacks folder',
    traefik({ ...withoutContainer('traefik'), stacksFolder: { state: 'wrong', why: 'no sentinel' } }),
    'down',
    'no sentinel',
  ],
] as const)('one that %s', (_title, row, state, cause) => {
  expect(row).toMatchObject({ state, cause });
});

test('in back-off it says when it is tried again', () => {
  expect(traefik(withContainer('traefik', exited), failed).next_try).toBe(NOW + 9000);
});

test('one that runs says since when, and how it differs from what it should be', () => {
  const row = traefik(
    withContainer(
      'traefik',
      {
        hash: 'old',
        memoryBytes: 0,
        pidsLimit: 7,
        restartPolicy: 'no',
        privileged: true,
        networks: {},
      },
      [previous('traefik')],
    ),
  );
  expect(row.since).toBe(NOW - 3_600_000);
  expect(row.drift).toEqual([
    'it was made from another configuration',
    'its memory is limited to nothing and not to 256 MiB',
    'it may have 7 processes and not 128',
    'its restart policy is no and not always',
    'it is privileged',
    'it is not connected to traefik-public',
    'an old container is left: traefik.prev-old-traefik',
  ]);
  expect(traefik(world()).drift).toEqual([]);
});

test('a version that was taken back stays to be read', () => {
  const rejected = { hash: 'h', at: NOW - 1, image: 'traefik:v3.6.7', why: 'it exited with code 42' };
  expect(traefik(world(), noteRollback(NO_MEMORY, 'traefik', rejected)).rolled_back).toEqual({
    at: NOW - 1,
    image: 'traefik:v3.6.7',
    why: 'it exited with code 42',
  });
});

test('while nobody answers nothing is known, and nothing is made up', () => {
  const rows = tellServices(
    { observed: null, desired: DESIRED, memory: NO_MEMORY, plan: null, doing: [] },
    NOW,
  );
  for (const row of rows)
    expect(row).toMatchObject({ state: 'unknown', container: null, since: null, restarts: null, drift: [] });
});
