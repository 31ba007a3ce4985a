// The commands about base stack and containers, before the controller's real API: what they ask for, print and
// end with.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allOutputs } from '../../src/contracts/outputs.ts';
import { absent, failed } from '../../src/contracts/reading.ts';
import type { FactMap } from '../../src/doctor/rule.ts';
import type { LogListener } from '../../src/contracts/source.ts';
import { EngineError } from '../../src/clients/engine.ts';
import { NOTHING_TO_DO, START_TRAEFIK } from '../controller/api/small-parts.ts';
import { baseTold, idOf, serviceTold } from '../controller/example-base.ts';
import { makeFolder, startApi, type StartedApi } from '../controller/api/start-api.ts';
import * as make from '../doctor/facts.ts';
import { runHere } from './run.ts';

const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));
const HOSTILE = 'x\u001B]52;c;eA==\u0007\u202Ey';
const HARMFUL = /[\u0007\u001B\u202E]/;

const run = async ({ socketPath }: Pick<StartedApi, 'socketPath'>, ...argv: readonly string[]) =>
  runHere(['--controller', socketPath, ...argv], { env: { USER: 'anna' }, columns: 200 });

test('base status shows each service, why it is so, and what to do; whatever it finds it ends well', async () => {
  const api = await startApi();
  api.state.base = baseTold({
    status: 'fail',
    issues: [make.issue('traefik', 'fail')],
    services: [
      serviceTold('traefik', { state: 'back-off', cause: `exited: ${HOSTILE}`, next_try: make.NOW }),
      serviceTold('cloudflared', {
        state: 'not-configured',
        missing_keys: ['infrastructure.cf_tunnel_token'],
      }),
      serviceTold('filebrowser', {
        state: 'paused',
        pause: { reason: HOSTILE, from: make.NOW, until: make.NOW, by: null },
        rolled_back: { at: 1, image: HOSTILE, why: 'died after 3 s' },
        drift: ['memory limit'],
        probe: { state: 'failed', detail: HOSTILE, at: 1 },
      }),
    ],
    blocked: HOSTILE,
  });
  const { code, out } = await run(api, 'base', 'status');
  expect(code).toBe(0);
  for (const said of [
    'base stack: FAILURE',
    'BACK-OFF',
    'missing in controller.yaml: infrastructure.cf_tunnel_token',
    'was taken back: died after 3 s',
    'Protected container not running: traefik',
    'Nothing is done:',
  ]) {
    expect(out).toContain(said);
  }
  expect(out).not.toMatch(HARMFUL);
  const { out: json } = await run(api, 'base', 'status', '--json');
  expect(json).not.toMatch(HARMFUL);
  expect(allOutputs['base-status'].parse(JSON.parse(json)).base.services).toHaveLength(3);
  expect((await run(api, 'base', 'status', '--lang', 'hu')).out).toContain('alapcsomag: HIBA');
});

test('in 80 columns what matters of each service stands whole, on lines of its own', async () => {
  const api = await startApi();
  const cause = 'exited with code 137 12 s ago, and the port that it needs is held by another';
  api.state.base = baseTold({ services: [serviceTold('traefik', { state: 'back-off', cause })] });
  const { out } = await runHere(['--controller', api.socketPath, 'base', 'status'], { columns: 80 });
  expect(out).toMatch(/^traefik +back-off .*\n    exited with code 137 .* held by another$/im);
});

test("in a guest the ledger is the controller's, and it is said whose it is", async () => {
  const api = await startApi();
  await api.ledger.record({
    what: 'base.step',
    by: null,
    subject: 'traefik',
    detail: { kind: 'start', cause: HOSTILE },
  });
  const shown = await run(api, 'ledger', 'show');
  expect(shown).toMatchObject({ code: 0, err: '' });
  expect(shown.out).toMatch(/^The controller's ledger:\n +1 .* base\.step +traefik +by itself +kind=start/);
  expect(shown.out).not.toMatch(HARMFUL);
  const verified = await run(api, 'ledger', 'verify');
  expect(verified).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^The controller's ledger is intact: 1 /),
  });
  for (const command of ['show', 'verify'] as const) {
    const { out } = await run(api, 'ledger', command, '--json');
    expect(allOutputs[`ledger-${command}`].parse(JSON.parse(out))).toMatchObject({
      keeper: 'controller',
      count: 1,
    });
  }
});

test('status tells the base stack in a line, and a controller that is silent', async () => {
  const of = async (facts: FactMap) =>
    (await runHere(['status'], { facts: { ...make.load(1), ...facts } })).out;
  expect(await of(make.base())).toMatch(/Base stack +ok, 1 of 1 services running/);
  expect(await of(make.base({ paused: 'traefik' }))).toMatch(/Base stack +ok, 0 of 1 services running/);
  expect(await of({ base_stack: failed('no-answer', '/x', make.NOW) })).toMatch(
    /Base stack +.*nobody answers/,
  );
  expect(await of({})).not.toContain('Base stack');
});

test('base plan ends with 1 when there is something to do, and does nothing', async () => {
  const api = await startApi();
  expect(await run(api, 'base', 'plan')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/nothing to do/),
  });
  const held = { subject: 'cloudflared', why: HOSTILE, until: make.NOW };
  api.state.plan = { ...NOTHING_TO_DO, steps: [{ ...START_TRAEFIK, cause: HOSTILE }], held: [held] };
  const { code, out } = await run(api, 'base', 'plan');
  expect({ code, out }).toMatchObject({
    code: 1,
    out: expect.stringMatching(/1\. start traefik: x.*\nheld back until .*cloudflared/),
  });
  expect(out).not.toMatch(HARMFUL);
  const { out: json } = await run(api, 'base', 'plan', '--json');
  expect(allOutputs['base-plan'].parse(JSON.parse(json)).steps).toHaveLength(1);
  expect(api.asked).toEqual([]);
});

test('base apply shows the plan with its causes, has it done, and ends with 0 when all is well', async () => {
  const api = await startApi();
  api.state.plan = { ...NOTHING_TO_DO, steps: [START_TRAEFIK] };
  const ran = await run(api, 'base', 'apply');
  expect(ran).toMatchObject({ code: 0, err: '' });
  expect(ran.out).toMatch(/1\. start traefik: exited with code 137.*\nSteps done: 1\./);
  expect(api.asked).toEqual([{ apply: { door: 'socket', vmid: null, name: 'anna' } }]);
  api.state.plan = { ...NOTHING_TO_DO, steps: [START_TRAEFIK] };
  const { out, err } = await run(api, 'base', 'apply', '--json');
  expect(err).toContain('start traefik');
  expect(allOutputs['base-apply'].parse(JSON.parse(out))).toMatchObject({
    converged: true,
    plan: { steps: [{ kind: 'start' }] },
    applied: [{ kind: 'start' }],
  });
});

test('base apply ends with 1 when something stays, and with 4 when it may not', async () => {
  const api = await startApi();
  const stays = baseTold({
    services: [serviceTold('traefik', { state: 'back-off', cause: 'port 80 is taken' })],
  });
  api.state.afterApply = stays;
  expect(await run(api, 'base', 'apply')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/port 80 is taken/),
  });
  expect(await run(api, 'base', 'apply', '--read-only')).toMatchObject({
    code: 4,
    err: expect.stringMatching(/read-only/),
  });
  // The old one runs: that is not what was asked for.
  const rolled_back = { at: 1, image: 'traefik:v4', why: 'exited with code 42 after 3 s' };
  api.state.afterApply = baseTold({ services: [serviceTold('traefik', { rolled_back })] });
  expect(await run(api, 'base', 'apply')).toMatchObject({
    code: 1,
    out: expect.stringMatching(/traefik:v4 was taken back: exited with code 42/),
  });
});

test.each([
  ['base', 'plan'],
  ['base', 'apply'],
  ['containers', 'start', 'app'],
  ['containers', 'restart', 'app'],
])(
  '%s %s ends with 3 when Docker is gone: the controller answers, and it is Docker that does not',
  async (...argv) => {
    const api = await startApi();
    api.state.plan = new EngineError('unreachable', 'ECONNREFUSED');
    const { code, err } = await run(api, ...argv);
    expect({ code, err }).toEqual({ code: 3, err: expect.stringMatching(/E_DOCKER: Docker: ECONNREFUSED/) });
    expect(err).toContain('systemctl status docker');
    expect(err).not.toContain('controller');
    const { out } = await run(api, ...argv, '--json');
    expect(JSON.parse(out)).toMatchObject({ code: 'unreachable', api_code: 'E_DOCKER' });
  },
);

test('what Docker was asked and did not do ends with 5, in its words: it is there', async () => {
  const api = await startApi();
  api.state.plan = new EngineError('port-taken', 'port is already allocated');
  expect(await run(api, 'containers', 'start', 'app')).toMatchObject({
    code: 5,
    err: expect.stringMatching(/E_DOCKER_REFUSED: Docker: port is already allocated/),
  });
});

test('base pause asks for a reason, an end and the name; base resume lets go', async () => {
  const api = await startApi();
  const pause = { reason: 'a test', from: make.NOW, until: make.NOW + 60_000, by: 'anna' };
  api.state.base = baseTold({ services: [serviceTold('traefik', { state: 'paused', pause })] });
  const whole = ['--reason', 'a test', '--minutes', '5', '--confirm', 'traefik'];
  for (const argv of [
    ['nginx', ...whole],
    ['traefik', '--minutes', '5', '--confirm', 'traefik'],
    ['traefik', '--reason', 'x', '--minutes', '5', '--confirm', 'traefik'],
    ['traefik', '--reason', 'a test', '--minutes', '1441', '--confirm', 'traefik'],
    ['traefik', '--reason', 'a test', '--minutes', '5'],
  ]) {
    expect(await run(api, 'base', 'pause', ...argv)).toMatchObject({ code: 2, out: '' });
  }
  expect(await run(api, 'base', 'pause', 'traefik', '--read-only', ...whole)).toMatchObject({ code: 4 });
  expect(await run(api, 'base', 'pause', 'traefik', ...whole.slice(0, -1), 'wrong')).toMatchObject({
    code: 4,
    err: expect.stringMatching(/E_WORD/),
  });
  expect(api.asked).toEqual([]);
  expect(await run(api, 'base', 'pause', 'traefik', ...whole)).toMatchObject({
    code: 0,
    out: expect.stringMatching(/kept down until/),
  });
  const { out } = await run(api, 'base', 'resume', 'traefik', '--json');
  expect(allOutputs['base-service'].parse(JSON.parse(out)).service.name).toBe('traefik');
  expect(api.asked).toMatchObject([{ pause: 'traefik', reason: 'a test' }, { resume: 'traefik' }]);
});

test('a protected container is disturbed by its typed name alone', async () => {
  const api = await startApi();
  const typed = async (stdin: string) =>
    runHere(['--controller', api.socketPath, 'containers', 'stop', 'traefik'], { isTTY: true, stdin });
  expect(await run(api, 'containers', 'stop', 'traefik')).toMatchObject({
    code: 2,
    err: expect.stringMatching(/--confirm/),
  });
  expect(await typed('yes\n')).toMatchObject({ code: 4, err: expect.stringMatching(/E_WORD.*--confirm/s) });
  expect(await typed('traefik\n')).toMatchObject({ code: 0, out: 'traefik: exited\n' });
  // By its id the controller knows it all the same.
  expect(await run(api, 'containers', 'restart', idOf('traefik').slice(0, 12))).toMatchObject({
    code: 4,
    err: expect.stringMatching(/E_WORD/),
  });
  expect(await run(api, 'containers', 'start', 'traefik')).toMatchObject({ code: 0 });
  const { out } = await run(api, 'containers', 'restart', 'app', '--json');
  expect(allOutputs.container.parse(JSON.parse(out))).toMatchObject({ name: 'app', state: 'running' });
  expect(api.asked).toHaveLength(3);
});

test('what is not ours is refused, what is not there is not found, a silent controller is unreachable', async () => {
  const api = await startApi();
  expect(await run(api, 'containers', 'start', 'foreign')).toMatchObject({
    code: 4,
    err: expect.stringMatching(/E_NOT_OURS/),
  });
  expect(await run(api, 'containers', 'start', 'gone')).toMatchObject({
    code: 6,
    err: expect.stringMatching(/E_NO_SUCH/),
  });
  expect(await run(api, 'containers', 'stop', 'app', '--read-only')).toMatchObject({
    code: 4,
    err: expect.stringMatching(/read-only/),
  });
  await api.stop();
  for (const argv of [
    ['base', 'status'],
    ['base', 'apply'],
    ['containers', 'stop', 'app'],
  ]) {
    expect(await run(api, ...argv)).toMatchObject({
      code: 3,
      err: expect.stringMatching(/The controller of this guest does not answer: .*\n.*docker logs/),
    });
  }
  const { out, code } = await run(api, 'base', 'status', '--json');
  expect({ exit: code, ...JSON.parse(out) }).toMatchObject({ exit: 3, code: 'unreachable' });
  expect((await run(api, 'base', 'status', '--lang', 'hu')).err).toContain('A vendég vezérlője nem válaszol');
});

const list = async (facts: Parameters<typeof runHere>[1] & object, ...more: readonly string[]) =>
  runHere(['containers', 'list', ...more], { columns: 200, ...facts });

test('containers list shows the protected first, a service without a container too, and works without a controller', async () => {
  const containers = make.container({ name: 'app', protected: false, ours: 'managed', status: HOSTILE });
  const alone = await list({ facts: containers });
  expect(alone).toMatchObject({ code: 0, err: '' });
  expect(alone.out).toContain('managed');
  expect(alone.out).not.toMatch(HARMFUL);
  const both = await list({ facts: { ...containers, ...make.base({ paused: 'traefik' }) } });
  expect(both.out.split('\n')[1]).toMatch(/^traefik\s+no container\s+-\s+paused\s+protected/);
  const silent = { ...containers, base_stack: failed('no-answer', '/x', make.NOW) };
  expect(await list({ facts: silent })).toMatchObject({
    code: 0,
    err: expect.stringMatching(/controller does not answer/),
  });
  const { out } = await list({ facts: silent }, '--json');
  expect(allOutputs['containers-list'].parse(JSON.parse(out)).base.state).toBe('failed');
  expect(
    await list({ facts: { ...silent, containers: failed('no-answer', '/x', make.NOW) } }, '--json'),
  ).toMatchObject({
    code: 3,
  });
});

test('containers list says that Docker cannot be read, and what to do, where nothing else can be either', async () => {
  const facts = {
    containers: absent('no-file', '/x', make.NOW),
    base_stack: absent('not-here', '', make.NOW),
  };
  expect(await list({ facts })).toMatchObject({
    code: 3,
    err: expect.stringMatching(/The containers cannot be read: .*\nSee whether Docker runs/),
  });
});

test('logs come from the controller, harmless; of what is not ours from Docker', async () => {
  const api = await startApi();
  api.state.log = [HOSTILE, 'second'];
  const { out, code } = await run(api, 'containers', 'logs', 'app', '--tail', '7', '--previous');
  expect(code).toBe(0);
  expect(out).toMatch(/second\n$/);
  expect(out).not.toMatch(HARMFUL);
  expect(api.asked).toEqual([{ log: 'app', tail: 7, previous: true }]);
  for (const tail of ['0', '5001', 'x']) {
    expect(await run(api, 'containers', 'logs', 'app', '--tail', tail)).toMatchObject({ code: 2 });
  }
});

test('logs are followed until the container ends', async () => {
  const source = (problem: string | null) => ({
    kind: 'embedded' as const,
    intervals: {},
    read: async () => Promise.reject(new Error('not asked')),
    readContainer: async () => Promise.reject(new Error('not asked')),
    followLog: (_request: unknown, { onLines, onEnd }: LogListener) => {
      setTimeout(() => {
        onLines(['one', HOSTILE]);
        onEnd(problem);
      }, 1);
      return () => {};
    },
    close: () => {},
  });
  const ended = await runHere(['containers', 'logs', '-f', 'app'], { source: source(null) });
  expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/^one\n/) });
  expect(ended.out).not.toMatch(HARMFUL);
  expect(
    await runHere(['containers', 'logs', '-f', 'app'], { source: source('the daemon went away') }),
  ).toMatchObject({
    code: 5,
    err: expect.stringMatching(/the daemon went away/),
  });
});

test('the bundle finds the socket that is named, and says when there is none', async () => {
  const api = await startApi();
  const bundle = async (...argv: readonly string[]) =>
    promisify(execFile)(FELHOM, argv, { env: { ...process.env, LANG: 'C.UTF-8' } }).then(
      ({ stdout }) => ({ code: 0, out: stdout, err: '' }),
      (error: { code: number; stdout: string; stderr: string }) => ({
        code: error.code,
        out: error.stdout,
        err: error.stderr,
      }),
    );
  const { code, out } = await bundle('base', 'status', '--json', '--controller', api.socketPath);
  expect({ code, ...JSON.parse(out) }).toMatchObject({ code: 0, schema: 'felhom/base-status/1' });
  const missing = join(makeFolder(), 'no.sock');
  expect(await bundle('base', 'plan', '--controller', missing)).toMatchObject({
    code: 3,
    err: expect.stringMatching(/nobody answers \(ENOENT\)/),
  });
});
