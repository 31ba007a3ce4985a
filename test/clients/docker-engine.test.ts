// The port to Docker for who acts, against a real daemon: what each call does, and what each way to fail is called.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createDockerEngine } from '../../src/clients/docker-engine.ts';
import { BASE_SERVICES } from '../../src/contracts/base-stack.ts';
import { EngineError, type Engine, type EngineEvent } from '../../src/clients/engine.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { makeStandIn, truncate } from '../docker/stand-ins.ts';

const missing = missingForDaemon();
const never = new AbortController().signal;
const SOON = { timeout: 10_000, interval: 20 };
const IMAGE = BASE_SERVICES[0].image.reference;
let daemon: Daemon;
let engine: Engine;
let folder: string;

beforeAll(async () => {
  if (missing !== undefined) return;
  folder = await mkdtemp(join(tmpdir(), 'felhom-engine-'));
  daemon = await startDaemon({ dataMiB: 96 });
  engine = createDockerEngine({ socketPath: daemon.socketPath });
  await engine.loadImage(await archive('good', (await makeStandIn('traefik')).archive), never);
});
afterAll(async () => {
  engine?.close();
  await daemon?.stop();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});
beforeEach((context) => context.skip(missing !== undefined, `a Docker daemon: ${missing ?? ''}`));

async function archive(name: string, content: Buffer): Promise<string> {
  const path = join(folder, `${name}.tar`);
  await writeFile(path, content);
  return path;
}
const sleeping = { Image: IMAGE, Entrypoint: ['sleep', '1000'], StopSignal: 'SIGKILL' };
const script = (text: string, more: object = {}) => ({
  Image: IMAGE,
  Entrypoint: ['sh', '-c', text],
  StopSignal: 'SIGKILL',
  ...more,
});
const run = async (name: string, options: object): Promise<string> => {
  const id = await engine.createContainer(name, { ...options }, never);
  await engine.startContainer(id, never);
  return id;
};
const inspect = async (id: string) => {
  const found = await engine.inspectContainer(id, never);
  if (found === undefined) throw new Error('gone');
  return found;
};
const failure = async (work: Promise<unknown>): Promise<EngineError> => {
  try {
    await work;
  } catch (error) {
    if (error instanceof EngineError) return error;
    throw error;
  }
  throw new Error('it did not fail');
};
const kindOf = async (work: Promise<unknown>) => (await failure(work)).kind;

describe('containers', () => {
  test('made, started, seen whole, renamed, stopped, restarted, removed', async () => {
    const source = join(folder, 'mounted');
    await mkdir(source);
    const id = await engine.createContainer(
      'whole',
      {
        ...sleeping,
        Hostname: 'customer-1',
        Labels: { 'eu.felhom.owner': 'felhom-controller' },
        Env: ['TOKEN=hunter2-env'],
        HostConfig: {
          RestartPolicy: { Name: 'always' },
          Memory: 32 * 1024 * 1024,
          PidsLimit: 50,
          Mounts: [{ Type: 'bind', Source: source, Target: '/config', ReadOnly: true }],
        },
      },
      never,
    );
    expect(await inspect(id)).toMatchObject({ state: 'created', startedAt: null, exitCode: null });
    await engine.startContainer(id, never);
    await engine.startContainer(id, never);
    await engine.renameContainer(id, 'renamed', never);
    const started = await inspect('renamed');
    expect(started).toMatchObject({
      id,
      name: 'renamed',
      image: IMAGE,
      imageId: (await makeStandIn('traefik')).id,
      state: 'running',
      labels: { 'eu.felhom.owner': 'felhom-controller' },
      health: null,
      exitCode: null,
      startError: '',
      restartCount: 0,
      restartPolicy: 'always',
      privileged: false,
      hostname: 'customer-1',
      memoryBytes: 32 * 1024 * 1024,
      pidsLimit: 50,
      networks: { bridge: { id: expect.stringMatching(/^[0-9a-f]{64}$/), address: expect.any(String) } },
      mounts: [{ type: 'bind', source, target: '/config', readOnly: true }],
    });
    expect(JSON.stringify(started)).not.toContain('hunter2');
    expect((await engine.listContainers(never)).find((one) => one.id === id)).toEqual({
      id,
      name: 'renamed',
      image: IMAGE,
      imageId: started.imageId,
      state: 'running',
      labels: started.labels,
      ports: [],
    });

    await engine.updateLimits(id, { memoryBytes: 64 * 1024 * 1024, pids: 60, restart: 'always' }, never);
    expect(await inspect(id)).toMatchObject({ memoryBytes: 64 * 1024 * 1024, pidsLimit: 60 });
    await engine.restartContainer(id, 0, never);
    expect((await inspect(id)).startedAt).toBeGreaterThan(started.startedAt ?? Infinity);
    await engine.stopContainer(id, 0, never);
    await engine.stopContainer(id, 0, never);
    expect(await inspect(id)).toMatchObject({ state: 'exited', finishedAt: expect.any(Number) });
    await engine.removeContainer(id, never);
    await engine.removeContainer(id, never);
    expect(await engine.inspectContainer(id, never)).toBeUndefined();
  });

  test('a paused one goes on, one with a health check tells it, one that crashes counts', async () => {
    const Healthcheck = { Test: ['CMD', 'false'], Interval: 100_000_000, Timeout: 5_000_000_000, Retries: 1 };
    const sick = await run('sick', { ...sleeping, Healthcheck });
    const looping = await run(
      'looping',
      script('exit 3', { HostConfig: { RestartPolicy: { Name: 'always' } } }),
    );
    await daemon.engine.call('POST', `/containers/${sick}/pause`);
    expect((await inspect(sick)).state).toBe('paused');
    await engine.unpauseContainer(sick, never);
    await expect
      .poll(async () => inspect(sick), SOON)
      .toMatchObject({ state: 'running', health: 'unhealthy' });
    await expect
      .poll(async () => inspect(looping), SOON)
      .toMatchObject({ state: 'restarting', exitCode: 3, restartCount: expect.toSatisfy((n) => n > 0) });
    for (const id of [sick, looping]) await engine.removeContainer(id, never);
  });

  test('what is not there is told apart: container, image, network', async () => {
    expect(await kindOf(engine.startContainer('nobody', never))).toBe('no-such-container');
    expect(await kindOf(engine.restartContainer('nobody', 1, never))).toBe('no-such-container');
    expect(await kindOf(engine.createContainer('x1', { Image: 'not/here:1' }, never))).toBe('no-such-image');
    const HostConfig = { NetworkMode: 'nowhere' };
    const lost = await engine.createContainer('lost', { ...sleeping, HostConfig }, never);
    expect(await kindOf(engine.startContainer(lost, never))).toBe('no-such-network');
    expect(await engine.inspectImage('not/here:1', never)).toBeUndefined();
    await engine.removeContainer(lost, never);
  });

  test('a name that is taken, a port that another container or a process holds, a source that is not there', async () => {
    const ports = (port: string) => ({
      ExposedPorts: { '80/tcp': {} },
      HostConfig: { PortBindings: { '80/tcp': [{ HostPort: port }] } },
    });
    const holder = await run('holder', { ...sleeping, ...ports('80') });
    expect(await kindOf(engine.createContainer('holder', sleeping, never))).toBe('name-taken');
    const other = await engine.createContainer('other', { ...sleeping, ...ports('80') }, never);
    expect(await kindOf(engine.renameContainer(other, 'holder', never))).toBe('name-taken');
    expect(await kindOf(engine.startContainer(other, never))).toBe('port-taken');
    expect((await inspect(other)).startError).toMatch(/port is already allocated/);

    const [file, ...args] = daemon.inside(['socat', 'TCP-LISTEN:81,fork', 'OPEN:/dev/null']);
    const process81 = spawn(file, args, { stdio: 'ignore' });
    const third = await engine.createContainer('third', { ...sleeping, ...ports('81') }, never);
    // socat takes a moment to listen.
    await expect
      .poll(async () => {
        await engine.stopContainer(third, 0, never);
        return engine.startContainer(third, never).then(
          () => 'started',
          (error: EngineError) => error.kind,
        );
      }, SOON)
      .toBe('port-taken');
    process81.kill();

    const Mounts = [{ Type: 'bind', Source: join(folder, 'absent'), Target: '/x' }];
    const absent = { ...sleeping, HostConfig: { Mounts } };
    expect(await kindOf(engine.createContainer('absent', absent, never))).toBe('mount-missing');
    for (const id of [holder, other, third]) await engine.removeContainer(id, never);
  });

  test('ids, names and references that would change the path are never sent', async () => {
    for (const id of ['../../images', 'a/b', 'a?b', 'a b', '', '..', '%2e%2e']) {
      expect(await kindOf(engine.startContainer(id, never))).toBe('no-such-container');
      expect(await kindOf(engine.connectNetwork(id, 'holder', never))).toBe('no-such-network');
      expect(await engine.inspectContainer(id, never)).toBeUndefined();
    }
    for (const reference of ['../containers', 'a//b', 'a b:1', 'x?all=1', '']) {
      expect(await kindOf(engine.inspectImage(reference, never))).toBe('refused');
    }
    // Without a tag Docker would pull every tag there is.
    for (const reference of ['traefik', 'registry.test:5000/box']) {
      expect(await failure(engine.pullImage(reference, never))).toMatchObject({
        kind: 'refused',
        message: expect.stringContaining('no one image'),
      });
    }
  });
});

describe('networks', () => {
  test('made with labels, joined, left, removed; one in use is not removed, a second of that name not made', async () => {
    const id = await engine.createNetwork('net-1', { 'eu.felhom.owner': 'felhom-controller' }, never);
    expect((await engine.listNetworks(never)).find((one) => one.name === 'net-1')).toEqual({
      id,
      name: 'net-1',
      driver: 'bridge',
      labels: { 'eu.felhom.owner': 'felhom-controller' },
    });
    const box = await run('joins', sleeping);
    expect(await kindOf(engine.connectNetwork('nowhere', box, never))).toBe('no-such-network');
    await engine.connectNetwork(id, box, never);
    expect((await inspect(box)).networks['net-1']).toEqual({ id, address: expect.stringMatching(/^\d/) });
    expect(await kindOf(engine.createNetwork('net-1', {}, never))).toBe('name-taken');
    expect(await kindOf(engine.removeNetwork(id, never))).toBe('network-in-use');
    await engine.disconnectNetwork(id, box, never);
    await engine.removeNetwork(id, never);
    await engine.removeNetwork(id, never);
    await engine.removeContainer(box, never);
  });
});

describe('images', () => {
  test('an archive is loaded under its reference and its id, and another tag can be put on it', async () => {
    const newer = await makeStandIn('traefik', { variant: 'newer', reference: 'traefik:v3.6.8' });
    expect(await engine.loadImage(await archive('newer', newer.archive), never)).toEqual([
      { reference: 'traefik:v3.6.8', id: newer.id },
    ]);
    await engine.tagImage(newer.id, 'kept:1', never);
    expect(await engine.inspectImage('kept:1', never)).toMatchObject({
      id: newer.id,
      tags: expect.arrayContaining(['traefik:v3.6.8', 'kept:1']),
    });
  });

  test('what Docker itself saved is loaded as well', async () => {
    const path = await archive('saved', await saveByDocker(IMAGE));
    expect(await engine.loadImage(path, never)).toEqual([
      { reference: IMAGE, id: (await makeStandIn('traefik')).id },
    ]);
  });

  test('an archive that ends early, lies, is something else or is not there is refused before Docker has it', async () => {
    const { archive: good, reference } = await makeStandIn('filebrowser');
    const lying = await makeStandIn('filebrowser', { claimed: 'f'.repeat(64) });
    const broken = {
      truncated: truncate(good),
      // Only the manifest at its end is missing.
      'nearly-whole': good.subarray(0, good.length - 3 * 512),
      lying: lying.archive,
      noise: Buffer.from('no archive at all'.repeat(100)),
      empty: Buffer.alloc(0),
    };
    for (const [name, content] of Object.entries(broken)) {
      expect([name, await kindOf(engine.loadImage(await archive(name, content), never))]).toEqual([
        name,
        'bad-archive',
      ]);
    }
    expect(await kindOf(engine.loadImage(join(folder, 'not-there.tar'), never))).toBe('bad-archive');
    expect(await engine.inspectImage(reference, never)).toBeUndefined();
  });

  test('an error that Docker hides in the body of a 200 is one', async () => {
    // Whole to look at, and its layer is not the one that its configuration names.
    const { archive: good } = await makeStandIn('cloudflared');
    const changed = Buffer.from(good);
    const at = changed.indexOf('stand-in: stopping');
    changed.write('STAND-IN', at);
    const error = await failure(engine.loadImage(await archive('changed', changed), never));
    expect(error).toMatchObject({ kind: 'bad-archive', message: expect.stringMatching(/diffID|layer/i) });
  });

  test('a pull without a registry says why', async () => {
    const error = await failure(engine.pullImage('127.0.0.1:1/box:1', never));
    expect(error.kind).toBe('refused');
    expect(error.message).toMatch(/refused|dial/);
  });
});

describe('log', () => {
  test('the last lines of this run, and of the run before it', async () => {
    const id = await run('logs', script('seq 1 3000; echo "run $(cat /count 2>/dev/null)"; echo x >>/count'));
    await expect.poll(async () => (await inspect(id)).state, SOON).toBe('exited');
    await engine.startContainer(id, never);
    await expect.poll(async () => (await inspect(id)).state, SOON).toBe('exited');
    const told = await engine.readLog(id, { tail: 2, previous: false }, never);
    expect(told).toEqual(['3000', 'run x']);
    expect(await engine.readLog(id, { tail: 2, previous: true }, never)).toEqual(['3000', 'run ']);
    await engine.removeContainer(id, never);
    expect(await kindOf(engine.readLog(id, { tail: 2, previous: false }, never))).toBe('no-such-container');
  });
});

describe('events', () => {
  test('a kill is heard at once, with name and exit code, and no noise of health checks', async () => {
    const heard: EngineEvent[] = [];
    const stop = new AbortController();
    const opened = Promise.withResolvers<void>();
    const following = engine.followEvents(opened.resolve, (event) => heard.push(event), stop.signal);
    await opened.promise;
    const Healthcheck = { Test: ['CMD', 'true'], Interval: 50_000_000, Timeout: 5_000_000_000, Retries: 1 };
    const id = await run('heard', { ...sleeping, Healthcheck });
    await expect.poll(() => heard.map(({ action }) => action), SOON).toContain('health_status: healthy');
    const killedAt = Date.now();
    await daemon.engine.call('POST', `/containers/${id}/kill`);
    await expect
      .poll(() => heard.filter((event) => event.id === id).map(({ action }) => action), SOON)
      .toContain('die');
    expect(heard.find((event) => event.id === id && event.action === 'die')).toMatchObject({
      type: 'container',
      id,
      name: 'heard',
      exitCode: 137,
      at: expect.toSatisfy((at: number) => Math.abs(at - killedAt) < 2000),
    });
    expect(heard.find((event) => event.id === id && event.action === 'kill')?.signal).toBe(9);
    expect(heard.filter(({ action }) => action.startsWith('exec'))).toEqual([]);
    stop.abort();
    expect(await kindOf(following)).toBe('timeout');
    await engine.removeContainer(id, never);
  });
});

describe('a daemon in trouble', () => {
  test('a full disk is called so', async () => {
    await daemon.fillDisk();
    try {
      expect(await kindOf(engine.createContainer('no-room', sleeping, never))).toBe('no-space');
      const other = await makeStandIn('filebrowser', { variant: 'deaf' });
      expect(await kindOf(engine.loadImage(await archive('no-room', other.archive), never))).toBe('no-space');
    } finally {
      await daemon.freeDisk();
    }
  });

  test('one that is frozen is given up in time, question by question, and one who gives up is answered', async () => {
    const { socketPath } = daemon;
    const hasty = createDockerEngine({ socketPath, limits: { ping: 300, ask: 600 } });
    await daemon.freeze();
    try {
      const start = performance.now();
      expect(await kindOf(hasty.ping(never))).toBe('timeout');
      expect(performance.now() - start).toBeLessThan(900);
      const gone = new AbortController();
      const asked = kindOf(hasty.listContainers(gone.signal));
      gone.abort();
      expect(await asked).toBe('timeout');
      expect(await failure(hasty.listContainers(never))).toMatchObject({
        kind: 'timeout',
        message: 'GET /containers/json: no answer within 600 ms',
      });
    } finally {
      await daemon.thaw();
    }
    await engine.ping(never);
  });

  test('killed, it ends the stream of events; after its restart the same port works at once', async () => {
    for (const end of [daemon.kill, daemon.shutDown]) {
      const opened = Promise.withResolvers<void>();
      const following = engine.followEvents(opened.resolve, () => {}, never);
      await opened.promise;
      await engine.listContainers(never);
      const ended = kindOf(following);
      await end();
      expect(await ended).toBe('unreachable');
      expect(await kindOf(engine.listContainers(never))).toBe('unreachable');
      await daemon.restart();
      // No connection of before is used again: it would break with EPIPE.
      for (let time = 0; time < 5; time += 1) await engine.listContainers(never);
    }
  });

  test('no socket, one that may not be used, one that speaks no HTTP', async () => {
    const absent = createDockerEngine({ socketPath: join(folder, 'absent.sock') });
    expect(await kindOf(absent.ping(never))).toBe('unreachable');
    const path = join(folder, 'noise.sock');
    const server = createServer((socket) => socket.end('SSH-2.0-noise\r\n'));
    await new Promise<void>((done) => server.listen(path, done));
    const noisy = createDockerEngine({ socketPath: path });
    expect(await kindOf(noisy.listContainers(never))).toBe('garbage');
    server.close();
    const closed = createDockerEngine({ socketPath: daemon.socketPath });
    closed.close();
    expect(await kindOf(closed.ping(never))).toBe('timeout');
  });

  test('it tells its version, its runtime and where it runs', async () => {
    expect(await engine.info(never)).toMatchObject({
      name: expect.stringMatching(/./),
      version: expect.stringMatching(/^\d+\./),
      runtime: expect.stringMatching(/\d/),
      liveRestore: false,
    });
  });
});

/** As `docker save` has it. */
async function saveByDocker(reference: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const path = `/images/get?names=${encodeURIComponent(reference)}`;
    request({ socketPath: daemon.socketPath, path }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Buffer.concat(chunks)));
    })
      .on('error', reject)
      .end();
  });
}
