// New versions that do not run, images that are not there, disks that are full, folders that are missing: what runs
// goes on running, and it is said which and why. (The table of what is tried where stands in ../loop/heal.test.ts.)
import { mkdirSync, rmSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EngineError } from '../../../src/clients/engine.ts';
import { explainPort } from '../../../src/controller/apply/explain-port.ts';
import type { ProbeService } from '../../../src/controller/health/probe-service.ts';
import { startDaemon, type Daemon } from '../../docker/daemon.ts';
import { makeStandIn, truncate, type Variant } from '../../docker/stand-ins.ts';
import { never, openGuest, print, serviceOf, type Guest, type Running, type StartOptions } from '../guest.ts';

const BY = { door: 'socket', vmid: null, name: 'test' } as const;
let daemon: Daemon;
let guest: Guest;
let running: Running;
let version = 0;

beforeAll(async () => {
  daemon = await startDaemon({ dataMiB: 64 });
  guest = await openGuest(daemon, { archives: false });
  await mkdir(images());
});
afterEach(async () => running?.stop());
afterAll(async () => {
  await guest?.close();
  await daemon?.stop();
});

const images = () => join(guest.dataFolder, 'images');
const put = async (name: string, content: Buffer) => writeFile(join(images(), `${name}.tar`), content);
const archive = async (variant: Variant = 'good') => (await makeStandIn('filebrowser', { variant })).archive;
const load = async (variant: Variant) => {
  const path = join(guest.folder, `${variant}.tar`);
  await writeFile(path, await archive(variant));
  await guest.engine.loadImage(path, never);
};
/** Asks from where the containers' addresses answer. */
const askInside: ProbeService = async (address, { port, path }) => {
  const status = await daemon.get(`http://${address}:${port}${path}`).then(
    (answer) => answer.status,
    () => 0,
  );
  return { state: status === 200 ? 'ok' : 'failed', detail: `HTTP ${status}` };
};
/** Only filebrowser is configured; each version makes it another one. */
const configured = (paths: object = {}) =>
  guest.config({ customer: { id: 'kovacs', domain: `v${version}.hu` }, infrastructure: {}, paths });
const start = async (options: Partial<StartOptions> = {}) => {
  running = await guest.start({ config: configured(), settleS: 1, ...options });
  return running;
};
const filebrowser = () => serviceOf(running.reconciler.told(), 'filebrowser');
const settled = async (withinMs?: number) =>
  running.until(
    'filebrowser runs, and nothing is left to do',
    (told) => {
      const { state, drift } = serviceOf(told, 'filebrowser');
      return (
        state === 'running' && told.steps.length === 0 && !drift.some((line) => line.includes('is left'))
      );
    },
    withinMs,
  );
const inBackOff = async () =>
  running.until('it is in back-off', (told) => serviceOf(told, 'filebrowser').state === 'back-off');

test('no image, no archive, no registry: said so; with an archive it comes up by itself', async () => {
  await start();
  await inBackOff();
  expect(filebrowser().cause).toMatch(
    /image gtstef\/filebrowser:\S+ is not here; no archive lies in \S+; it cannot be pulled/,
  );

  await put('filebrowser', truncate(await archive()));
  await running.reconciler.applyNow(BY, never);
  expect(filebrowser().cause).toContain('filebrowser.tar: it ends too early');

  const claimed = 'a'.repeat(64);
  await put('filebrowser', (await makeStandIn('filebrowser', { claimed })).archive);
  await running.reconciler.applyNow(BY, never);
  expect(filebrowser().cause).toContain('holds another image than its manifest names');
  expect(await guest.containers()).toEqual([]);

  await put('filebrowser', await archive());
  await running.reconciler.applyNow(BY, never);
  await settled();
  expect((await guest.inspect('filebrowser'))?.imageId).toBe((await makeStandIn('filebrowser')).id);
});

test.each([
  ['bad-command', 1, /no such file or directory/],
  ['crash-after-3s', 6, /^exited with code 42 [34] s after its start, and was restarted$/],
] as const)(
  'a new version that is %s is taken back, and not tried again by itself',
  async (variant, settleS, why) => {
    const good = await guest.inspect('filebrowser');
    version += 1;
    await load(variant);
    const began = performance.now();
    await start({ settleS });
    // Planned: whoever judges the health of the guest knows it.
    await running.until('it is being replaced', (told) => told.replacing.includes('filebrowser'));
    await running.until('it is rolled back', (told) => serviceOf(told, 'filebrowser').rolled_back !== null);
    await settled();
    expect(running.reconciler.told().replacing).toEqual([]);
    print(`${variant}: taken back after ${Math.round(performance.now() - began)} ms`);
    const now = await guest.inspect('filebrowser');
    expect([now?.id, now?.state]).toEqual([good?.id, 'running']);
    expect(await guest.containers()).toEqual(['filebrowser']);
    expect(filebrowser().rolled_back?.why).toMatch(why);
    expect(running.notices.map(({ kind }) => kind)).toEqual(['service-rolled-back']);
    expect((await guest.ledger()).findLast(({ what }) => what === 'base.rolled-back')).toMatchObject({
      subject: 'filebrowser',
      detail: { why: expect.stringMatching(why) },
    });
    expect(running.reconciler.told().issues.map(({ code }) => code)).toContain('rolled-back');
    // Nor after a restart of the controller.
    await running.stop();
    const records = (await guest.ledger()).length;
    await start();
    await settled();
    expect((await guest.ledger()).length).toBe(records);
    expect((await guest.inspect('filebrowser'))?.id).toBe(good?.id);
    // A person may want it tried again.
    await load('newer');
    await running.reconciler.applyNow(BY, never);
    expect((await guest.inspect('filebrowser'))?.imageId).toBe(
      (await makeStandIn('filebrowser', { variant: 'newer' })).id,
    );
    await load('good');
  },
);

test('a new version that runs and does not answer, where the one before did: taken back', async () => {
  await start({ probe: askInside });
  await settled();
  await running.stop();
  const good = await guest.inspect('filebrowser');
  version += 1;
  await load('unhealthy');
  await start({ settleS: 0.5, probe: askInside });
  await running.until('it is rolled back', (told) => serviceOf(told, 'filebrowser').rolled_back !== null);
  await settled();
  expect(await guest.inspect('filebrowser')).toMatchObject({ id: good?.id, state: 'running' });
  expect(filebrowser().rolled_back?.why).toMatch(
    /^it does not answer \(HTTP 404\) .* and the one before did$/,
  );
  await running.stop();
  // Where the one before did not answer either, it is no worse.
  const silent: ProbeService = async () => Promise.resolve({ state: 'failed', detail: 'ECONNREFUSED' });
  version += 1;
  await start({ settleS: 0.5, probe: silent });
  await running.until('it is another one', (told) => {
    const { container, state } = serviceOf(told, 'filebrowser');
    return state === 'running' && container !== null && container.id !== good?.id;
  });
  expect(filebrowser().rolled_back).toBeNull();
  await load('good');
});

test('a new version that cannot start while the data folder cannot be written: the old one serves again', async () => {
  await start();
  await settled();
  await running.stop();
  const good = await guest.inspect('filebrowser');
  version += 1;
  await load('bad-command');
  const memory = join(guest.dataFolder, 'memory.json');
  let full = false;
  await start({
    onStage: (stage) => {
      // A folder in its place: no file gets that name any more, as on a disk that is full.
      if (stage !== 'filebrowser: old one stopped' || full) return;
      full = true;
      rmSync(memory);
      mkdirSync(memory);
    },
  });
  await running.until('it is rolled back', (told) => serviceOf(told, 'filebrowser').rolled_back !== null);
  await settled();
  expect(await guest.inspect('filebrowser')).toMatchObject({ id: good?.id, state: 'running' });
  expect(running.reconciler.told().issues.map(({ code }) => code)).toContain('memory-not-written');
  await rm(memory, { recursive: true });
  await load('good');
  await running.reconciler.applyNow(BY, never);
  await settled();
  expect((await guest.inspect('filebrowser'))?.id).not.toBe(good?.id);
  expect(running.reconciler.told().issues.map(({ code }) => code)).not.toContain('memory-not-written');
});

test('a folder of storage that is missing: named, the old one goes on, no folder is made, no version rejected', async () => {
  const good = await guest.inspect('filebrowser');
  const usb = join(guest.folder, 'usb');
  version += 1;
  await start({ config: configured({ storage: [{ name: 'usb', path: usb }] }) });
  const told = await running.until(
    'a step failed',
    ({ issues, services }) =>
      issues.some(({ code }) => code === 'step-failed') && services.some(({ state }) => state === 'running'),
  );
  expect(told.issues.find(({ code }) => code === 'step-failed')?.hint).toContain(usb);
  expect(filebrowser().rolled_back).toBeNull();
  expect(await guest.inspect('filebrowser')).toMatchObject({ id: good?.id, state: 'running' });
  expect(await guest.containers()).toEqual(['filebrowser']);
  await expect(stat(usb)).rejects.toThrow('ENOENT');
  await mkdir(usb);
  await running.reconciler.applyNow(BY, never);
  expect((await guest.inspect('filebrowser'))?.mounts.map(({ source }) => source)).toContain(usb);
});

test("Docker's disk full: what runs goes on, a new one is not rejected for it, and comes when there is room", async () => {
  await start();
  await settled();
  await running.stop();
  const good = await guest.inspect('filebrowser');
  version += 1;
  await load('newer');
  await daemon.fillDisk();
  await start();
  await running.until('a step failed', ({ issues }) => issues.some(({ code }) => code === 'step-failed'));
  expect(JSON.stringify(running.reconciler.told().issues)).toContain('no space left on device');
  expect(filebrowser().rolled_back).toBeNull();
  expect(await guest.inspect('filebrowser')).toMatchObject({ id: good?.id, state: 'running' });
  await daemon.freeDisk();
  await running.reconciler.applyNow(BY, never);
  await settled();
  expect((await guest.inspect('filebrowser'))?.id).not.toBe(good?.id);
});

test('the stacks folder swapped for an empty one: nothing is made on it; the right one again: all is well', async () => {
  await start();
  await settled();
  await rename(guest.stacksDir, `${guest.stacksDir}.away`);
  await mkdir(guest.stacksDir);
  await daemon.engine.call('DELETE', '/containers/filebrowser?force=1');
  const told = await running.until('it is blocked', ({ blocked }) => blocked !== null);
  expect(told.blocked).toContain('.felhom-stacks is not there');
  expect(told.issues.map(({ code }) => code)).toContain('stacks-folder-wrong');
  await running.reconciler.applyNow(BY, never);
  expect(await guest.containers()).toEqual([]);
  // One of another guest.
  await writeFile(join(guest.stacksDir, '.felhom-stacks'), 'another-guest-0002\n');
  await running.reconciler.applyNow(BY, never);
  expect(running.reconciler.told().blocked).toContain('another stacks folder');
  expect(await guest.containers()).toEqual([]);
  await rm(guest.stacksDir, { recursive: true });
  await rename(`${guest.stacksDir}.away`, guest.stacksDir);
  await running.reconciler.applyNow(BY, never);
  await settled();
});

test('a port that Docker lost in a crash: no container holds it, and it is said what frees it', async () => {
  // As Docker 20.10 words it; how it comes to lose one cannot be brought about at will.
  const error = new EngineError(
    'port-taken',
    'driver failed programming external connectivity on endpoint traefik (0f): Bind for 0.0.0.0:80 failed: port is already allocated',
  );
  expect(await explainPort(error, guest.engine, never)).toMatch(
    /^port 80 is held by no container: Docker lost it in a crash\. Restart Docker in this guest, or the guest from its host/,
  );
});
