// Properties of the planner over thousands of guests in every odd state: it ends, it touches nobody else's things,
// and each of its steps is permitted.
import { expect, test } from 'vitest';
import { BASE_SERVICES, type ServiceName } from '../../../src/contracts/base-stack.ts';
import { isOf, isPrevious } from '../../../src/controller/plan/names.ts';
import { permit } from '../../../src/controller/plan/permit.ts';
import { plan } from '../../../src/controller/plan/plan.ts';
import type { Memory, Observed, ObservedContainer } from '../../../src/controller/plan/state.ts';
import {
  isPaused,
  memoryOf,
  noteFailure,
  noteGoodDaemon,
  notePause,
  noteRollback,
  NO_MEMORY,
} from '../../../src/controller/plan/transitions.ts';
import { pseudoRandom } from '../../contracts/pseudo-random.ts';
import { container, DESIRED, foreign, NETWORK, NOW, previous, simulate, wantedOf, world } from './world.ts';

const WORLDS = 2000;
const ROUNDS = 6;

type Pick = (limit: number) => number;

const oneOf = <T>(pick: Pick, choices: readonly [T, ...T[]]): T =>
  choices[pick(choices.length)] ?? choices[0];
const seldom = (pick: Pick): boolean => pick(5) === 0;

function randomContainer(pick: Pick, make: () => ObservedContainer): ObservedContainer {
  const ago = oneOf(pick, [2000, 60_000, 3_600_000]);
  return {
    ...make(),
    state: oneOf(pick, [
      'running',
      'running',
      'exited',
      'paused',
      'created',
      'dead',
      'restarting',
      'removing',
    ]),
    health: oneOf(pick, [null, null, 'healthy', 'unhealthy', 'starting']),
    ...(seldom(pick) ? { hash: oneOf(pick, ['another', null]) } : {}),
    ...(seldom(pick) ? { memoryBytes: 1 } : {}),
    ...(seldom(pick) ? { startError: 'task already exists' } : {}),
    startedAt: NOW - ago,
    finishedAt: NOW - ago + oneOf(pick, [500, 30_000]),
    networks: oneOf(pick, [
      { 'traefik-public': { id: 'net-1', address: null } },
      { 'traefik-public': { id: 'net-1', address: null } },
      { 'traefik-public': { id: 'net-2', address: null } },
      { 'traefik-public': { id: 'net-gone', address: null } },
      {},
    ]),
  };
}

function randomWorld(pick: Pick): { readonly observed: Observed; readonly memory: Memory } {
  const containers: ObservedContainer[] = [];
  let memory: Memory = oneOf(pick, [
    NO_MEMORY,
    noteGoodDaemon(NO_MEMORY, world().daemon),
    noteGoodDaemon(NO_MEMORY, { version: '27.0.0', runtime: null }),
  ]);
  for (const { name } of BASE_SERVICES) {
    const holder = pick(8);
    if (holder < 5) containers.push(randomContainer(pick, () => container(name)));
    else if (holder === 5) containers.push({ ...randomContainer(pick, () => foreign(name)), networks: {} });
    // Two cannot come of anything that we do: no replacement begins while an old one is there.
    if (seldom(pick)) containers.push(randomContainer(pick, () => previous(name)));
    if (seldom(pick))
      memory = notePause(memory, name, { reason: 'x', from: NOW, until: NOW + pick(2) * 900_000, by: null });
    if (seldom(pick)) {
      const { hash } = wantedOf(name);
      memory = noteRollback(memory, name, { hash, at: NOW, image: 'x', why: 'y' });
    }
    if (seldom(pick))
      memory = noteFailure(
        memory,
        name,
        { step: oneOf(pick, ['create', 'start', 'replace', 'connect']), hash: wantedOf(name).hash, why: 'x' },
        NOW,
      );
  }
  if (seldom(pick)) containers.push(foreign('their-own'));
  if (seldom(pick)) containers.push({ ...foreign('felhom-canary'), ours: true });
  if (seldom(pick)) containers.push(container('traefik', { id: 'stray', name: 'renamed' }));
  const networks = oneOf(pick, [
    [NETWORK],
    [NETWORK],
    [],
    [NETWORK, { ...NETWORK, id: 'net-2' }],
    [{ ...NETWORK, id: 'net-3', labels: {} }],
    [NETWORK, { ...NETWORK, id: 'net-3', labels: {} }],
  ]);
  return {
    observed: world({
      containers,
      networks: [...networks, { ...NETWORK, id: 'net-theirs', name: 'theirs', labels: {} }],
      self: oneOf(pick, [null, { id: 'me', networkIds: [] }]),
      stacksFolder: oneOf(pick, [
        { state: 'right' },
        { state: 'right' },
        { state: 'new' },
        { state: 'wrong', why: 'no sentinel' },
      ]),
      spoilt: oneOf(pick, [new Set(), new Set(), new Set(['traefik', 'filebrowser'] as const)]),
    }),
    memory,
  };
}

const theirs = ({ containers, networks }: Observed): unknown => [
  containers
    .filter(({ ours, id }) => !ours || id === 'stray')
    // A network of ours that is removed takes its endpoints with it.
    .map((one) => ({ ...one, networks: {} })),
  networks.filter(({ labels }) => Object.keys(labels).length === 0),
];

/** One pass of the loop, with steps that all succeed. */
function converge(
  start: Observed,
  remembered: Memory,
  now: number,
): { readonly observed: Observed; readonly memory: Memory; readonly rounds: number } {
  let observed = start;
  let memory = remembered;
  for (let round = 0; round < ROUNDS; round += 1) {
    const { steps } = plan(DESIRED, observed, memory, now + round);
    if (steps.length === 0) return { observed, memory, rounds: round };
    const touched = steps.flatMap((step) => ('containerId' in step ? [step.containerId] : []));
    expect(new Set(touched).size, 'one step a container').toBe(touched.length);
    const replaced = steps.flatMap((step) => (step.kind === 'replace' ? [step.service] : []));
    expect(
      replaced.flatMap((name) => oldOnes(observed, name)),
      'never two old ones',
    ).toEqual([]);
    for (const step of steps) {
      expect(step.cause).not.toBe('');
      const permitted = permit(step, observed);
      if (!permitted.permitted) throw new Error(`${step.kind} refused: ${permitted.why}`);
      observed = simulate(permitted.step, observed, DESIRED, now + round);
      if (step.kind === 'canary') memory = noteGoodDaemon(memory, observed.daemon);
    }
  }
  throw new Error(
    `still ${plan(DESIRED, observed, memory, now)
      .steps.map(({ kind, cause }) => `${kind}: ${cause}`)
      .join(', ')} after ${ROUNDS} rounds`,
  );
}

test(`${WORLDS} guests: planning what was applied gives nothing more to do within ${ROUNDS} rounds, and nobody else's things change`, () => {
  let most = 0;
  for (let seed = 1; seed <= WORLDS; seed += 1) {
    const pick = pseudoRandom(seed);
    const { observed, memory } = randomWorld(pick);
    try {
      const first = converge(observed, memory, NOW);
      // Ten minutes later: what settled, was paused or backed off is done as well.
      const second = converge(first.observed, first.memory, NOW + 660_000);
      most = Math.max(most, first.rounds, second.rounds);
      expect(theirs(second.observed)).toEqual(theirs(observed));
      expect(undone(second.observed, second.memory, NOW + 660_000)).toEqual([]);
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
  // Rounds in which something was done; the one that finds nothing is not among them.
  expect(most).toBeLessThan(ROUNDS);
});

/** What could be as it should be, and is not. */
function undone(observed: Observed, memory: Memory, now: number): readonly string[] {
  if (observed.stacksFolder.state === 'wrong') return [];
  if (observed.networks.some(({ name, id }) => name === 'traefik-public' && id === 'net-3')) return [];
  return BASE_SERVICES.flatMap(({ name }) => {
    const holder = observed.containers.find((one) => one.name === name);
    if (holder !== undefined && !isOf(name, holder)) return [];
    const { pause, rejected } = memoryOf(memory, name);
    if (isPaused(pause, now))
      return ['running', 'paused', 'restarting'].includes(holder?.state ?? '') ? [`${name} is not down`] : [];
    if (holder === undefined) return [`${name} is missing`];
    if (['restarting', 'removing'].includes(holder.state)) return [];
    return [
      ...(holder.state === 'running' ? [] : [`${name} is ${holder.state}`]),
      ...(rejected !== null || holder.hash === wantedOf(name).hash ? [] : [`${name} is of another hash`]),
      // Beside one that is not well the old one stays.
      ...(holder.health === 'unhealthy' ? [] : oldOnes(observed, name)),
    ];
  });
}

const oldOnes = ({ containers }: Observed, name: ServiceName): readonly string[] =>
  containers.filter((one) => isPrevious(name, one)).map(({ id }) => id);
