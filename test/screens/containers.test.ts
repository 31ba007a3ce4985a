// A person before the containers of a guest: what is shown of the controller's care, what can be done and
// by whom, what is refused and why, and what is asked before.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { BaseStackFacts } from '../../src/contracts/facts/base-stack.ts';
import type { Container } from '../../src/contracts/facts/containers.ts';
import { tellStatus } from '../../screens/containers/status-words.ts';
import { absent, failed } from '../../src/contracts/reading.ts';
import { createAskedAgent, refusal } from './asking-agent.ts';
import { createAskedController } from './asking-controller.ts';
import { baseOf, containerOf, serviceOf, traefik, TRAEFIK_ID, withGuest } from './guest-facts.ts';
import { INVENTED_AT } from './invented-facts.ts';
import { lettersOf, sitDown, type Seated } from './seated.ts';

const READABLE_MS = 400;
const viewOf = (seated: Seated) => seated.console.view.getState();
const toastOf = (seated: Seated) => viewOf(seated).toast?.text ?? '';
const done = (state: string) => () => ({ id: TRAEFIK_ID, name: 'traefik', state });
const BASE = baseOf([serviceOf('traefik')]);

type Start = {
  readonly containers?: readonly Container[];
  readonly base?: BaseStackFacts | null;
  readonly answers?: Parameters<typeof createAskedController>[0];
  readonly seat?: Parameters<typeof sitDown>[0];
};

async function sitBefore({ containers = [traefik()], base = BASE, answers = {}, seat = {} }: Start = {}) {
  const guest = withGuest(containers, base);
  const controller = createAskedController(answers);
  const seated = await sitDown({
    readings: guest.readings,
    callController: controller.callController,
    columns: 160,
    ...seat,
  });
  onTestFinished(seated.stop);
  seated.press('3');
  const become = async (change: { containers?: readonly Container[]; base?: BaseStackFacts }) => {
    Object.assign(guest.now, change);
    const before = seated.console.shown.getState().observations;
    seated.console.poller.refresh(true);
    await expect
      .poll(() => {
        const now = seated.console.shown.getState().observations;
        return now.containers !== before.containers && now.base_stack !== before.base_stack;
      })
      .toBe(true);
  };
  return { seated, controller, become };
}

/** The number that the menu gives an action. */
function numberOf(seated: Seated, label: string): string {
  const row = seated
    .text()
    .split('\n')
    .map((line) => /^ (\d) (.*)$/.exec(line))
    .find((found) => found?.[2]?.startsWith(label));
  const number = row?.[1];
  if (number === undefined) throw new Error(`no ${label} in\n${seated.text()}`);
  return number;
}
/** Opens the menu and chooses by what it says. */
function choose(seated: Seated, label: string): void {
  seated.press('a');
  seated.press(numberOf(seated, label));
}
function fillIn(seated: Seated, ...lines: readonly string[]): void {
  for (const line of lines) seated.press('Ctrl+u', ...lettersOf(line), 'Enter');
}

describe("Docker's words of how long", () => {
  test.each([
    ['Up 16 seconds (health: starting)', 20_000, 'Up 36 s (health: starting)'],
    ['Up 50 seconds', 20_000, 'Up 1 m'],
    ['Up Less than a second', 3000, 'Up 3 s'],
    ['Up About a minute (healthy)', 0, 'Up 1 m (healthy)'],
    ['Up 3 hours', 20_000, 'Up 3 h'],
    ['Up 13 days', 20_000, 'Up 13 d'],
    ['Up 3 weeks', 20_000, 'Up 3 weeks'],
    ['Exited (137) 5 seconds ago', 7000, 'Exited (137) 12 s ago'],
    ['Created', 7000, 'Created'],
    ['Up 2 minutes (Paused)', 0, 'Up 2 m (Paused)'],
  ])('%s, %d ms later: %s', (status, laterMs, told) => {
    expect(tellStatus(status, laterMs, 'en')).toBe(told);
  });
});

describe('The list', () => {
  test('merges services with containers: what is missing is a row, and each says what is done about it', async () => {
    const base = baseOf([
      serviceOf('traefik', { state: 'healing' }),
      serviceOf('cloudflared', { state: 'not-configured', missing_keys: ['infrastructure.cf_tunnel_token'] }),
      serviceOf('filebrowser', {
        state: 'back-off',
        next_try: INVENTED_AT + 20_000,
        restarts: 7,
        drift: ['memory limit 1 GiB'],
      }),
    ]);
    const { seated } = await sitBefore({
      base,
      containers: [
        containerOf('app', { ours: 'managed' }),
        traefik({ state: 'exited' }),
        containerOf('other'),
      ],
      seat: { columns: 200 },
    });
    const line = (name: string) =>
      seated
        .text()
        .split('\n')
        .find((each) => each.includes(` ${name} `)) ?? '';
    expect(line('traefik')).toMatch(/▣ traefik +exited +healing/);
    expect(line('cloudflared')).toMatch(/▣ cloudflared +missing +needs cf_tunnel_token +– +– +/);
    expect(line('filebrowser')).toMatch(/missing +BACK-OFF, next in 19 s .*memory limit .* 7 /);
    expect(line('app')).toMatch(/app +running +start, stop/);
    expect(line('other')).toMatch(/other +running +–/);
    const places = ['cloudflared', 'filebrowser', 'traefik', 'app'].map((name) =>
      seated.text().indexOf(` ${name} `),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  test('a version that was rolled back names its image and why, in the list and in the detail', async () => {
    const back = { at: INVENTED_AT - 5000, image: 'traefik:v3.7.0', why: 'exited with code 1 after 3 s' };
    const base = baseOf([serviceOf('traefik', { rolled_back: back, drift: ['image'] })]);
    const { seated } = await sitBefore({ base, seat: { columns: 200 } });
    expect(seated.text()).toMatch(/kept running, rolled back .*rolled back: traefik:v3/);
    seated.press('Enter');
    expect(seated.text()).toMatch(
      /rolled back +traefik:v3\.7\.0 \(5 s ago\)\n +exited with code 1 after 3 s/,
    );
  });

  test('a pause says its reason, by whom and until when', async () => {
    const pause = { reason: 'new certificate', from: INVENTED_AT, until: INVENTED_AT + 600_500, by: 'anna' };
    const { seated } = await sitBefore({ base: baseOf([serviceOf('traefik', { state: 'paused', pause })]) });
    expect(seated.text()).toMatch(/traefik .*paused, 10 m left/);
    seated.press('Enter');
    expect(seated.text()).toMatch(/paused for +new certificate/);
    expect(seated.text()).toContain('by anna');
  });

  test('the plan of a service has its drift, and each step with its cause', async () => {
    const base = baseOf([serviceOf('traefik', { drift: ['image traefik:v3.5 instead of traefik:v3.6.7'] })], {
      steps: [
        { kind: 'replace', subject: 'traefik', cause: 'its configuration changed' },
        { kind: 'start', subject: 'filebrowser', cause: 'exited with code 137 12 s ago' },
      ],
    });
    const { seated } = await sitBefore({ base });
    seated.press('Enter', ']');
    for (const words of [
      'image traefik:v3.5 instead of traefik:v3.6.7',
      'replace traefik – its configuration changed',
      'start filebrowser – exited with code 137 12 s ago',
    ]) {
      expect(seated.text()).toContain(words);
    }
  });

  test('above it stands how the controller is, what blocks it, and what it is linked to', async () => {
    const base = baseOf([serviceOf('traefik')], {
      status: 'fail',
      blocked: 'the stacks folder is not mounted',
    });
    const { seated } = await sitBefore({ base });
    expect(seated.text()).toContain('✖ controller: FAILURE  does nothing: the stacks folder is not mounted');
    expect(seated.text()).toContain('Docker ok  agent ok  hub ok');
    seated.press('1');
    seated.resize(160, 80);
    expect(seated.text()).toContain('✖ controller: FAIL');
  });

  test('the cursor stays on a protected one while its container is made anew', async () => {
    const { seated, become } = await sitBefore({ base: baseOf([serviceOf('traefik')]) });
    seated.press('Enter');
    await become({ containers: [] });
    expect(seated.text()).toContain('there is no container');
    await become({ containers: [traefik({ id: 'b'.repeat(64) })] });
    expect(seated.text()).toMatch(/state +running/);
  });
});

describe('What is done with a container', () => {
  const STOPPED = [traefik({ state: 'exited' })];
  const PAUSED = baseOf([
    serviceOf('traefik', {
      state: 'paused',
      pause: { reason: 'works', from: INVENTED_AT, until: INVENTED_AT + 9e5, by: null },
    }),
  ]);

  test.each<[string, string, Start, string]>([
    ['a start of one that runs', 'Start it', {}, 'it runs'],
    ['a restart of one that does not', 'Restart it', { containers: STOPPED }, 'it does not run'],
    ['a stop of one that does not', 'Stop it', { containers: STOPPED }, 'it does not run'],
    [
      'a start of one that is paused',
      'Start it',
      { containers: STOPPED, base: PAUSED },
      'it is paused: resume it',
    ],
    ['a resume of one that is not', 'Resume it', {}, 'it is not paused'],
    ['a shell in one that does not run', 'A shell', { containers: STOPPED }, 'it does not run'],
    ['a start where there is none', 'Start it', { containers: [] }, 'there is no container'],
    ['a shell where there is none', 'A shell', { containers: [] }, 'there is no container'],
    ['a pause without a controller', 'Pause it', { base: null }, 'base stack: waiting'],
    ['an apply without a controller', 'Apply', { base: null }, 'base stack: waiting'],
    [
      'a stop of a foreign one',
      'Stop it',
      { containers: [containerOf('theirs')], base: null },
      'eu.felhom.managed=true',
    ],
    [
      'a restart of the controller itself',
      'Restart it',
      { containers: [containerOf('felhom-controller', { protected: true })], base: null },
      'docker restart felhom-controller',
    ],
  ])('%s is off, and says why', async (_what, label, start, reason) => {
    const { seated, controller } = await sitBefore(start);
    choose(seated, label);
    expect(toastOf(seated)).toContain(reason);
    expect(viewOf(seated).overlay?.kind).toBe('actions');
    expect(controller.asked).toEqual([]);
  });

  test('a foreign one has no pause; a shell inside is open to everybody', async () => {
    const { seated } = await sitBefore({ containers: [containerOf('theirs')], base: null });
    seated.press('a');
    expect(seated.text()).not.toContain('Pause it');
    expect(seated.text()).not.toContain('Apply');
    seated.press(numberOf(seated, 'A shell'));
    await expect.poll(() => seated.opened).toHaveLength(1);
    expect(seated.opened[0]).toEqual({
      kind: 'container-shell',
      id: containerOf('theirs').id,
      name: 'theirs',
    });
    await expect.poll(() => toastOf(seated)).toBe('Back from theirs.');
  });

  test('a managed one is stopped by y', async () => {
    const app = containerOf('app', { ours: 'managed' });
    const { seated, controller } = await sitBefore({
      containers: [app],
      base: baseOf([]),
      answers: { stopContainer: () => ({ id: app.id, name: 'app', state: 'exited' }) },
    });
    choose(seated, 'Stop it');
    seated.pass(READABLE_MS);
    seated.press('y');
    await expect.poll(() => toastOf(seated)).toBe('app was stopped: exited.');
    expect(controller.asked).toEqual([{ route: 'stopContainer', params: { id: app.id }, body: {} }]);
  });

  test('a protected one is stopped only by its typed name, and it is said that it comes back', async () => {
    const { seated, controller } = await sitBefore({
      base: baseOf([serviceOf('traefik')]),
      answers: { stopContainer: done('exited') },
    });
    choose(seated, 'Stop it');
    expect(seated.text()).toContain('comes back by itself within seconds');
    seated.pass(READABLE_MS);
    seated.press('y', 'Enter');
    expect(toastOf(seated)).toContain('That is not traefik');
    seated.press('Ctrl+u', ...lettersOf('traefik'), 'Enter');
    await expect.poll(() => controller.asked).toHaveLength(1);
    expect(controller.asked[0]).toEqual({
      route: 'stopContainer',
      params: { id: TRAEFIK_ID },
      body: { confirm: 'traefik' },
    });
  });

  test('a container that was made anew meanwhile is not stopped', async () => {
    const { seated, controller, become } = await sitBefore({ base: baseOf([serviceOf('traefik')]) });
    choose(seated, 'Stop it');
    seated.pass(READABLE_MS);
    await become({ containers: [traefik({ id: 'b'.repeat(64) })] });
    seated.press(...lettersOf('traefik'), 'Enter');
    expect(toastOf(seated)).toContain('only Esc');
    expect(controller.asked).toEqual([]);
  });

  test('a pause asks for a reason and an end, then for its name', async () => {
    const { seated, controller } = await sitBefore({
      base: baseOf([serviceOf('traefik')]),
      answers: { pauseService: () => ({ base: PAUSED }) },
    });
    choose(seated, 'Pause it');
    seated.pass(READABLE_MS);
    fillIn(seated, 'x');
    expect(toastOf(seated)).toContain('3 to 200 characters');
    // What is filled in may be pasted: it confirms nothing.
    seated.press('Ctrl+u');
    seated.paste('new certificate\rtraefik');
    seated.press('Enter');
    expect(seated.text()).toMatch(/Reason: new certificate\nMinutes, then Enter.*\n> 30/);
    fillIn(seated, '9999');
    expect(toastOf(seated)).toContain('1 to 1440 minutes');
    fillIn(seated, '45');
    expect(seated.text()).toContain('Type traefik and press Enter');
    // What was on its way before the question was there is no answer to it.
    seated.press(...lettersOf('traefik'), 'Enter');
    expect(controller.asked).toEqual([]);
    seated.pass(READABLE_MS);
    seated.paste('traefik');
    expect(toastOf(seated)).toContain('Pasted text never confirms');
    seated.press(...lettersOf('traefik'), 'Enter');
    await expect.poll(() => toastOf(seated)).toBe('traefik is paused for 45 minutes.');
    expect(controller.asked).toEqual([
      {
        route: 'pauseService',
        params: { service: 'traefik' },
        body: { reason: 'new certificate', minutes: 45, confirm: 'traefik' },
      },
    ]);
  });

  test('a pause ends by y, and its reason is shown', async () => {
    const { seated, controller } = await sitBefore({
      base: PAUSED,
      answers: { resumeService: () => ({ base: BASE }) },
    });
    choose(seated, 'Resume it');
    expect(seated.text()).toContain('works');
    seated.pass(READABLE_MS);
    seated.press('y');
    await expect.poll(() => controller.asked).toHaveLength(1);
    expect(controller.asked[0]).toMatchObject({ route: 'resumeService', params: { service: 'traefik' } });
  });

  test('several managed ones are restarted by one y, each named', async () => {
    const apps = ['one', 'two'].map((name) => containerOf(name, { ours: 'managed' }));
    const { seated, controller } = await sitBefore({
      containers: apps,
      base: baseOf([]),
      answers: { restartContainer: done('running') },
    });
    seated.press('Space', 'j', 'Space');
    seated.press('a');
    seated.press(numberOf(seated, 'A shell'));
    expect(toastOf(seated)).toContain('one row at a time');
    seated.press(numberOf(seated, 'Restart it'));
    expect(seated.text()).toMatch(/one\n.*two/s);
    seated.pass(READABLE_MS);
    seated.press('y');
    await expect.poll(() => controller.asked).toHaveLength(2);
  });

  test('a refusal of the controller is told with its reason', async () => {
    const { seated } = await sitBefore({
      containers: [containerOf('app', { ours: 'managed' })],
      base: baseOf([]),
      answers: {
        restartContainer: () => {
          throw refusal('E_DOCKER', 'Docker does not answer');
        },
      },
    });
    choose(seated, 'Restart it');
    seated.pass(READABLE_MS);
    seated.press('y');
    await expect.poll(() => toastOf(seated)).toContain('Docker does not answer');
  });
});

describe('The base stack is applied', () => {
  const at = INVENTED_AT;
  const create = { kind: 'create', subject: 'filebrowser', cause: 'there is no container' };
  const replace = { kind: 'replace', subject: 'traefik', cause: 'its configuration changed' };
  const held = [{ subject: 'cloudflared', why: 'infrastructure.cf_tunnel_token is missing', until: null }];
  const planOf = (...steps: (typeof create)[]) => ({ basePlan: () => ({ at, steps, held, blocked: null }) });
  const applied = { applyBase: () => ({ applied: [create], base: BASE }) };
  const base = baseOf([serviceOf('traefik')]);

  test('after its plan is shown with causes, by y where nothing that runs is taken away', async () => {
    const { seated, controller } = await sitBefore({ base, answers: { ...planOf(create), ...applied } });
    choose(seated, 'Apply');
    await expect.poll(() => seated.text()).toContain('create filebrowser – there is no container');
    expect(seated.text()).toContain('held back: cloudflared – infrastructure.cf_tunnel_token is missing');
    seated.pass(READABLE_MS);
    seated.press('y');
    await expect.poll(() => toastOf(seated)).toBe('Base stack: 1 steps done, health ok.');
    expect(controller.asked.map(({ route }) => route)).toEqual(['basePlan', 'applyBase']);
  });

  test('by a typed word where it is', async () => {
    const { seated, controller } = await sitBefore({
      base,
      answers: { ...planOf(create, replace), ...applied },
    });
    choose(seated, 'Apply');
    await expect.poll(() => seated.text()).toContain('replace traefik – its configuration changed');
    seated.pass(READABLE_MS);
    seated.press('y', 'Enter');
    expect(toastOf(seated)).toContain('That is not base');
    seated.press('Ctrl+u', ...lettersOf('base'), 'Enter');
    await expect.poll(() => controller.asked.map(({ route }) => route)).toEqual(['basePlan', 'applyBase']);
  });

  test('whoever has gone elsewhere while the plan was looked at is not asked there', async () => {
    const plan = Promise.withResolvers<unknown>();
    const { seated } = await sitBefore({ base, answers: { basePlan: () => plan.promise } });
    choose(seated, 'Apply');
    expect(toastOf(seated)).toContain('looking what would be done');
    seated.press('1');
    plan.resolve({ at, steps: [create], held: [], blocked: null });
    await expect.poll(() => seated.console.basePlan.store.getState()).not.toBeNull();
    expect(viewOf(seated).overlay).toBeNull();
  });

  test('a plan that cannot be had is told', async () => {
    const { seated } = await sitBefore({
      base,
      answers: {
        basePlan: () => {
          throw refusal('E_DOCKER', 'Docker does not answer');
        },
      },
    });
    choose(seated, 'Apply');
    await expect.poll(() => toastOf(seated)).toContain('Docker does not answer');
    expect(viewOf(seated).overlay).toBeNull();
  });
});

describe('Who must answer', () => {
  test('a controller that is silent: looking only, with the reason; a shell is open all the same', async () => {
    const { readings } = withGuest([containerOf('app', { ours: 'managed' })], null);
    const silent = {
      ...readings,
      base_stack: failed('no-answer', 'controller.sock', INVENTED_AT, 'ECONNREFUSED'),
    };
    const { callController, asked } = createAskedController();
    const seated = await sitDown({ readings: silent, callController, columns: 160 });
    onTestFinished(seated.stop);
    seated.press('3');
    expect(seated.text()).toContain('The controller does not answer: looking only');
    choose(seated, 'Stop it');
    expect(toastOf(seated)).toContain('looking only');
    expect(asked).toEqual([]);
    seated.press(numberOf(seated, 'A shell'));
    await expect.poll(() => seated.opened).toHaveLength(1);
  });

  test('facts of the controller that are old: it is said since when, and nothing is done', async () => {
    const { seated, controller } = await sitBefore({ base: baseOf([serviceOf('traefik')]) });
    seated.pass(10_000);
    seated.console.shown.setState({ nowMs: seated.session.now() });
    expect(seated.text()).toContain('The controller has not answered for 10 s: looking only');
    // It keeps nothing running meanwhile.
    expect(seated.text()).toMatch(/traefik .*last: kept running/);
    // Nor does the detail say so.
    expect(seated.text()).toMatch(/^controller +last: kept running/m);
    choose(seated, 'Restart it');
    expect(toastOf(seated)).toContain('looking only');
    expect(controller.asked).toEqual([]);
  });

  test('without Docker nobody knows whether a container is there: none is called missing', async () => {
    const { readings } = withGuest([], BASE);
    const gone = { ...readings, containers: absent('no-file', 'docker.sock', INVENTED_AT, 'ENOENT') };
    const seated = await sitDown({ readings: gone, columns: 160 });
    onTestFinished(seated.stop);
    seated.press('3');
    expect(seated.text()).toMatch(/traefik +unknown /);
    expect(seated.text()).toMatch(/^state +unknown/m);
    expect(seated.text()).toMatch(/No Docker here: .*ENOENT/);
    expect(seated.text()).not.toMatch(/missing|there is no container/);
  });

  test('without any controller each is off for that reason, and the agent is not asked instead', async () => {
    const { readings } = withGuest([containerOf('app', { ours: 'managed' })], null);
    const agent = createAskedAgent({});
    const seated = await sitDown({ readings, call: agent.call, columns: 160 });
    onTestFinished(seated.stop);
    seated.press('3');
    choose(seated, 'Restart it');
    expect(toastOf(seated)).toContain('no controller answers on this machine');
    expect(agent.asked).toEqual([]);
  });

  test('an agent that is lost bars nothing of the controller', async () => {
    const { seated, controller } = await sitBefore({
      containers: [containerOf('app', { ours: 'managed' })],
      base: baseOf([]),
      answers: { restartContainer: done('running') },
      seat: { call: createAskedAgent({}).call },
    });
    const now = seated.session.now();
    seated.console.shown.setState({
      connection: { state: 'lost', since: now - 9000, reason: 'gone', retryAt: now },
    });
    choose(seated, 'Restart it');
    seated.pass(READABLE_MS);
    seated.press('y');
    await expect.poll(() => controller.asked).toHaveLength(1);
  });

  test('read-only and a frozen display: nothing, not even a shell', async () => {
    const { seated } = await sitBefore({ seat: { readOnly: true } });
    seated.press('a');
    expect(toastOf(seated)).toContain('--read-only');
    seated.press(':', ...lettersOf('shell'), 'Space', ...lettersOf('traefik'), 'Enter');
    expect(toastOf(seated)).toContain('--read-only');
    expect(seated.opened).toEqual([]);
    const frozen = await sitBefore();
    frozen.seated.press('f');
    choose(frozen.seated, 'Restart it');
    expect(toastOf(frozen.seated)).toContain('frozen');
  });
});

describe('The palette', () => {
  const answers = { basePlan: () => ({ at: INVENTED_AT, steps: [], held: [], blocked: null }) };
  const base = baseOf([serviceOf('traefik')]);

  test('opens a shell by name, and asks before a restart', async () => {
    const { seated, controller } = await sitBefore({ base });
    seated.press('1', ':', ...lettersOf('shell'), 'Space', ...lettersOf('trae'), 'Enter');
    await expect
      .poll(() => seated.opened)
      .toEqual([{ kind: 'container-shell', id: TRAEFIK_ID, name: 'traefik' }]);
    seated.press('1', ':', ...lettersOf('restart'), 'Space', ...lettersOf('traefik'), 'Enter');
    expect(viewOf(seated)).toMatchObject({ screen: 'containers', overlay: { kind: 'confirm' } });
    expect(controller.asked).toEqual([]);
  });

  test('applies the base stack from any screen, after its plan', async () => {
    const { seated } = await sitBefore({ base, answers });
    seated.press('1', ':', ...lettersOf('apply'), 'Enter');
    await expect.poll(() => seated.text()).toContain('Nothing differs from what it should be');
  });
});

describe('A program on the terminal', () => {
  test.each([
    [{ missing: 'program', name: 'docker' }, "the program 'docker' is not installed here"],
    [
      { missing: 'socket', path: '/run/d.sock', reason: 'EACCES' },
      "Docker's socket /run/d.sock cannot be used: EACCES",
    ],
  ] as const)('that cannot be opened says what is missing: %o', async (problem, words) => {
    const { seated } = await sitBefore({ seat: { problem } });
    seated.press('G');
    choose(seated, 'A shell');
    expect(toastOf(seated)).toContain(words);
    expect(seated.opened).toEqual([]);
  });

  test.each([
    [{ state: 'ended', code: 127, tookMs: 90 }, 'traefik has no /bin/sh that can be run.'],
    [{ state: 'ended', code: 1, tookMs: 90 }, 'traefik: it ended at once, with code 1.'],
    [{ state: 'ended', code: 130, tookMs: 60_000 }, 'Back from traefik.'],
    [{ state: 'killed', signal: 'SIGKILL' }, 'traefik: the program was ended by SIGKILL.'],
    [{ state: 'not-started', detail: 'ENOENT' }, 'traefik: the program did not start: ENOENT'],
  ] as const)('that ends as %o is told so', async (end, words) => {
    const { seated } = await sitBefore({ seat: { end }, base: baseOf([serviceOf('traefik')]) });
    choose(seated, 'A shell');
    await expect.poll(() => toastOf(seated)).toBe(words);
  });
});
