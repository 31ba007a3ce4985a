// The Docker port against a real daemon: what it lists, what it tells of one container, and what
// it says while the daemon hangs, dies and comes back.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDocker, type Docker } from '../../src/clients/docker.ts';
import { containerDetail, containerFacts, type Container } from '../../src/contracts/facts/containers.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { makeBusyboxArchive } from '../docker/image.ts';

const REPOSITORY = 'registry.test:5000/box';
const IMAGE = `${REPOSITORY}:1`;
const CLIPBOARD = '\u001b]52;c;ZXZpbA==\u0007';
const BIDI = '\u202eevil\u202c';
const MANY = 500;
/** Docker restarts a container after 100 ms, 200 ms, … and other tests keep the machine busy. */
const SOON = { timeout: 15_000, interval: 50 };

const missing = missingForDaemon();
let daemon: Daemon;
let docker: Docker;
const never = new AbortController().signal;

beforeAll(async () => {
  if (missing !== undefined) return;
  daemon = await startDaemon();
  docker = createDocker({ socketPath: daemon.socketPath });
  const archive = await makeBusyboxArchive();
  await daemon.engine.importImage(archive, REPOSITORY, '1');
  await daemon.engine.importImage(archive, REPOSITORY, 'latest');
});
afterAll(async () => {
  docker?.close();
  await daemon?.stop();
});
beforeEach((context) => context.skip(missing !== undefined, `a Docker daemon: ${missing ?? ''}`));

const run = async (name: string, settings: object): Promise<string> => {
  const id = await daemon.engine.createContainer(name, { Image: IMAGE, StopTimeout: 0, ...settings });
  await daemon.engine.start(id);
  return id;
};
const list = async (): Promise<readonly Container[]> => {
  const answer = await docker.listContainers(never);
  if (answer.state !== 'ok') throw new Error(JSON.stringify(answer));
  return containerFacts.parse(answer.value).containers;
};
const find = async (id: string) => (await list()).find((container) => container.id === id);
const detail = async (id: string) => {
  const answer = await docker.readContainer(id, never);
  if (answer.state !== 'ok') throw new Error(JSON.stringify(answer));
  return containerDetail.parse(answer.value);
};

describe('containers', () => {
  test('a running one is listed with stack, ports, networks, mounts and foreign labels', async () => {
    const id = await run('traefik', {
      Cmd: ['sleep', '1000'],
      Labels: { 'com.docker.compose.project': `base${CLIPBOARD}`, [`x${BIDI}`]: CLIPBOARD },
      ExposedPorts: { '80/tcp': {}, '53/udp': {} },
      HostConfig: {
        PortBindings: { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '8080' }] },
        Mounts: [{ Type: 'bind', Source: '/etc', Target: '/host-etc', ReadOnly: true }],
      },
    });
    expect(await find(id)).toMatchObject({
      name: 'traefik',
      protected: true,
      image: IMAGE,
      image_id: expect.stringMatching(/^sha256:/),
      pinned: 'tag',
      state: 'running',
      health: null,
      status: expect.stringMatching(/^Up /),
      stack: `base${CLIPBOARD}`,
      ports: ['53/udp', '127.0.0.1:8080->80/tcp'],
      networks: ['bridge'],
      mounts: [{ source: '/etc', target: '/host-etc', read_only: true }],
    });
    const answer = await docker.listContainers(never);
    expect(answer).toMatchObject({ state: 'ok', source: daemon.socketPath });
    expect((await find(id))?.created_at).toBeGreaterThan(Date.now() - 3_600_000);
  });

  test('an image by its latest tag is not pinned, by its id it is', async () => {
    const [latest, byId] = await Promise.all([
      daemon.engine.createContainer('by-latest', { Image: `${REPOSITORY}:latest`, Cmd: ['true'] }),
      find(await daemon.engine.createContainer('by-tag', { Image: IMAGE, Cmd: ['true'] })).then(
        async (tagged) => daemon.engine.createContainer('by-id', { Image: tagged?.image_id, Cmd: ['true'] }),
      ),
    ]);
    expect(await find(latest)).toMatchObject({ pinned: 'no', state: 'created' });
    expect(await find(byId)).toMatchObject({ pinned: 'digest' });
    expect(await detail(latest)).toMatchObject({ started_at: null, exit_code: null });
  });

  test('an unhealthy one is unhealthy, one without a check has no health', async () => {
    const Healthcheck = { Test: ['CMD', 'false'], Interval: 100_000_000, Timeout: 5_000_000_000, Retries: 1 };
    const id = await run('sick', { Cmd: ['sleep', '1000'], Healthcheck });
    await daemon.engine.waitForStatus(id, /\(unhealthy\)/);
    expect(await find(id)).toMatchObject({ state: 'running', health: 'unhealthy' });
  });

  test('one that ended tells its exit code and times', async () => {
    const id = await run('ended', { Cmd: ['sh', '-c', 'exit 7'] });
    await daemon.engine.waitForStatus(id, /^Exited/);
    expect(await find(id)).toMatchObject({ state: 'exited' });
    const told = await detail(id);
    expect(told).toMatchObject({ exit_code: 7, oom_killed: false, restart_count: 0, restart_policy: 'no' });
    const hourAgo = Date.now() - 3_600_000;
    expect(told.started_at).toBeGreaterThan(hourAgo);
    expect(told.finished_at).toBeGreaterThan(hourAgo);
  });

  test('one in a crash loop is restarting and counts', async () => {
    const RestartPolicy = { Name: 'always' };
    const id = await run('looping', { Cmd: ['sh', '-c', 'exit 3'], HostConfig: { RestartPolicy } });
    // It runs for a moment between its ends, so each look may come at the wrong one.
    await expect.poll(async () => find(id), SOON).toMatchObject({ state: 'restarting' });
    await expect
      .poll(async () => detail(id), SOON)
      .toMatchObject({
        restart_policy: 'always',
        exit_code: 3,
        restart_count: expect.toSatisfy((n) => n > 1),
      });
    await daemon.engine.call('DELETE', `/containers/${id}?force=1`);
  });

  test('one that the kernel killed for its memory says so', async (context) => {
    const Cmd = ['sh', '-c', 'x=a; while true; do x=$x$x; done'];
    const id = await run('greedy', { Cmd, HostConfig: { Memory: 32 * 1024 * 1024 } });
    await daemon.engine.waitForStatus(id, /^Exited/);
    const told = await detail(id);
    context.skip(told.exit_code !== 137, 'this kernel sets containers no memory limit');
    // Docker hears of the kill apart from the end, and sometimes later.
    await expect.poll(async () => detail(id), SOON).toMatchObject({ oom_killed: true });
  });
});

describe('detail', () => {
  test('the log is both streams without frames, its foreign bytes as they are', async () => {
    const line = `a${CLIPBOARD}${BIDI}ű`;
    const id = await run('talker', { Cmd: ['sh', '-c', 'echo "$0"; echo error >&2', line] });
    await daemon.engine.waitForStatus(id, /^Exited/);
    const told = await detail(id);
    expect(told.log_tail.state === 'ok' ? told.log_tail.value.toSorted() : told.log_tail).toEqual(
      [line, 'error'].toSorted(),
    );
  });

  test('a terminal whose whole log is one JSON line gives that line', async () => {
    const id = await run('json', { Tty: true, Cmd: ['echo', '{"level":"info"}'] });
    await daemon.engine.waitForStatus(id, /^Exited/);
    expect((await detail(id)).log_tail).toMatchObject({ state: 'ok', value: ['{"level":"info"}'] });
  });

  test('of a long log the last 200 lines come, of a log driver that keeps nothing the reason', async () => {
    const long = await run('long', { Cmd: ['seq', '1', '5000'] });
    const LogConfig = { Type: 'none' };
    const silent = await run('silent', { Cmd: ['echo', 'hello'], HostConfig: { LogConfig } });
    await daemon.engine.waitForStatus(long, /^Exited/);
    const { log_tail } = await detail(long);
    const lines = log_tail.state === 'ok' ? log_tail.value : [];
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([200, '4801', '5000']);
    expect((await detail(silent)).log_tail).toMatchObject({ state: 'failed', code: 'tool-failed' });
  });

  test('the environment and secrets in the command stay in the daemon', async () => {
    const id = await daemon.engine.createContainer('secret', {
      Image: IMAGE,
      Env: ['API_TOKEN=hunter2-env'],
      Cmd: ['sleep', '--token', 'hunter2-flag'],
    });
    const answer = JSON.stringify([
      await docker.readContainer(id, never),
      await docker.listContainers(never),
    ]);
    expect(answer).not.toContain('hunter2');
  });

  test('a container that is not there is absent, whatever its name is', async () => {
    for (const id of ['0123456789ab', '../../etc', 'a b?c#d', '%2e%2e', '\u001b[2J', '', '.', '..']) {
      expect(await docker.readContainer(id, never)).toMatchObject({
        state: 'absent',
        detail: expect.stringContaining(id),
      });
    }
  });
});

test(`${MANY} containers are listed in less than a second`, async () => {
  const names = Array.from({ length: MANY }, (_, index) => `many-${index}`);
  const create = async () => {
    for (let name = names.pop(); name !== undefined; name = names.pop()) {
      await daemon.engine.createContainer(name, { Image: IMAGE, Cmd: ['true'] });
    }
  };
  await Promise.all(Array.from({ length: 4 }, create));
  const start = performance.now();
  expect((await list()).length).toBeGreaterThanOrEqual(MANY);
  expect(performance.now() - start).toBeLessThan(1000);
});

describe('a daemon in trouble', () => {
  test('one that hangs fails within two seconds, and is live again when it goes on', async () => {
    await daemon.freeze();
    const start = performance.now();
    const [listed, told] = await Promise.all([
      docker.listContainers(never),
      docker.readContainer('traefik', never),
    ]);
    expect(performance.now() - start).toBeLessThan(2000);
    await daemon.thaw();
    expect(listed).toMatchObject({ state: 'failed', code: 'timeout' });
    expect(told).toMatchObject({ state: 'failed', code: 'timeout' });
    expect(await docker.listContainers(never)).toMatchObject({ state: 'ok' });
  });

  test('a caller that gives up is answered at once', async () => {
    await daemon.freeze();
    const giveUp = new AbortController();
    const start = performance.now();
    const answer = docker.listContainers(giveUp.signal);
    giveUp.abort();
    expect(await answer).toMatchObject({ state: 'failed', code: 'timeout', detail: 'given up' });
    expect(performance.now() - start).toBeLessThan(300);
    await daemon.thaw();
  });

  test('one that was killed does not answer, and is found again after its restart', async () => {
    await daemon.kill();
    expect(await docker.listContainers(never)).toMatchObject({ state: 'failed', code: 'no-answer' });
    await daemon.restart();
    expect(await docker.listContainers(never)).toMatchObject({ state: 'ok' });
  });

  test('a closed port answers so, and holds no connection', async () => {
    const port = createDocker({ socketPath: daemon.socketPath });
    await daemon.freeze();
    const answer = port.listContainers(never);
    port.close();
    expect(await answer).toMatchObject({ state: 'failed', code: 'no-answer', detail: 'closed' });
    await daemon.thaw();
    expect(await port.readContainer('traefik', never)).toMatchObject({ detail: 'closed' });
  });
});
