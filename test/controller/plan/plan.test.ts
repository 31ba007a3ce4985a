// Stories of the planner: what is seen, and the step that follows, with its cause.
import { describe, expect, test } from 'vitest';
import { BASE_SERVICES } from '../../../src/contracts/base-stack.ts';
import type { Desired } from '../../../src/controller/desired/desired.ts';
import { render } from '../../../src/controller/desired/render.ts';
import { plan } from '../../../src/controller/plan/plan.ts';
import type {
  Memory,
  Observed,
  ObservedContainer,
  Plan,
  StepKind,
} from '../../../src/controller/plan/state.ts';
import {
  noteDeath,
  noteFailure,
  noteGoodDaemon,
  notePause,
  noteRollback,
  NO_MEMORY,
} from '../../../src/controller/plan/transitions.ts';
import { exampleConfig, SECRETS } from '../example-config.ts';
import {
  container,
  DESIRED,
  foreign,
  NETWORK,
  NOW,
  previous,
  wantedOf,
  withContainer,
  withoutContainer,
  world,
} from './world.ts';

const planned = (
  observed: Observed,
  memory: Memory = NO_MEMORY,
  desired: Desired = DESIRED,
  now = NOW,
): Plan => plan(desired, observed, memory, now);

/** `kind subject`, in order. */
const steps = (made: Plan): readonly string[] =>
  made.steps.map(
    (step) => `${step.kind}${'service' in step && step.service !== null ? ` ${step.service}` : ''}`,
  );
const codes = (made: Plan): readonly string[] => made.issues.map(({ code, subject }) => `${code} ${subject}`);

test('all is as it should be: nothing to do, nothing to say', () => {
  expect(planned(world())).toEqual({ steps: [], held: [], issues: [], blocked: null });
});

test('a fresh guest: the network first, and then all services', () => {
  const fresh = world({ networks: [], containers: [], stacksFolder: { state: 'new' } });
  const first = planned(fresh);
  expect(steps(first)).toEqual(['create-network']);
  expect(first.issues.map(({ text }) => text)).toEqual([
    'Protected container not running: traefik',
    'Protected container not running: cloudflared',
    'Protected container not running: filebrowser',
  ]);
  expect(first.issues.every(({ healsItself }) => healsItself)).toBe(true);
  expect(steps(planned({ ...fresh, networks: [NETWORK] }))).toEqual([
    'create traefik',
    'create cloudflared',
    'create filebrowser',
  ]);
});

describe('a container that is not as it should be gets the fitting step', () => {
  const exited = { state: 'exited', exitCode: 137, finishedAt: NOW - 12_000 };
  const cases: readonly (readonly [string, Partial<ObservedContainer>, StepKind, string])[] = [
    ['killed', exited, 'start', 'exited with code 137 12 s ago'],
    ['killed for memory', { ...exited, oomKilled: true }, 'start', 'more memory than its limit'],
    ['frozen', { state: 'paused' }, 'unpause', 'frozen'],
    ['made and never started', { state: 'created' }, 'start', 'never started'],
    [
      'made, and its start failed',
      { state: 'created', startError: 'port is already allocated' },
      'recreate',
      'port is already allocated',
    ],
    [
      'left broken by a crash during its start',
      { ...exited, startError: 'task 12ab already exists' },
      'recreate',
      'already exists',
    ],
    ['dead', { state: 'dead' }, 'recreate', 'dead'],
    ['of another configuration', { hash: 'another' }, 'replace', 'configuration has changed'],
    ['without a hash', { hash: null }, 'replace', 'nothing says'],
    ['of another image', { hash: 'x', image: 'traefik:v3.5.0' }, 'replace', 'runs traefik:v3.5.0'],
    ['of another configuration, and exited', { ...exited, hash: 'another' }, 'replace', 'has changed'],
    [
      'of another configuration, and never started',
      { state: 'created', hash: 'x' },
      'recreate',
      'has changed',
    ],
    [
      'on a network that was removed and made again',
      { networks: { 'traefik-public': { id: 'net-0', address: null } } },
      'recreate',
      'that is gone',
    ],
    [
      'on an old network and exited: a start would fail',
      { ...exited, networks: { 'traefik-public': { id: 'net-0', address: null } } },
      'recreate',
      'that is gone',
    ],
    ['disconnected', { networks: {} }, 'connect', 'not connected'],
    ['disconnected and exited', { ...exited, networks: {} }, 'connect', 'not connected'],
    ['with less memory', { memoryBytes: 1 }, 'update-limits', 'limits'],
    ['without a limit of processes', { pidsLimit: 0 }, 'update-limits', 'limits'],
    ['not restarted by Docker', { restartPolicy: 'no' }, 'update-limits', 'restart policy'],
  ];
  test.each(cases)('%s', (_title, change, kind, cause) => {
    const made = planned(withContainer('traefik', change));
    expect(steps(made)).toEqual([`${kind} traefik`]);
    expect(made.steps[0]?.cause).toContain(cause);
    expect(made.steps[0]).toMatchObject({ containerId: 'id-of-traefik' });
  });

  test('gone', () => {
    const made = planned(withoutContainer('filebrowser'));
    expect(steps(made)).toEqual(['create filebrowser']);
    expect(made.steps[0]?.cause).toBe('there is no container filebrowser');
  });

  test('being restarted by Docker, or removed: it is waited for', () => {
    for (const state of ['restarting', 'removing']) {
      const made = planned(withContainer('traefik', { state }));
      expect(made.steps).toEqual([]);
      expect(made.held).toMatchObject([{ subject: 'traefik' }]);
      expect(codes(made)).toEqual(['protected-not-running traefik']);
    }
  });

  test('several at once: one step each', () => {
    const made = planned(
      world({
        containers: [
          container('traefik', { state: 'exited', memoryBytes: 1, networks: {} }),
          container('cloudflared', { state: 'paused', hash: 'another' }),
        ],
      }),
    );
    expect(steps(made)).toEqual(['connect traefik', 'replace cloudflared', 'create filebrowser']);
  });
});

describe('what is not ours', () => {
  test('a foreign container with our name is reported and left alone, whatever state it is in', () => {
    for (const state of ['running', 'exited', 'dead']) {
      const made = planned(withoutContainer('traefik', [foreign('traefik', { state })]));
      expect(made.steps).toEqual([]);
      expect(made.issues).toMatchObject([
        {
          code: 'name-conflict',
          level: 'fail',
          text: 'A container that is not ours is called traefik',
          healsItself: false,
        },
      ]);
    }
  });

  test('our label alone makes it not ours: the service that it says must be the one of its name', () => {
    const copied = container('cloudflared', { id: 'copied', name: 'traefik' });
    const made = planned(withoutContainer('traefik', [copied]));
    expect(made.steps).toEqual([]);
    expect(codes(made)).toEqual(['name-conflict traefik']);
  });

  test('one of ours that somebody renamed is told, and another is made', () => {
    const renamed = container('traefik', { id: 'renamed', name: 'my-traefik' });
    const made = planned(withoutContainer('traefik', [renamed]));
    expect(steps(made)).toEqual(['create traefik']);
    expect(codes(made)).toContain('stray-container my-traefik');
  });

  test("somebody's network of that name is not used: nothing is put on it", () => {
    const theirs = { ...NETWORK, labels: {} };
    const made = planned(world({ networks: [theirs], containers: [container('traefik')] }));
    expect(made.steps).toEqual([]);
    expect(codes(made)).toContain('network-conflict traefik-public');
    expect(made.issues.filter(({ code }) => code === 'protected-not-running')).toMatchObject([
      { healsItself: false },
      { healsItself: false },
    ]);
  });
});

describe('networks', () => {
  test('a second one of ours is removed, the one with fewer of our containers', () => {
    const double = { ...NETWORK, id: 'net-0' };
    const made = planned(world({ networks: [double, NETWORK] }));
    expect(made.steps).toMatchObject([{ kind: 'remove-network', networkId: 'net-0' }]);
  });

  test('while there are two nothing is put on either: Docker could not tell them apart', () => {
    const made = planned(
      world({
        networks: [NETWORK, { ...NETWORK, id: 'net-2' }],
        containers: [container('traefik', { state: 'dead' })],
      }),
    );
    expect(steps(made)).toEqual(['remove-network']);
  });

  test('what is on ours already is started, whoever else has the name: it joins by the id', () => {
    for (const other of [
      { ...NETWORK, id: 'net-2' },
      { ...NETWORK, id: 'net-2', labels: {} },
    ]) {
      const observed = withContainer('traefik', { state: 'exited' });
      expect(steps(planned({ ...observed, networks: [NETWORK, other] }))).toContain('start traefik');
    }
    // Ours is gone, and its id with it.
    const gone = { ...withContainer('traefik', { state: 'exited' }), networks: [] };
    expect(steps(planned(gone))).toEqual(['create-network']);
  });

  test('the controller joins it, once', () => {
    expect(planned(world({ self: { id: 'me', networkIds: ['bridge'] } })).steps).toMatchObject([
      { kind: 'connect-self', networkId: 'net-1' },
    ]);
    expect(planned(world({ self: { id: 'me', networkIds: ['net-1'] } })).steps).toEqual([]);
  });

  test('when it cannot be made, it is tried again later', () => {
    const memory = noteFailure(
      NO_MEMORY,
      'network',
      { step: 'create-network', hash: null, why: 'no addresses left' },
      NOW,
    );
    const made = planned(world({ networks: [], containers: [] }), memory);
    expect(made.steps).toEqual([]);
    expect(made.held[0]).toMatchObject({ subject: 'traefik' });
    expect(made.held.at(-1)).toEqual({
      subject: 'network',
      why: 'the last try failed: no addresses left',
      until: NOW + 10_000,
    });
    expect(codes(made)).toContain('step-failed network');
    expect(steps(planned(world({ networks: [] }), memory, DESIRED, NOW + 10_001))).toContain(
      'create-network',
    );
  });
});

describe('back-off', () => {
  const failed = (step: StepKind, hash = wantedOf('traefik').hash): Memory =>
    noteFailure(NO_MEMORY, 'traefik', { step, hash, why: 'port 80 is taken' }, NOW - 1000);

  test('what failed is reported and not tried before its time', () => {
    const made = planned(withoutContainer('traefik'), failed('create'));
    expect(made.steps).toEqual([]);
    expect(made.held).toEqual([
      { subject: 'traefik', why: 'the last try failed: port 80 is taken', until: NOW + 9000 },
    ]);
    expect(made.issues).toMatchObject([
      { text: 'Protected container not running: traefik', healsItself: true },
    ]);
    expect(made.issues[0]?.hint).toContain('port 80 is taken');
    expect(steps(planned(withoutContainer('traefik'), failed('create'), DESIRED, NOW + 9000))).toEqual([
      'create traefik',
    ]);
  });

  test('a new version that cannot be had keeps nobody from starting the old one', () => {
    const exited = withContainer('traefik', { state: 'exited', hash: 'old' });
    const rejected = noteRollback(failed('replace'), 'traefik', {
      hash: wantedOf('traefik').hash,
      at: NOW,
      image: 'x',
      why: 'y',
    });
    expect(steps(planned(exited, rejected))).toEqual(['start traefik']);
    const running = planned(withContainer('traefik', { hash: 'old' }), failed('replace'));
    expect(running.steps).toEqual([]);
    expect(codes(running)).toEqual(['step-failed traefik']);
  });

  test('another configuration is tried at once', () => {
    expect(steps(planned(withoutContainer('traefik'), failed('create', 'an earlier one')))).toEqual([
      'create traefik',
    ]);
  });

  test('of an earlier configuration is told no more', () => {
    expect(planned(world(), failed('replace', 'an earlier one')).issues).toEqual([]);
  });

  test('of one service is nothing to the others', () => {
    const made = planned(world({ containers: [] }), failed('create'));
    expect(steps(made)).toEqual(['create cloudflared', 'create filebrowser']);
  });
});

describe('a version that was taken back', () => {
  const memory = noteRollback(NO_MEMORY, 'traefik', {
    hash: wantedOf('traefik').hash,
    at: NOW - 60_000,
    image: 'traefik:v3.6.7',
    why: 'it exited with code 42',
  });

  test('is not tried again, and is told; the old one runs on', () => {
    const made = planned(withContainer('traefik', { hash: 'old' }), memory);
    expect(made.steps).toEqual([]);
    expect(made.issues).toMatchObject([
      { code: 'rolled-back', level: 'warn', text: 'New version taken back: traefik' },
    ]);
    expect(made.issues[0]?.hint).toContain('code 42');
    // Whoever asks for the plan is not told that there is nothing to do.
    expect(made.held).toMatchObject([
      { subject: 'traefik', why: expect.stringContaining('code 42'), until: null },
    ]);
  });

  test('the old one is kept as it should be meanwhile', () => {
    expect(steps(planned(withContainer('traefik', { hash: 'old', state: 'exited' }), memory))).toEqual([
      'start traefik',
    ]);
  });

  test('is made when there is nothing else to run', () => {
    expect(steps(planned(withoutContainer('traefik'), memory))).toEqual(['create traefik']);
  });

  test('another configuration replaces it', () => {
    const desired = render(
      exampleConfig({ customer: { id: 'kovacs', domain: 'nagy.hu', email: 'a@nagy.hu' } }),
      SECRETS,
    );
    expect(steps(planned(withContainer('traefik', { hash: 'old' }), memory, desired))).toContain(
      'replace traefik',
    );
  });
});

describe('a replacement that was interrupted', () => {
  test('before the new one was made: the old one gets its name back', () => {
    const made = planned(withoutContainer('traefik', [previous('traefik', { state: 'exited' })]));
    expect(made.steps).toMatchObject([{ kind: 'adopt', containerId: 'old-traefik' }]);
    expect(made.steps[0]?.cause).toContain('interrupted');
  });

  test('of two old ones the running one, then the newest', () => {
    const older = previous('traefik', { id: 'old-1', name: 'traefik.prev-1', createdAt: NOW - 9000 });
    const newer = previous('traefik', { id: 'old-2', name: 'traefik.prev-2', createdAt: NOW - 1000 });
    const stopped = { ...newer, state: 'exited' };
    expect(planned(withoutContainer('traefik', [older, newer])).steps).toMatchObject([
      { kind: 'adopt', containerId: 'old-2' },
    ]);
    expect(planned(withoutContainer('traefik', [older, stopped])).steps).toMatchObject([
      { kind: 'adopt', containerId: 'old-1' },
    ]);
  });

  test.each(['created', 'exited', 'restarting', 'dead'])(
    'while the new one is %s: that one goes',
    (state) => {
      const young = { state, startedAt: NOW - 2000, finishedAt: NOW - 1000 };
      const made = planned(withContainer('traefik', young, [previous('traefik')]));
      expect(made.steps).toMatchObject([{ kind: 'remove-leftover', containerId: 'id-of-traefik' }]);
    },
  );

  test('when the new one is unhealthy: that one goes', () => {
    const made = planned(withContainer('traefik', { health: 'unhealthy' }, [previous('traefik')]));
    expect(made.steps).toMatchObject([{ kind: 'remove-leftover', containerId: 'id-of-traefik' }]);
  });

  test('while the new one settles: it is waited for', () => {
    const made = planned(withContainer('traefik', { startedAt: NOW - 2000 }, [previous('traefik')]));
    expect(made.steps).toEqual([]);
    expect(made.held).toEqual([
      { subject: 'traefik', why: 'its new container is settling', until: NOW + 3000 },
    ]);
  });

  test('with a clock that was set back since: the new one is not waited for until that day comes again', () => {
    const made = planned(withContainer('traefik', { startedAt: NOW + 86_400_000 }, [previous('traefik')]));
    expect(made.steps).toMatchObject([{ kind: 'remove-leftover', containerId: 'old-traefik' }]);
  });

  test('after the new one settled: the old one is removed', () => {
    const made = planned(withContainer('traefik', {}, [previous('traefik', { state: 'exited' })]));
    expect(made.steps).toMatchObject([{ kind: 'remove-leftover', containerId: 'old-traefik' }]);
  });

  test('a new one that ran well and was killed later is started, not given up', () => {
    const killed = { state: 'exited', startedAt: NOW - 60_000, finishedAt: NOW - 1000 };
    expect(steps(planned(withContainer('traefik', killed, [previous('traefik')])))).toEqual([
      'start traefik',
    ]);
  });

  test('a canary that was left behind is removed', () => {
    const canary = { ...foreign('felhom-canary'), ours: true };
    expect(planned(world({ containers: [...world().containers, canary] })).steps).toMatchObject([
      { kind: 'remove-leftover', service: null, containerId: 'foreign-felhom-canary' },
    ]);
    const theirs = foreign('felhom-canary');
    expect(planned(world({ containers: [...world().containers, theirs] })).steps).toEqual([]);
  });
});

describe('a pause', () => {
  const memory = notePause(NO_MEMORY, 'traefik', {
    reason: 'moving the disk',
    from: NOW - 1000,
    until: NOW + 60_000,
    by: 'anna',
  });

  test.each(['running', 'restarting', 'paused'])('stops one that is %s', (state) => {
    const made = planned(withContainer('traefik', { state }), memory);
    expect(steps(made)).toEqual(['stop traefik']);
    expect(made.steps[0]?.cause).toBe('paused by anna: moving the disk');
  });

  test.each(['exited', 'created', 'dead'])(
    'keeps one down that is %s, and says who, why and until when',
    (state) => {
      const made = planned(withContainer('traefik', { state }), memory);
      expect(made.steps).toEqual([]);
      expect(made.held).toEqual([
        { subject: 'traefik', why: 'paused by anna: moving the disk', until: NOW + 60_000 },
      ]);
      expect(made.issues).toMatchObject([
        { code: 'paused', level: 'warn', text: 'Protected container paused: traefik' },
      ]);
    },
  );

  test('makes nothing, replaces nothing, adopts nothing', () => {
    for (const observed of [
      withoutContainer('traefik'),
      withoutContainer('traefik', [previous('traefik', { state: 'exited' })]),
      withContainer('traefik', { state: 'exited', hash: 'another' }),
    ])
      expect(planned(observed, memory).steps).toEqual([]);
  });

  test('ends by itself', () => {
    const made = planned(withContainer('traefik', { state: 'exited' }), memory, DESIRED, NOW + 60_000);
    expect(steps(made)).toEqual(['start traefik']);
  });
});

test('files that were changed below it: put back and read anew, unless another version comes anyway', () => {
  const spoilt = new Set(['traefik'] as const);
  const after = (change: Partial<ObservedContainer>) =>
    steps(planned({ ...withContainer('traefik', change), spoilt }));
  expect(after({})).toEqual(['restore-files traefik']);
  // It dies of them, and Docker starts it again and again.
  expect(after({ state: 'restarting' })).toEqual(['restore-files traefik']);
  expect(after({ state: 'exited' })).toEqual(['start traefik']);
  expect(after({ hash: 'another' })).toEqual(['replace traefik']);
});

test('a pause stops the old one of a replacement that was interrupted, too', () => {
  const pause = { reason: 'moving the disk', from: NOW, until: NOW + 60_000, by: 'anna' };
  const memory = notePause(NO_MEMORY, 'traefik', pause);
  const stops = ({ steps: made }: Plan) =>
    made.map((step) => `${step.kind} ${'containerId' in step ? step.containerId : ''}`);
  const both = withContainer('traefik', { state: 'created' }, [previous('traefik')]);
  expect(stops(planned(both, memory))).toEqual(['stop old-traefik']);
  const alone = withoutContainer('traefik', [previous('traefik')]);
  expect(stops(planned(alone, memory))).toEqual(['stop old-traefik']);
});

describe('the stacks folder is not the right one', () => {
  const wrong: Partial<Observed> = {
    stacksFolder: { state: 'wrong', why: '/opt/docker/stacks has no sentinel' },
  };

  test('nothing is made, started or replaced, and health says why', () => {
    for (const containers of [
      [],
      [container('traefik', { state: 'exited' }), container('filebrowser', { hash: 'another' })],
      [previous('traefik'), container('cloudflared', { state: 'dead' })],
    ]) {
      const made = planned(world({ ...wrong, networks: [], containers }));
      expect(made.steps).toEqual([]);
      expect(made.blocked).toBe('/opt/docker/stacks has no sentinel');
      expect(made.issues[0]).toMatchObject({ code: 'stacks-folder-wrong', level: 'fail' });
    }
  });

  test('what runs runs on; a pause still stops it', () => {
    expect(planned(world(wrong)).steps).toEqual([]);
    const memory = notePause(NO_MEMORY, 'traefik', { reason: 'x', from: NOW, until: NOW + 1000, by: null });
    expect(steps(planned(world(wrong), memory))).toEqual(['stop traefik']);
  });
});

describe('keys that are missing', () => {
  const bare = render(exampleConfig({ customer: { id: 'kovacs' }, infrastructure: {} }), SECRETS);

  test('warn with the very keys, and nothing fails', () => {
    const made = planned(world({ containers: [container('filebrowser', {}, bare)] }), NO_MEMORY, bare);
    expect(made.steps).toEqual([]);
    expect(made.issues.map(({ level, text }) => `${level}: ${text}`)).toEqual([
      'warn: Not configured: traefik needs customer.domain, customer.email',
      'warn: Not configured: cloudflared needs infrastructure.cf_tunnel_token',
    ]);
  });

  test('a container whose keys vanished runs on, and is not started again', () => {
    for (const state of ['running', 'exited']) {
      const containers = [
        container('traefik', { state }),
        container('cloudflared'),
        container('filebrowser', {}, bare),
      ];
      const made = planned(world({ containers }), NO_MEMORY, bare);
      expect(made.steps).toEqual([]);
      expect(made.issues[0]?.hint).toContain('keeps what it was made with');
    }
  });

  test('traefik without a token for DNS runs, and says what it lacks', () => {
    const desired = render(exampleConfig({ infrastructure: { cf_tunnel_token: 'tunnel' } }), SECRETS);
    const made = planned(
      world({ containers: BASE_SERVICES.map(({ name }) => container(name, {}, desired)) }),
      NO_MEMORY,
      desired,
    );
    expect(made.steps).toEqual([]);
    expect(made.issues).toMatchObject([
      {
        code: 'lacking-keys',
        level: 'warn',
        text: 'Runs with less: traefik lacks infrastructure.cf_api_token',
      },
    ]);
  });

  test('a refused configuration fails that service only, and takes nothing away', () => {
    const desired = render(exampleConfig({ paths: { storage: [{ name: 'x', path: '/etc' }] } }), SECRETS);
    const made = planned(withoutContainer('filebrowser'), NO_MEMORY, desired);
    expect(made.steps).toEqual([]);
    expect(made.issues).toMatchObject([{ code: 'config-refused', level: 'fail', subject: 'filebrowser' }]);
    expect(planned(world(), NO_MEMORY, desired).issues).toMatchObject([{ level: 'warn' }]);
  });
});

describe('a canary', () => {
  const before = noteGoodDaemon(NO_MEMORY, { version: '28.4.0', runtime: '1.3.0' });
  const changed = withContainer('traefik', { hash: 'old' });

  test('goes before a change when Docker or runc is another one', () => {
    const made = planned(changed, before);
    expect(made.steps).toMatchObject([{ kind: 'canary', daemon: '28.5.0 1.3.0' }]);
    expect(made.steps[0]?.cause).toContain('28.4.0 1.3.0 before');
    expect(steps(planned(changed, noteGoodDaemon(NO_MEMORY, changed.daemon)))).toEqual(['replace traefik']);
  });

  test('is none where nothing changes, and keeps nobody from being started', () => {
    expect(planned(world(), before).steps).toEqual([]);
    expect(steps(planned(withContainer('traefik', { state: 'exited' }), before))).toEqual(['start traefik']);
  });

  test('that failed holds all changes back', () => {
    const memory = noteFailure(before, 'canary', { step: 'canary', hash: null, why: 'runc is broken' }, NOW);
    const made = planned(changed, memory);
    expect(made.steps).toEqual([]);
    expect(codes(made)).toEqual(['step-failed canary']);
  });

  test('is none at the very first start', () => {
    expect(steps(planned(changed))).toEqual(['replace traefik']);
  });
});

describe('a crash loop is found though the container runs whenever one looks', () => {
  test('by its deaths, 11 s apart', () => {
    const memory = [33, 22, 11].reduce(
      (old, ago) => noteDeath(old, 'traefik', { at: NOW - ago * 1000, exitCode: 3 }),
      NO_MEMORY,
    );
    const made = planned(world(), memory);
    expect(made.steps).toEqual([]);
    expect(made.issues).toMatchObject([
      { code: 'crash-loop', level: 'fail', text: 'Protected container keeps dying: traefik' },
    ]);
    expect(made.issues[0]?.hint).toContain('3 times, the last time with code 3');
    // Ten quiet minutes later it is over.
    expect(planned(world(), memory, DESIRED, NOW + 600_000).issues).toEqual([]);
  });

  test("by Docker's count, when nobody was there to see the deaths", () => {
    const often = { restartCount: 5, createdAt: NOW - 60_000, startedAt: NOW - 4000 };
    expect(codes(planned(withContainer('traefik', often)))).toEqual(['crash-loop traefik']);
    const seldom = { restartCount: 5, createdAt: NOW - 90 * 86_400_000, startedAt: NOW - 4000 };
    expect(planned(withContainer('traefik', seldom)).issues).toEqual([]);
    const over = { restartCount: 5, createdAt: NOW - 9 * 60_000, startedAt: NOW - 8 * 60_000 };
    expect(planned(withContainer('traefik', over)).issues).toEqual([]);
  });

  test('two deaths are no loop', () => {
    const memory = [22, 11].reduce(
      (old, ago) => noteDeath(old, 'traefik', { at: NOW - ago * 1000, exitCode: 3 }),
      NO_MEMORY,
    );
    expect(planned(world(), memory).issues).toEqual([]);
  });
});
