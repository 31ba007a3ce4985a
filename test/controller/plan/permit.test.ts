// The last look before a step is applied: whatever the plan says, these are refused.
import { expect, test } from 'vitest';
import { LABELS, OWNER } from '../../../src/contracts/base-stack.ts';
import { permitDeed } from '../../../src/controller/plan/permit-deed.ts';
import { permit } from '../../../src/controller/plan/permit.ts';
import type { Observed, Step } from '../../../src/controller/plan/state.ts';
import { container, foreign, NETWORK, previous, withContainer, withoutContainer, world } from './world.ts';

const cause = 'a test';
const service = 'traefik';
const ON = { cause, service, containerId: 'id-of-traefik' } as const;
const theirs = foreign('traefik', { id: 'id-of-traefik' });
const theirNetwork = { ...NETWORK, labels: {} };

const refused: readonly (readonly [string, Step, Observed, string])[] = [
  ...(['start', 'unpause', 'stop', 'recreate', 'replace', 'update-limits', 'restore-files'] as const).flatMap(
    (kind) => {
      const step: Step = { kind, ...ON };
      return [
        [
          `${kind} of a foreign container`,
          step,
          withoutContainer(service, [theirs]),
          'no container traefik of ours',
        ],
        [`${kind} of one that is not there`, step, withoutContainer(service), 'no such container'],
        [
          `${kind} of another service's container`,
          { ...step, containerId: 'id-of-filebrowser' },
          world(),
          'no container traefik of ours',
        ],
        [
          `${kind} of one of ours that was renamed`,
          step,
          withContainer(service, { name: 'renamed' }),
          'no container traefik of ours',
        ],
        [
          `${kind} of one with the label of another service`,
          step,
          withContainer(service, { service: 'filebrowser' }),
          'no container traefik of ours',
        ],
        [
          `${kind} of the controller itself`,
          step,
          world({ self: { id: 'id-of-traefik', networkIds: [] } }),
          "controller's own",
        ],
      ] as const;
    },
  ),
  [
    'create where a name is taken',
    { kind: 'create', cause, service },
    withoutContainer(service, [theirs]),
    'already',
  ],
  [
    'create on a wrong stacks folder',
    { kind: 'create', cause, service },
    { ...withoutContainer(service), stacksFolder: { state: 'wrong', why: 'no sentinel' } },
    'no sentinel',
  ],
  [
    'start on a wrong stacks folder',
    { kind: 'start', ...ON },
    world({ stacksFolder: { state: 'wrong', why: 'no sentinel' } }),
    'no sentinel',
  ],
  [
    'adopt while there is one',
    { kind: 'adopt', cause, service, containerId: 'old-traefik' },
    withContainer(service, {}, [previous(service)]),
    'already',
  ],
  [
    'adopt of a foreign one with the name of an old one',
    { kind: 'adopt', cause, service, containerId: 'old-traefik' },
    withoutContainer(service, [{ ...previous(service), ours: false }]),
    'no old container of ours',
  ],
  [
    "adopt of another service's old one",
    { kind: 'adopt', cause, service, containerId: 'old-filebrowser' },
    withoutContainer(service, [previous('filebrowser')]),
    'no old container of ours',
  ],
  [
    'removing the old one while nothing else runs',
    { kind: 'remove-leftover', cause, service, containerId: 'old-traefik' },
    withContainer(service, { state: 'exited' }, [previous(service)]),
    'may be needed',
  ],
  [
    'removing the new one while it runs',
    { kind: 'remove-leftover', ...ON },
    withContainer(service, {}, [previous(service)]),
    'it runs',
  ],
  [
    'removing the new one where there is no old one',
    { kind: 'remove-leftover', ...ON },
    withContainer(service, { state: 'exited' }),
    'no old container',
  ],
  [
    'removing what is no canary of ours',
    { kind: 'remove-leftover', cause, service: null, containerId: 'foreign-felhom-canary' },
    world({ containers: [foreign('felhom-canary')] }),
    'no canary',
  ],
  [
    'removing a service as if it were a canary',
    { kind: 'remove-leftover', cause, service: null, containerId: 'id-of-traefik' },
    world(),
    'no canary',
  ],
  ['a second network', { kind: 'create-network', cause }, world(), 'already'],
  [
    "a network beside somebody's of the same name",
    { kind: 'create-network', cause },
    world({ networks: [theirNetwork] }),
    'already',
  ],
  [
    'removing the only network',
    { kind: 'remove-network', cause, networkId: 'net-1' },
    world(),
    'only network',
  ],
  [
    "removing somebody's network of that name",
    { kind: 'remove-network', cause, networkId: 'net-2' },
    world({ networks: [NETWORK, { ...theirNetwork, id: 'net-2' }] }),
    'not ours',
  ],
  [
    'removing another network, even of ours',
    { kind: 'remove-network', cause, networkId: 'net-2' },
    world({ networks: [NETWORK, { ...NETWORK, id: 'net-2', name: 'another' }] }),
    'no such network',
  ],
  [
    "connecting to somebody's network",
    { kind: 'connect', ...ON, networkId: 'net-1' },
    world({ networks: [theirNetwork] }),
    'not ours',
  ],
  [
    'connecting a foreign container',
    { kind: 'connect', ...ON, networkId: 'net-1' },
    withoutContainer(service, [theirs]),
    'no container traefik of ours',
  ],
  [
    "joining somebody's network",
    { kind: 'connect-self', cause, networkId: 'net-1' },
    world({ networks: [theirNetwork], self: { id: 'me', networkIds: [] } }),
    'not ours',
  ],
  [
    'joining without a container of our own',
    { kind: 'connect-self', cause, networkId: 'net-1' },
    world(),
    'no container',
  ],
];

test.each(refused)('refused: %s', (_title, step, observed, why) => {
  const answer = permit(step, observed);
  expect(answer.permitted).toBe(false);
  expect(answer).toMatchObject({ why: expect.stringContaining(why) });
});

test('what was planned on what is there is permitted, and is the step itself', () => {
  const step: Step = { kind: 'start', ...ON };
  const answer = permit(step, withContainer(service, { state: 'exited' }));
  expect(answer).toMatchObject({ permitted: true, step });
});

test('the old one of a replacement may be stopped, and nothing else be done to it', () => {
  const observed = withContainer(service, { state: 'created' }, [previous(service)]);
  const on = { cause, service, containerId: 'old-traefik' } as const;
  expect(permit({ kind: 'stop', ...on }, observed).permitted).toBe(true);
  for (const kind of ['start', 'recreate', 'replace', 'restore-files'] as const)
    expect(permit({ kind, ...on }, observed).permitted).toBe(false);
  const self = { id: 'old-traefik', networkIds: [] };
  expect(permit({ kind: 'stop', ...on }, { ...observed, self }).permitted).toBe(false);
});

test('a pause stops a service even on a wrong stacks folder', () => {
  const observed = world({ stacksFolder: { state: 'wrong', why: 'x' } });
  expect(permit({ kind: 'stop', ...ON }, observed).permitted).toBe(true);
});

test('a shape that looks like a permitted step is none for the compiler', () => {
  const apply = (permitted: Extract<ReturnType<typeof permit>, { permitted: true }>): string =>
    permitted.step.kind;
  // @ts-expect-error only permit makes one
  expect(apply({ permitted: true, step: { kind: 'canary', daemon: 'x', cause } })).toBe('canary');
});

test.each([
  ['its own service', container('traefik'), 'base'],
  [
    'a container that lets itself be managed',
    foreign('app', { labels: { [LABELS.managed]: 'true' } }),
    'managed',
  ],
  ['somebody else’s', foreign('app'), 'was not told to manage it'],
  [
    'one whose label says something else',
    foreign('app', { labels: { [LABELS.managed]: 'yes' } }),
    'not told',
  ],
  ['one that took our name', foreign('traefik'), 'has not made it'],
  [
    'one that took our name and lets itself be managed',
    foreign('traefik', { labels: { [LABELS.managed]: 'true' } }),
    'has not made it',
  ],
  ['itself', foreign('felhom-controller', { labels: { [LABELS.managed]: 'true' } }), "controller's own"],
  [
    'itself under another name',
    foreign('x', { id: 'me', labels: { [LABELS.managed]: 'true' } }),
    "controller's own",
  ],
])('a person asks the controller to restart %s', (_title, target, answer) => {
  const labels =
    target.ours && target.service !== null
      ? { [LABELS.owner]: OWNER, [LABELS.service]: target.service }
      : target.labels;
  const said = permitDeed({ ...target, labels }, 'me');
  expect(typeof said === 'string' ? said : said.why).toContain(answer);
});
