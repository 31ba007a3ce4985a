// A guest that keeps itself as it should be: each thing that can be done to it from outside is undone.
//
// Which line of "What must be tried" (design of the controller) is tried where:
//   cold start; second pass does nothing; kill; rm -f; pause; disconnect; network removed; limits changed;
//   configuration changed; foreign holder of a name; port taken by a process and by a container; slow crash loop;
//   events stream closed; files changed; foreign containers untouched           → here
//   daemon restarted, killed during a cold start and during a replace, frozen, dead for long; socket refused;
//   canary                                                                      → daemon.test.ts
//   bad command, crash within settling, one that answers nobody; image absent with and without archive, truncated
//   archive; disk full; missing bind source; sentinel absent                    → ../apply/replace.test.ts
//   controller killed at every step                                             → ../apply/killed.test.ts
//   two controllers                                                             → ../start-controller.test.ts
//   secret nowhere                                                              → ../secrets.test.ts
//   memory unreadable, what the controller was given                            → memory.test.ts
//   links and FIFOs in a service's folder                                       → ../apply/place-files.test.ts
import { connect, createServer, type Socket } from 'node:net';
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createDockerEngine } from '../../../src/clients/docker-engine.ts';
import { BASE_NETWORK, LABELS, OWNER } from '../../../src/contracts/base-stack.ts';
import { startDaemon, type Daemon } from '../../docker/daemon.ts';
import { makeStandIn } from '../../docker/stand-ins.ts';
import {
  allRun,
  namesOfBase,
  never,
  openGuest,
  print,
  serviceOf,
  type Guest,
  type Running,
} from '../guest.ts';

let daemon: Daemon;
let guest: Guest;
let running: Running;
const BY = { door: 'socket', vmid: null, name: 'test' } as const;

beforeAll(async () => {
  daemon = await startDaemon();
  guest = await openGuest(daemon);
  theirs = await makeTheirs();
});
afterAll(async () => {
  await running?.stop();
  await guest?.close();
  await daemon?.stop();
});

/** Somebody else's, there from the first to the last: one that runs, one that stopped, a network. */
let theirs: readonly unknown[];
const THEIRS = ['shop-db', 'shop-old'];
async function makeTheirs(): Promise<readonly unknown[]> {
  const { reference, archive } = await makeStandIn('filebrowser');
  const path = join(guest.folder, 'theirs.tar');
  await writeFile(path, archive);
  await guest.engine.loadImage(path, never);
  await call('POST', '/networks/create', { Name: 'shop' });
  const sleeping = { Image: reference, Entrypoint: ['sleep', '1000'], HostConfig: { NetworkMode: 'shop' } };
  for (const name of THEIRS) await daemon.engine.createContainer(name, sleeping);
  await daemon.engine.start('shop-db');
  return seeTheirs();
}
const seeTheirs = async () => [
  ...(await Promise.all(THEIRS.map(async (name) => guest.inspect(name)))),
  ...(await guest.engine.listNetworks(never)).filter(({ name }) => name === 'shop'),
];
const containers = async () => (await guest.containers()).filter((name) => !THEIRS.includes(name));

/** Does `harm`, waits until it is seen and undone; gives the milliseconds and what the ledger says of it. */
async function healed(harm: () => Promise<unknown>): Promise<{ tookMs: number; steps: readonly string[] }> {
  const before = (await guest.ledger()).length;
  await harm();
  const began = performance.now();
  await running.until('the harm is seen', (told) => (told.last_pass?.applied ?? 0) > 0 || !allRun(told));
  await running.converged();
  const tookMs = performance.now() - began;
  return { tookMs, steps: await stepsAfter(before) };
}
const stepsAfter = async (before: number) =>
  (await guest.ledger())
    .slice(before)
    .filter(({ what }) => what === 'base.step')
    .map(({ subject, detail }) => `${String(detail['kind'])} ${subject}: ${String(detail['cause'])}`);
const call = async (method: string, path: string, body?: object) => daemon.engine.call(method, path, body);
/** Until somebody listens there: then Docker's own start would say the same. */
const listens = async (port: number) => {
  for (let tries = 0; tries < 100; tries += 1) {
    const [tool, ...args] = daemon.inside(['cat', '/proc/net/tcp']);
    const { stdout } = await promisify(execFile)(tool, args);
    if (stdout.includes(`:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`)) return;
    await quiet(50);
  }
  throw new Error(`nobody listens on ${port}`);
};
const idOf = (made: unknown): string => {
  if (typeof made === 'object' && made !== null && 'Id' in made) return String(made.Id);
  throw new Error('no id');
};
const quiet = async (ms: number) => new Promise((done) => setTimeout(done, ms));

test('a fresh guest: network, folders and three services come up, and a second pass does nothing', async () => {
  const began = performance.now();
  running = await guest.start();
  await running.converged(30_000);
  print(`cold start: ${Math.round(performance.now() - began)} ms`);
  expect(await containers()).toEqual(namesOfBase);
  expect(await guest.networkIds()).toHaveLength(1);
  const steps = await stepsAfter(0);
  expect(steps[0]).toBe('create-network network: there is no network traefik-public');
  expect(steps.slice(1).toSorted()).toEqual(
    namesOfBase.map((name) => `create ${name}: there is no container ${name}`),
  );

  const again = await running.reconciler.applyNow(BY, never);
  expect(again).toEqual([]);
  const pass = running.reconciler.told().last_pass;
  print(`a pass with nothing to do: ${pass?.took_ms ?? 0} ms, ${pass?.calls ?? 0} calls`);
  expect(pass?.calls).toBeLessThanOrEqual(5);
  // The service answers on the guest's real port.
  expect((await daemon.get('http://127.0.0.1/ping')).status).toBeLessThan(500);
});

/** Kills traefik; gives the milliseconds between Docker's events of its death and of its start. */
async function timeKill(onDeath: () => void = () => {}): Promise<number> {
  const watcher = createDockerEngine({ socketPath: daemon.socketPath });
  const watching = new AbortController();
  try {
    return await new Promise<number>((done, fail) => {
      let diedAt = Number.NaN;
      watcher
        .followEvents(
          () => void call('POST', '/containers/traefik/kill').catch(fail),
          ({ name, action }) => {
            if (name !== 'traefik') return;
            if (action === 'start') done(performance.now() - diedAt);
            if (action !== 'die') return;
            diedAt = performance.now();
            onDeath();
          },
          watching.signal,
        )
        .catch(fail);
    });
  } finally {
    watching.abort();
    watcher.close();
  }
}
const rounds = async (time: () => Promise<number>) => [await time(), await time(), await time()];
const median = (took: readonly number[]) => took.toSorted((one, other) => one - other)[1] ?? Infinity;
const figures = (took: readonly number[]) => took.map((ms) => Math.round(ms)).join(', ');

test('killed by hand: running again within a second of the event, with its cause in the ledger and a notice', async () => {
  const before = (await guest.ledger()).length;
  const healing = await rounds(timeKill);
  await running.converged();
  const steps = await stepsAfter(before);
  expect(steps).toHaveLength(3);
  for (const step of steps) expect(step).toMatch(/^start traefik: exited with code 137 /);
  expect(running.notices.findLast(({ kind }) => kind === 'service-healed')).toMatchObject({
    subject: 'traefik',
    detail: expect.stringMatching(/^start: exited with code 137/),
  });
  // A client that knows what comes, and starts it at the very event: less is not to be had on this machine now.
  await running.stop();
  const bare = await rounds(async () =>
    timeKill(() => void call('POST', '/containers/traefik/start').catch(() => {})),
  );
  print(`kill → running: ${figures(healing)} ms; by a bare client: ${figures(bare)} ms`);
  // The median: neither a lucky round nor one that a busy machine spoilt.
  expect(median(healing)).toBeLessThan(Math.max(1000, median(bare) * 1.5));
  running = await guest.start();
  await running.converged();
  // What was killed by hand did not die by itself.
  expect(running.reconciler.told().issues).toEqual([]);
});

test('of one that dies Docker is asked first, before any list: that is what it waits for', async () => {
  await running.stop();
  const { engine } = guest;
  const asked: string[] = [];
  const tap =
    <A extends readonly unknown[], R>(name: string, ask: (...args: A) => R) =>
    (...args: A): R => {
      asked.push(name);
      return ask(...args);
    };
  running = await guest.start({
    engine: {
      ...engine,
      listContainers: tap('list', engine.listContainers),
      listNetworks: tap('networks', engine.listNetworks),
      inspectContainer: tap('inspect', engine.inspectContainer),
      startContainer: tap('start', engine.startContainer),
      followEvents: async (onOpen, onEvent, signal) =>
        engine.followEvents(
          onOpen,
          (event) => {
            if (event.name === 'traefik' && event.action === 'die') asked.length = 0;
            onEvent(event);
          },
          signal,
        ),
    },
  });
  await running.converged();
  await healed(async () => call('POST', '/containers/traefik/kill'));
  expect(asked[0]).toBe('inspect');
  // And for all of it afterwards.
  expect(asked).toContain('list');
  await running.stop();
  running = await guest.start();
  await running.converged();
});

test('removed, frozen, disconnected, limits changed: each undone by the step that fits', async () => {
  const removed = await healed(async () => call('DELETE', '/containers/cloudflared?force=1'));
  expect(removed.steps).toEqual(['create cloudflared: there is no container cloudflared']);

  const frozen = await healed(async () => call('POST', '/containers/filebrowser/pause'));
  expect(frozen.steps).toEqual(['unpause filebrowser: its container is frozen (docker pause)']);

  const disconnected = await healed(async () =>
    call('POST', `/networks/${BASE_NETWORK}/disconnect`, { Container: 'traefik' }),
  );
  expect(disconnected.steps).toEqual(['connect traefik: it is not connected to traefik-public']);
  expect((await guest.inspect('traefik'))?.networks[BASE_NETWORK]?.address).toMatch(/^\d/);

  const before = await guest.inspect('traefik');
  const limits = await healed(async () =>
    call('POST', '/containers/traefik/update', { Memory: 64 * 1024 * 1024, MemorySwap: 64 * 1024 * 1024 }),
  );
  expect(limits.steps).toEqual(['update-limits traefik: its limits were changed']);
  const after = await guest.inspect('traefik');
  expect([after?.id, after?.memoryBytes, after?.startedAt]).toEqual([
    before?.id,
    before?.memoryBytes,
    before?.startedAt,
  ]);
  const all = { removed, frozen, disconnected, limits };
  print(
    Object.entries(all)
      .map(([what, { tookMs }]) => `${what} ${Math.round(tookMs)} ms`)
      .join(', '),
  );
});

test('the network removed under it: a new one, and every service on it', async () => {
  const [old] = await guest.networkIds();
  // Not while it looks: it connects them again before Docker lets the network go.
  await running.stop();
  for (const name of namesOfBase) {
    await call('POST', `/networks/${BASE_NETWORK}/disconnect`, { Container: name, Force: true });
  }
  await call('DELETE', `/networks/${BASE_NETWORK}`);
  const began = performance.now();
  running = await guest.start();
  await running.converged();
  print(`network removed: ${Math.round(performance.now() - began)} ms`);
  const now = await guest.networkIds();
  expect(now).toHaveLength(1);
  expect(now[0]).not.toBe(old);
  for (const name of namesOfBase) {
    const container = await guest.inspect(name);
    expect([container?.state, container?.networks[BASE_NETWORK]?.id]).toEqual(['running', now[0]]);
  }
});

test('a second network of the same name, made by a race: removed, whoever of ours was on it', async () => {
  const [kept] = await guest.networkIds();
  await running.stop();
  // Docker does not look whether there is one already.
  const second = await call('POST', '/networks/create', {
    Name: BASE_NETWORK,
    CheckDuplicate: false,
    Labels: { [LABELS.owner]: OWNER },
  });
  const id = idOf(second);
  await call('POST', `/networks/${String(kept)}/disconnect`, { Container: 'filebrowser', Force: true });
  await call('POST', `/networks/${id}/connect`, { Container: 'filebrowser' });
  running = await guest.start();
  await running.converged();
  expect(await guest.networkIds()).toEqual([kept]);
  expect((await guest.inspect('filebrowser'))?.networks[BASE_NETWORK]?.id).toBe(kept);
});

test('in a container of its own: it proves what it was given, joins the network, and heals', async () => {
  await running.stop();
  const target = '/opt/docker/felhom-controller';
  const bind = (source: string, to: string, readOnly = false) => ({
    Type: 'bind',
    Source: source,
    Target: to,
    ReadOnly: readOnly,
  });
  // It stands for the controller's container; this process says that it runs there.
  const own = await daemon.engine.createContainer('felhom-controller', {
    Image: (await makeStandIn('filebrowser')).reference,
    Hostname: 'kovacs',
    Entrypoint: ['sleep', '1000'],
    StopSignal: 'SIGKILL',
    HostConfig: {
      Mounts: [
        bind(guest.folder, '/etc/felhom-bootstrap', true),
        bind(guest.dataFolder, target),
        bind(daemon.socketPath, daemon.socketPath),
        bind(guest.stacksDir, guest.stacksDir),
      ],
    },
  });
  await daemon.engine.start(own);
  const given = { hostname: 'kovacs', bootstrapFolder: '/etc/felhom-bootstrap', dataFolder: target };
  running = await guest.start({ container: 'felhom-controller', given });
  const told = await running.until(
    'it is on the network',
    ({ last_pass, steps }) => last_pass?.converged === true && steps.length === 0,
  );
  await running.converged();
  expect(told.issues).toEqual([]);
  const [network] = await guest.networkIds();
  expect((await guest.inspect('felhom-controller'))?.networks[BASE_NETWORK]?.id).toBe(network);
  expect(running.reconciler.told().last_pass?.calls).toBeLessThanOrEqual(6);
  const { steps } = await healed(async () =>
    call('POST', `/networks/${BASE_NETWORK}/disconnect`, { Container: 'felhom-controller' }),
  );
  expect(steps).toEqual(['connect-self self: the controller is not on the network traefik-public']);
  await expect(running.reconciler.act('felhom-controller', 'stop', BY, never)).rejects.toMatchObject({
    code: 'E_NOT_OURS',
  });
  await running.stop();

  // Of another Docker it is none: nothing is made there.
  await call('DELETE', `/containers/${own}?force=1`);
  await call('DELETE', '/containers/cloudflared?force=1');
  running = await guest.start({ container: 'felhom-controller', given });
  const blocked = await running.until('it is blocked', (now) => now.blocked !== null);
  expect(blocked.blocked).toContain('cannot prove that it runs in the container felhom-controller');
  await running.reconciler.applyNow(BY, never);
  expect(await guest.containers()).not.toContain('cloudflared');
  await running.stop();
  running = await guest.start();
  await running.converged();
});

test('a changed configuration replaces what it concerns; the folder of the old one goes with it', async () => {
  const traefik = await guest.inspect('traefik');
  const tunnel = await guest.inspect('cloudflared');
  const source = traefik?.mounts.find(({ source }) => source.includes('/config-'))?.source ?? '';
  expect(await readFile(join(source, 'traefik.yml'), 'utf8')).toContain('admin@kovacs.hu');
  const before = (await guest.ledger()).length;
  running.configure(
    guest.config({ customer: { id: 'kovacs', domain: 'kovacs.hu', email: 'other@kovacs.hu' } }),
  );
  await running.until('traefik is another one', ({ services }) => {
    const id = serviceOf({ ...running.reconciler.told(), services }, 'traefik').container?.id;
    return id !== undefined && id !== traefik?.id;
  });
  await running.converged();
  expect(await stepsAfter(before)).toEqual(['replace traefik: its configuration has changed']);
  expect(await containers()).toEqual(namesOfBase);
  expect((await guest.inspect('cloudflared'))?.id).toBe(tunnel?.id);
  await expect(readFile(join(source, 'traefik.yml'), 'utf8')).rejects.toThrow('ENOENT');
});

test('a file of a running service changed or deleted on the disk: put back within a full look, and read anew', async () => {
  await running.stop();
  running = await guest.start({ times: { everyMs: 100, filesMs: 300 } });
  await running.converged();
  const cloudflared = await guest.inspect('cloudflared');
  const source = cloudflared?.mounts.find((mount) => mount.source.includes('/config-'))?.source ?? '';
  const [token = ''] = (await readdir(source, { recursive: true })).filter((name) => name.includes('token'));
  const good = await readFile(join(source, token), 'utf8');
  const cause = 'restore-files cloudflared: its files below the stacks folder were changed';
  for (const harm of [
    async () => writeFile(join(source, token), 'another'),
    async () => rm(join(source, token)),
    async () => rm(source, { recursive: true }),
  ]) {
    const before = (await guest.ledger()).length;
    await harm();
    await running.until('it was started anew', (told) => {
      const { container, since, state } = serviceOf(told, 'cloudflared');
      return state === 'running' && container !== null && (since ?? 0) > Date.now() - 500;
    });
    await running.converged();
    expect(await stepsAfter(before)).toEqual([cause]);
    expect(await readFile(join(source, token), 'utf8')).toBe(good);
    expect((await guest.inspect('cloudflared'))?.id).toBe(cloudflared?.id);
    await quiet(600);
  }
  await running.stop();
  running = await guest.start();
  await running.converged();
});

test('removed by a person between the look and the step: no failure, and made again at once', async () => {
  await running.stop();
  let harmed = 0;
  const { engine } = guest;
  running = await guest.start({
    engine: {
      ...engine,
      startContainer: async (id, signal) => {
        harmed += 1;
        if (harmed === 1) await call('DELETE', `/containers/${id}?force=1`);
        await engine.startContainer(id, signal);
      },
    },
  });
  await running.converged();
  const before = (await guest.ledger()).length;
  const { tookMs } = await healed(async () => call('POST', '/containers/filebrowser/kill'));
  expect((await stepsAfter(before)).map((step) => step.split(':')[0])).toEqual([
    'start filebrowser',
    'create filebrowser',
  ]);
  expect(tookMs).toBeLessThan(5000);
  expect(running.notices.map(({ kind }) => kind)).not.toContain('service-failed');
  await running.stop();
  running = await guest.start();
  await running.converged();
});

test('a pause while a replacement settles: down when it is answered, and the new one comes at its end', async () => {
  await running.stop();
  running = await guest.start({ settleS: 1.5 });
  await running.converged();
  const before = await guest.inspect('filebrowser');
  running.configure(guest.config({ customer: { id: 'kovacs', domain: 'pause.hu', email: 'a@kovacs.hu' } }));
  await running.until('it is replaced', (told) => serviceOf(told, 'filebrowser').state !== 'running');
  const from = Date.now();
  await running.reconciler.pause(
    'filebrowser',
    { reason: 'now', from, until: from + 60_000, by: 'anna' },
    BY,
  );
  const listed = await guest.engine.listContainers(never);
  const states = listed.filter(({ name }) => name.startsWith('filebrowser')).map(({ state }) => state);
  expect(new Set(states)).toEqual(new Set(['exited']));
  await running.reconciler.resume('filebrowser', BY);
  await running.converged();
  expect((await guest.inspect('filebrowser'))?.id).not.toBe(before?.id);
  expect((await guest.containers()).filter((name) => name.includes('.prev-'))).toEqual([]);
  running.configure(guest.config());
  await running.until('it is replaced again', (told) => serviceOf(told, 'filebrowser').state !== 'running');
  await running.converged();
});

test('a name held by a container of somebody else: told, never touched, and taken when it is free', async () => {
  running.notices.length = 0;
  await running.stop();
  await call('DELETE', '/containers/cloudflared?force=1');
  const image = (await makeStandIn('filebrowser')).reference;
  // Even with our own label: a label can be copied.
  const foreign = await daemon.engine.createContainer('cloudflared', {
    Image: image,
    Entrypoint: ['sleep', '1000'],
    Labels: { [LABELS.owner]: 'somebody' },
  });
  await daemon.engine.start(foreign);
  running = await guest.start();
  const told = await running.until('the conflict is told', ({ issues }) =>
    issues.some(({ code }) => code === 'name-conflict'),
  );
  expect(serviceOf(told, 'cloudflared').state).toBe('name-conflict');
  await expect(running.reconciler.act('cloudflared', 'stop', BY, never)).rejects.toMatchObject({
    code: 'E_NOT_OURS',
  });
  await running.reconciler.applyNow(BY, never);
  expect(await guest.inspect('cloudflared')).toMatchObject({ id: foreign, state: 'running' });
  const { steps } = await healed(async () => call('DELETE', `/containers/${foreign}?force=1`));
  expect(steps).toEqual(['create cloudflared: there is no container cloudflared']);
});

test('a port held by another container, and by a program: named, tried again in a while, not hot', async () => {
  await running.stop();
  await call('DELETE', '/containers/traefik?force=1');
  const holder = await daemon.engine.createContainer('webshop', {
    Image: (await makeStandIn('filebrowser')).reference,
    Entrypoint: ['sleep', '1000'],
    ExposedPorts: { '80/tcp': {} },
    HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '80' }] } },
  });
  await daemon.engine.start(holder);
  running = await guest.start();
  const told = await running.until(
    'traefik is in back-off',
    (now) => serviceOf(now, 'traefik').state === 'back-off',
  );
  expect(serviceOf(told, 'traefik').cause).toContain('port 80 is held by the container webshop');
  const tries = (await guest.ledger()).length;
  await quiet(1500);
  expect((await guest.ledger()).length).toBe(tries);
  expect((await guest.inspect('webshop'))?.state).toBe('running');
  await call('DELETE', '/containers/webshop?force=1');

  const listen = "require('node:net').createServer().listen(80, '0.0.0.0')";
  const [tool, ...args] = daemon.inside([process.execPath, '-e', listen]);
  const program = spawn(tool, args, { stdio: 'ignore' });
  await listens(80);
  await running.reconciler.applyNow(BY, never);
  expect(serviceOf(running.reconciler.told(), 'traefik').cause).toContain(
    'port 80 of the guest is held by a program that Docker did not start',
  );
  const gone = new Promise((done) => program.once('exit', done));
  program.kill('SIGKILL');
  await gone;
  await running.reconciler.applyNow(BY, never);
  await running.converged();
});

test('a service that keeps dying is restarted by Docker, and told as a crash loop', async () => {
  const { reference, archive } = await makeStandIn('cloudflared', { variant: 'crash-after-3s' });
  await running.stop();
  const path = join(guest.folder, 'crash.tar');
  await writeFile(path, archive);
  await guest.engine.loadImage(path, never);
  await call('DELETE', '/containers/cloudflared?force=1');
  running = await guest.start();
  const told = await running.until(
    'the crash loop is told',
    ({ issues }) => issues.some(({ code, subject }) => code === 'crash-loop' && subject === 'cloudflared'),
    25_000,
  );
  expect(told.issues.find(({ code }) => code === 'crash-loop')?.hint).toContain('code 42');
  // Docker restarts what ends by itself: the controller made it once and started nothing since.
  const container = await guest.inspect('cloudflared');
  expect(container?.restartCount).toBeGreaterThanOrEqual(2);
  await running.stop();
  await guest.engine.loadImage(join(guest.dataFolder, 'images', 'cloudflared.tar'), never);
  await call('DELETE', '/containers/cloudflared?force=1');
  expect(reference).toBe((await makeStandIn('cloudflared')).reference);
});

test('paused with a reason: stopped, kept down over a restart of the controller, back at its end', async () => {
  running = await guest.start();
  await running.converged();
  const known = (await guest.ledger()).length;
  const from = Date.now();
  await running.reconciler.pause(
    'filebrowser',
    { reason: 'disk work', from, until: from + 60_000, by: 'anna' },
    BY,
  );
  expect((await guest.inspect('filebrowser'))?.state).toBe('exited');
  expect(serviceOf(running.reconciler.told(), 'filebrowser')).toMatchObject({
    state: 'paused',
    cause: 'paused by anna: disk work',
  });
  // Started, it would be stopped again at once.
  await expect(running.reconciler.act('filebrowser', 'start', BY, never)).rejects.toMatchObject({
    code: 'E_PAUSED',
    message: 'filebrowser is paused: disk work',
  });
  // A person may stop what is protected; it comes back, unless it is paused.
  const before = (await guest.ledger()).length;
  const { since } = serviceOf(running.reconciler.told(), 'traefik');
  await running.reconciler.act('traefik', 'stop', BY, never);
  await running.until('traefik was started again', (told) => {
    const now = serviceOf(told, 'traefik');
    return now.state === 'running' && now.since !== since;
  });
  expect(await stepsAfter(before)).toContainEqual(expect.stringMatching(/^start traefik: exited/));
  await running.stop();

  running = await guest.start();
  await running.until('filebrowser is paused', (told) => serviceOf(told, 'filebrowser').state === 'paused');
  await running.reconciler.pause(
    'filebrowser',
    { reason: 'a moment more', from, until: Date.now() + 1200, by: 'anna' },
    BY,
  );
  await running.converged();
  const records = (await guest.ledger()).slice(known);
  expect(records.filter(({ what }) => what === 'service.pause').map(({ by }) => by?.name)).toEqual([
    'test',
    'test',
  ]);
});

test('the stream of events closed: a kill right after is healed within 5 s', async () => {
  await running.stop();
  const folder = await mkdtemp(join(tmpdir(), 'felhom-proxy-'));
  const sockets = new Set<Socket>();
  const socketPath = join(folder, 'docker.sock');
  let refuses = false;
  const proxy = createServer((client) => {
    if (refuses) {
      client.destroy();
      return;
    }
    const server = connect(daemon.socketPath);
    for (const one of [client, server]) {
      sockets.add(one);
      one.on('error', () => {}).on('close', () => sockets.delete(one));
    }
    client.pipe(server).pipe(client);
  });
  await new Promise<void>((done) => proxy.listen(socketPath, done));
  const engine = createDockerEngine({ socketPath });
  running = await guest.start({ engine });
  await running.converged();
  // Nobody tells of this death: it comes while there is no stream, and Docker is back only after it.
  refuses = true;
  for (const socket of sockets) socket.destroy();
  await running.until('Docker is told as gone', ({ docker }) => docker.state === 'failed');
  const before = (await guest.ledger()).length;
  await call('POST', '/containers/traefik/kill');
  await quiet(200);
  expect(await guest.inspect('traefik')).toMatchObject({ state: 'exited' });
  const began = performance.now();
  refuses = false;
  await running.until('traefik runs', (told) => serviceOf(told, 'traefik').state === 'running');
  const tookMs = performance.now() - began;
  expect(await stepsAfter(before)).toEqual([expect.stringMatching(/^start traefik: exited with code 137/)]);
  print(`kill while the stream was closed: healed after ${Math.round(tookMs)} ms`);
  expect(tookMs).toBeLessThan(5000);
  await running.stop();
  engine.close();
  proxy.close();
  for (const socket of sockets) socket.destroy();
  await rm(folder, { recursive: true });
  running = await guest.start();
  await running.converged();
});

test('containers and networks of others are untouched by all of it, and a managed one only starts and stops', async () => {
  const image = (await makeStandIn('filebrowser')).reference;
  const sleeping = { Image: image, Entrypoint: ['sleep', '1000'], StopSignal: 'SIGKILL' };
  const foreign = await daemon.engine.createContainer('traefik-of-others', sleeping);
  const managed = await daemon.engine.createContainer('shop', {
    ...sleeping,
    Labels: { [LABELS.managed]: 'true' },
  });
  // Stopped, dead, odd: none of it is ours to mend.
  await daemon.engine.createContainer('old-shop', { ...sleeping, Labels: { [LABELS.owner]: `${OWNER}x` } });
  await daemon.engine.start(foreign);
  await running.reconciler.applyNow(BY, never);
  await healed(async () => call('DELETE', '/containers/filebrowser?force=1'));
  expect(await seeTheirs()).toEqual(theirs);
  expect(await guest.inspect('traefik-of-others')).toMatchObject({ id: foreign, state: 'running' });
  expect((await guest.inspect('old-shop'))?.state).toBe('created');

  const { act } = running.reconciler;
  await expect(act(foreign, 'stop', BY, never)).rejects.toMatchObject({ code: 'E_NOT_OURS' });
  await expect(act('nobody', 'stop', BY, never)).rejects.toMatchObject({ code: 'E_NO_SUCH' });
  expect(await act(managed, 'start', BY, never)).toMatchObject({ name: 'shop', state: 'running' });
  expect(await act('shop', 'restart', BY, never)).toMatchObject({ state: 'running' });
  expect(await act('shop', 'stop', BY, never)).toMatchObject({ state: 'exited' });
  expect((await guest.ledger()).slice(-3).map(({ what, subject, by }) => [what, subject, by?.door])).toEqual([
    ['container.start', 'shop', 'socket'],
    ['container.restart', 'shop', 'socket'],
    ['container.stop', 'shop', 'socket'],
  ]);
  await quiet(300);
  expect((await guest.inspect('shop'))?.state).toBe('exited');
});
