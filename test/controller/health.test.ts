// What a guest says of its health: the worst of what is known, each problem once, since when, and unknown is not ok.
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { controllerConfig } from '../../src/contracts/controller-config.ts';
import type { BaseServiceTold, LinkState } from '../../src/contracts/facts/base-stack.ts';
import { render } from '../../src/controller/desired/render.ts';
import { createHealth } from '../../src/controller/health/create-health.ts';
import { gatherIssues, worstOf, type HealthInputs } from '../../src/controller/health/gather-issues.ts';
import { createIssueBook } from '../../src/controller/health/issue-book.ts';
import { probeService } from '../../src/controller/health/probe-service.ts';
import type { BaseTold } from '../../src/controller/parts.ts';
import { makeGuestFolder } from './guest-folder.ts';
import { exampleBase } from './example-base.ts';
import { WHOLE_CONFIG } from './hub-server.ts';

const OK: LinkState = { state: 'ok', since: 1, detail: '' };
const failed = (detail: string): LinkState => ({ state: 'failed', since: 1, detail });
const config = controllerConfig.parse(WHOLE_CONFIG);
const never = new AbortController().signal;

const service = (name: string, more: Partial<BaseServiceTold> = {}): BaseServiceTold => {
  const [example] = exampleBase({ status: 'ok' }).services;
  if (example === undefined) throw new Error('no example');
  const container = { id: `id-of-${name}`, state: 'running', health: 'healthy' };
  return { ...example, name, container, ...more };
};
const base = (more: Partial<BaseTold> = {}): BaseTold => ({
  services: ['traefik', 'cloudflared', 'filebrowser'].map((name) => service(name)),
  steps: [],
  blocked: null,
  last_pass: { at: 1, took_ms: 1, calls: 5, applied: 0, converged: true },
  issues: [],
  docker: OK,
  guestHostname: 'felhom-golden',
  addresses: {},
  replacing: [],
  ...more,
});
const inputs = (more: Partial<HealthInputs> = {}): HealthInputs => ({
  config,
  problems: [],
  base: base(),
  agent: OK,
  hub: OK,
  probeOf: () => ({ state: 'ok', detail: 'HTTP 200', at: 1 }),
  isProbed: () => true,
  ...more,
});
const judged = (more: Partial<HealthInputs>) => {
  const issues = gatherIssues(inputs(more));
  return { status: worstOf(issues), texts: issues.map(({ text }) => text) };
};
const NOT_RUNNING = {
  code: 'protected-not-running',
  level: 'fail',
  subject: 'traefik',
  text: 'Protected container not running: traefik',
  hint: 'exited with code 137 12 s ago',
  healsItself: true,
} as const;

describe('The status', () => {
  const cases: readonly [string, Partial<HealthInputs>, string, readonly string[]][] = [
    ['everything answers', {}, 'ok', []],
    [
      "one does not run: the seeds' words, once",
      {
        base: base({
          services: [service('traefik', { state: 'healing', container: null })],
          issues: [NOT_RUNNING],
        }),
      },
      'fail',
      ['Protected container not running: traefik'],
    ],
    [
      'one does not run, and nobody else has said so',
      { base: base({ services: [service('filebrowser', { state: 'down', cause: 'removed' })] }) },
      'fail',
      ['Protected container not running: filebrowser'],
    ],
    [
      'one is being replaced, as planned: nobody is alarmed while the new one settles',
      {
        base: base({
          services: [service('traefik', { state: 'healing', container: null })],
          replacing: ['traefik'],
          issues: [NOT_RUNNING],
        }),
      },
      'warn',
      ['Being replaced: traefik'],
    ],
    [
      'one runs and does not answer',
      { probeOf: (name) => ({ state: name === 'traefik' ? 'failed' : 'ok', detail: 'HTTP 500', at: 1 }) },
      'fail',
      ['Service does not answer: traefik'],
    ],
    [
      'the tunnel is not connected: nothing here is broken',
      { probeOf: (name) => ({ state: name === 'cloudflared' ? 'failed' : 'ok', detail: 'HTTP 503', at: 1 }) },
      'warn',
      ['Tunnel is not connected: cloudflared'],
    ],
    [
      'one was not asked yet: unknown is not ok',
      { probeOf: (name) => (name === 'traefik' ? null : { state: 'ok', detail: '', at: 1 }) },
      'unknown',
      ['Service was not asked yet: traefik'],
    ],
    [
      'its own check says that it is not well',
      {
        base: base({
          services: [service('traefik', { container: { id: 'x', state: 'running', health: 'unhealthy' } })],
        }),
      },
      'fail',
      ['Container says that it is not well: traefik'],
    ],
    [
      'Docker does not answer: what runs is not known, and is not called broken',
      {
        base: base({ docker: failed('ECONNREFUSED'), services: [service('traefik', { state: 'unknown' })] }),
      },
      'fail',
      ['Docker does not answer', 'Not known whether it runs: traefik'],
    ],
    ['the agent is away', { agent: failed('ECONNREFUSED') }, 'warn', ["The host's agent cannot be used"]],
    [
      'agent and hub are not named',
      { agent: { ...OK, state: 'off' }, hub: { ...OK, state: 'off' } },
      'ok',
      [],
    ],
    [
      'the hub was not asked yet',
      { hub: { ...OK, state: 'unknown' } },
      'unknown',
      ['The hub was not asked yet'],
    ],
    [
      'nothing can be done, and nobody has said why',
      { base: base({ blocked: 'the stacks folder is not mounted' }) },
      'fail',
      ['Nothing can be deployed or healed'],
    ],
  ];
  test.each(cases)('%s', (_what, more, status, texts) => {
    expect(judged(more)).toEqual({ status, texts });
  });

  test('is that of the worst, which stands first; the same cause from two sides is told once', () => {
    const hub = {
      code: 'hub-unreachable',
      level: 'warn',
      subject: 'hub',
      hint: null,
      healsItself: true,
    } as const;
    const { status, texts } = judged({
      problems: [
        { ...hub, text: 'The hub cannot be used: ECONNREFUSED' },
        { ...hub, text: 'The hub cannot be used: no answer within 10000 ms' },
      ],
      base: base({ issues: [NOT_RUNNING], services: [service('traefik', { state: 'healing' })] }),
    });
    expect(status).toBe('fail');
    expect(texts).toEqual([
      'Protected container not running: traefik',
      'The hub cannot be used: ECONNREFUSED',
    ]);
  });
});

test('An issue keeps since when it is there, and counts looks, not changes; gone and back it is a new one', () => {
  const book = createIssueBook();
  const issues = gatherIssues(inputs({ agent: failed('ECONNREFUSED') }));
  book.note(issues, 100, true);
  book.note(issues, 150, false);
  expect(book.note(issues, 200, true)).toMatchObject([{ since: 100, count: 2 }]);
  book.note([], 300, true);
  expect(book.note(issues, 400, true)).toMatchObject([{ since: 400, count: 1 }]);
});

/** A service of the base stack, as far as a probe sees it. */
async function serve(
  answer: (nth: number) => number | undefined,
): Promise<{ port: number; asked: () => number }> {
  let nth = 0;
  const server: Server = createServer((_request, response) => {
    nth += 1;
    const status = answer(nth);
    if (status !== undefined) response.writeHead(status).end('x'.repeat(100_000));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address !== null ? address.port : 0, asked: () => nth };
}

describe('A probe', () => {
  test.each([
    ['answers that it is well', (): number => 200, { state: 'ok', detail: 'HTTP 200' }, 1],
    [
      'answers the second time',
      (nth: number) => (nth === 1 ? 503 : 204),
      { state: 'ok', detail: 'HTTP 204' },
      2,
    ],
    ['is not well', () => 503, { state: 'failed', detail: 'HTTP 503' }, 2],
    ['points elsewhere', () => 302, { state: 'failed', detail: 'HTTP 302' }, 2],
  ])('of one that %s', async (_what, answer, probed, asked) => {
    const server = await serve(answer);
    expect(await probeService('127.0.0.1', { port: server.port, path: '/ping' }, never)).toEqual(probed);
    expect(server.asked()).toBe(asked);
  });

  test('of one that hangs ends in time, of one that is not there at once', async () => {
    const server = await serve(() => undefined);
    const began = performance.now();
    expect(await probeService('127.0.0.1', { port: server.port, path: '/' }, never, 200)).toEqual({
      state: 'failed',
      detail: 'no answer within 200 ms',
    });
    expect(performance.now() - began).toBeLessThan(3000);
    expect(await probeService('127.0.0.1', { port: 1, path: '/' }, never)).toEqual({
      state: 'failed',
      detail: 'ECONNREFUSED',
    });
  });
});

test('Health follows what it is told, asks a service that has come up, and again soon while it does not answer', async () => {
  let well = false;
  const server = await serve(() => (well ? 200 : 503));
  const desired = render(config, { filebrowserPassword: 'x', filebrowserKey: 'x' });
  const probed = {
    ...desired,
    services: desired.services.map((one) => ({
      ...one,
      probe: one.name === 'traefik' ? { port: server.port, path: '/ping' } : null,
    })),
  };
  let told = base({ services: [service('traefik', { state: 'healing', container: null })] });
  let change = () => {};
  const guest = makeGuestFolder();
  const health = createHealth({
    config: { current: () => config, problems: () => [] },
    reconciler: { told: () => told, desired: () => probed },
    agentLink: () => OK,
    hubLink: () => OK,
    problems: () => [],
    changes: [
      (listener) => {
        change = listener;
        return () => {};
      },
    ],
    clock: systemClock,
    log: guest.log,
    probe: async (address, how, signal) => probeService(address, how, signal),
  });
  onTestFinished(health.stop);
  expect(health.told().status).toBe('unknown');
  await expect.poll(() => health.told().status).toBe('fail');
  told = base({ services: [service('traefik')], addresses: { traefik: '127.0.0.1' } });
  change();
  expect(health.told()).toMatchObject({ status: 'unknown', issues: [{ code: 'probe-unknown' }] });
  await expect.poll(() => health.told().issues[0]?.code, { timeout: 3000 }).toBe('probe-failed');
  expect(health.probeOf('traefik')).toMatchObject({ state: 'failed', detail: 'HTTP 503' });
  well = true;
  await expect.poll(() => health.told().status, { timeout: 4000 }).toBe('ok');
  const asked = server.asked();
  for (let times = 0; times < 20; times += 1) change();
  expect(server.asked()).toBe(asked);
  // Another container under the same name has to say so itself.
  told = base({
    services: [service('traefik', { container: { id: 'another', state: 'running', health: null } })],
    addresses: { traefik: '127.0.0.1' },
  });
  change();
  expect(server.asked()).toBe(asked);
  await expect.poll(() => server.asked(), { timeout: 3000 }).toBe(asked + 1);
});
