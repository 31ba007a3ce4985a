// A Docker that is restarted, killed in the middle of things, frozen, dead or another one: what runs is put right as
// soon as it answers. (The table of what is tried where stands in heal.test.ts.)
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { createDockerEngine } from '../../../src/clients/docker-engine.ts';
import { startDaemon, type Daemon } from '../../docker/daemon.ts';
import { namesOfBase, never, openGuest, print, serviceOf, type Guest, type Running } from '../guest.ts';

const BY = { door: 'socket', vmid: null, name: 'test' } as const;
let daemon: Daemon;
let guest: Guest;
let running: Running | undefined;

beforeAll(async () => {
  daemon = await startDaemon();
  guest = await openGuest(daemon);
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
});
afterAll(async () => {
  await guest?.close();
  await daemon?.stop();
});

const state = async () =>
  Promise.all(namesOfBase.map(async (name) => (await guest.inspect(name))?.state ?? 'absent'));

test('killed during a cold start: the next look ends it, with nothing made twice', async () => {
  let reached = () => {};
  const made = new Promise<void>((done) => (reached = done));
  running = await guest.start({
    onStage: (stage) => {
      if (stage.endsWith(': created')) reached();
    },
  });
  await made;
  await daemon.kill();
  await running.until('Docker is told as gone', ({ docker }) => docker.state === 'failed');
  expect(running.reconciler.told().services.map((service) => service.state)).toEqual(
    namesOfBase.map(() => 'unknown'),
  );
  await daemon.restart();
  const began = performance.now();
  await running.converged(30_000);
  print(`killed during a cold start: all run ${Math.round(performance.now() - began)} ms after it answers`);
  expect(await guest.containers()).toEqual(namesOfBase);
  expect(await guest.networkIds()).toHaveLength(1);
});

test('stopped as a service and started again: all run, nothing was made anew', async () => {
  running = await guest.start();
  await running.converged();
  const ids = await Promise.all(namesOfBase.map(async (name) => (await guest.inspect(name))?.id));
  await daemon.shutDown();
  await daemon.restart();
  await running.until('Docker answers', ({ docker }) => docker.state === 'ok');
  await running.converged(30_000);
  expect(await Promise.all(namesOfBase.map(async (name) => (await guest.inspect(name))?.id))).toEqual(ids);
});

test('killed while one replaces another: no fault of the new one, which runs in the end', async () => {
  let reached = () => {};
  const started = new Promise<void>((done) => (reached = done));
  running = await guest.start({
    settleS: 3,
    onStage: (stage) => {
      if (stage === 'traefik: started') reached();
    },
  });
  await running.converged();
  const old = await guest.inspect('traefik');
  running.configure(guest.config({ customer: { id: 'kovacs', domain: 'kovacs.hu', email: 'x@kovacs.hu' } }));
  await started;
  await daemon.kill();
  await running.until('Docker is told as gone', ({ docker }) => docker.state === 'failed');
  await daemon.restart();
  await running.until(
    'the new one runs alone',
    (told) => {
      const traefik = serviceOf(told, 'traefik');
      return traefik.state === 'running' && traefik.drift.length === 0 && told.steps.length === 0;
    },
    40_000,
  );
  expect(await guest.containers()).toEqual(namesOfBase);
  expect((await guest.inspect('traefik'))?.id).not.toBe(old?.id);
  expect(serviceOf(running.reconciler.told(), 'traefik').rolled_back).toBeNull();
});

test('frozen: told as gone within its limits, and all is well when it thaws', async () => {
  const engine = createDockerEngine({ socketPath: daemon.socketPath, limits: { ask: 400, ping: 300 } });
  running = await guest.start({ engine, config: configured(), times: { everyMs: 300 } });
  await running.converged();
  await daemon.freeze();
  const told = await running.until('it is told', ({ docker }) => docker.state === 'failed');
  expect(told.docker.detail).toContain('no answer within 400 ms');
  await daemon.thaw();
  await running.converged();
  engine.close();
});

test('dead for too long: a controller in a container wants to be started anew, one outside waits', async () => {
  const outside = await guest.start({ config: configured(), times: { deadDaemonMs: 200 } });
  await outside.converged();
  // No container of that name is this process: it says so, and makes nothing.
  running = await guest.start({
    config: configured(),
    container: 'felhom-controller',
    times: { deadDaemonMs: 200 },
  });
  const told = await running.until('what it was given is told', ({ blocked }) => blocked !== null);
  expect(told.blocked).toContain('cannot prove that it runs in the container felhom-controller');
  await daemon.kill();
  const began = performance.now();
  expect(await running.reconciler.dead).toContain('Docker has not answered for');
  print(`dead: told after ${Math.round(performance.now() - began)} ms`);
  const other = await Promise.race([
    outside.reconciler.dead,
    new Promise((done) => setTimeout(done, 500, 'waits')),
  ]);
  expect(other).toBe('waits');
  await daemon.restart();
  await outside.converged(20_000);
  await outside.stop();
});

test('another Docker than the last good one: something is started before what runs is changed', async () => {
  const path = join(guest.dataFolder, 'memory.json');
  const memory = await readFile(path, 'utf8');
  // Null when the kill above came before anything was started.
  await writeFile(
    path,
    memory.replace(/"lastGoodDaemon": (?:null|".*")/, '"lastGoodDaemon": "19.03.1 1.0.0"'),
  );
  const records = (await guest.ledger()).length;
  running = await guest.start({ config: configured() });
  await running.converged();
  expect((await guest.ledger()).length).toBe(records);
  running.configure(guest.config());
  await running.until('the new one runs', () => true);
  await running.reconciler.applyNow(BY, never);
  const steps = (await guest.ledger()).slice(records).filter(({ what }) => what === 'base.step');
  expect(steps.map(({ detail }) => detail['kind'])).toEqual(['canary', 'replace']);
  expect(steps[0]?.detail['cause']).toMatch(/^Docker or runc has changed: 19\.03\.1 1\.0\.0 before, 20\./);
  expect(await guest.containers()).toEqual(namesOfBase);
  expect(await readFile(path, 'utf8')).not.toContain('19.03.1');
  expect(await state()).toEqual(['running', 'running', 'running']);
});

test('a socket that nobody serves, or that refuses: told, and nothing is made up', async () => {
  const engine = createDockerEngine({ socketPath: join(guest.folder, 'no.sock') });
  running = await guest.start({ engine });
  const told = await running.until('it is told', ({ docker }) => docker.state === 'failed');
  expect(told.docker.detail).toContain('ENOENT');
  expect(told.services.every((service) => service.state === 'unknown')).toBe(true);
  await expect(running.reconciler.plan(never)).rejects.toMatchObject({ kind: 'unreachable' });
  await expect(running.reconciler.applyNow(BY, never)).rejects.toMatchObject({ kind: 'unreachable' });
  engine.close();
});

/** As it is after the replacement above. */
const configured = () =>
  guest.config({ customer: { id: 'kovacs', domain: 'kovacs.hu', email: 'x@kovacs.hu' } });
