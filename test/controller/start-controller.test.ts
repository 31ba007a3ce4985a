// The controller as a whole where Docker is not there, and where it cannot start: it says so, and leaves nothing.
import { existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { request } from 'node:http';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createText } from '../../src/base/texts/text.ts';
import { startController, type ControllerOptions } from '../../src/controller/start-controller.ts';
import { startHub, WHOLE_CONFIG } from './hub-server.ts';
import { makeDockerGuest, NO_DOCKER } from './docker-guest.ts';
import { BOOTSTRAP, makeGuestFolder, withHub, type GuestFolder } from './guest-folder.ts';

const text = createText('en');
const optionsFor = (guest: GuestFolder, more: Partial<ControllerOptions> = {}): ControllerOptions => ({
  dataFolder: guest.data,
  bootstrapPath: guest.bootstrapPath,
  container: undefined,
  listen: { host: '127.0.0.1', port: 0 },
  dockerSocket: join(guest.folder, 'docker.sock'),
  version: '0.0.0-test',
  clock: systemClock,
  log: guest.log,
  text,
  random: () => 1,
  ...more,
});
const stacksIn = (guest: GuestFolder) => ({ paths: { stacks_dir: join(guest.folder, 'stacks') } });

async function healthAt(port: number | undefined): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path: '/api/health', agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(Object(JSON.parse(Buffer.concat(chunks).toString('utf8'))).data));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('A controller', () => {
  test('without Docker answers, says what is wrong, and that it makes and heals nothing', async () => {
    const guest = makeGuestFolder();
    guest.bootstrap({ ...BOOTSTRAP, ...stacksIn(guest) });
    const controller = await startController(optionsFor(guest));
    onTestFinished(controller.stop);
    await expect
      .poll(async () => healthAt(controller.port), { timeout: 5000 })
      .toMatchObject({
        status: 'fail',
        issues: expect.arrayContaining([expect.objectContaining({ code: 'docker-unreachable' })]),
      });
    const { issues } = await healthAt(controller.port);
    expect(JSON.stringify(issues)).toContain('Not configured: traefik needs customer.domain, customer.email');
  });

  test('of which bootstrap.json is missing comes up all the same, and its health fails with that cause', async () => {
    const guest = makeGuestFolder();
    const controller = await startController(optionsFor(guest));
    onTestFinished(controller.stop);
    await expect
      .poll(async () => healthAt(controller.port), { timeout: 5000 })
      .toMatchObject({
        status: 'fail',
        issues: expect.arrayContaining([
          expect.objectContaining({
            code: 'no-bootstrap',
            text: expect.stringContaining(guest.bootstrapPath),
          }),
        ]),
      });
  });

  test('that cannot listen says so and leaves nothing behind: the next one starts in the same folder', async () => {
    const guest = makeGuestFolder(BOOTSTRAP);
    guest.bootstrap({ ...BOOTSTRAP, ...stacksIn(guest) });
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await expect(startController(optionsFor(guest, { listen: { host: '127.0.0.1', port } }))).rejects.toThrow(
      /Cannot listen/,
    );
    expect(existsSync(join(guest.data, 'controller.sock'))).toBe(false);
    const controller = await startController(optionsFor(guest));
    await controller.stop();
  });

  test('is the only one of its data folder', async () => {
    const guest = makeGuestFolder();
    guest.bootstrap({ ...BOOTSTRAP, ...stacksIn(guest) });
    const controller = await startController(optionsFor(guest));
    onTestFinished(controller.stop);
    await expect(startController(optionsFor(guest))).rejects.toThrow(/Another controller works with/);
    expect(await healthAt(controller.port)).toHaveProperty('status');
  });

  test('does not use a data folder that others can write to', async () => {
    const guest = makeGuestFolder(BOOTSTRAP);
    const dataFolder = join(guest.folder, 'open');
    mkdirSync(dataFolder, { mode: 0o777 });
    const { chmodSync } = await import('node:fs');
    chmodSync(dataFolder, 0o777);
    await expect(startController(optionsFor(guest, { dataFolder }))).rejects.toThrow(/can change what is in/);
  });

  test('in a container asks to be started anew when Docker has been dead for too long', async () => {
    const guest = makeGuestFolder();
    guest.bootstrap({ ...BOOTSTRAP, ...stacksIn(guest) });
    const controller = await startController(
      optionsFor(guest, {
        container: 'felhom-controller',
        times: { reconciler: { deadDaemonMs: 200, everyMs: 50 } },
      }),
    );
    onTestFinished(controller.stop);
    expect(await controller.failed).toMatchObject({
      startAnew: true,
      reason: expect.stringContaining('Docker'),
    });
  });
});

describe('The command', () => {
  test('ends within five seconds of SIGTERM, also while it waits for the hub', async () => {
    const hub = await startHub(WHOLE_CONFIG);
    onTestFinished(hub.stop);
    hub.answer(() => {});
    const guest = await makeDockerGuest(NO_DOCKER, { images: false });
    guest.bootstrap(withHub(hub.url));
    const started = guest.start('--listen', '127.0.0.1:0').catch((error: unknown) => String(error));
    // While it still waits for its first configuration.
    await expect.poll(() => hub.asked.length, { timeout: 10_000 }).toBe(1);
    const began = performance.now();
    expect(await guest.stop('SIGTERM')).toBe(0);
    expect(performance.now() - began).toBeLessThan(5000);
    expect(guest.log()).toContain('"controller stopped"');
    await started;
  }, 30_000);

  test.each([
    [['--listen', 'nowhere'], /nowhere is no address with a port/],
    [['--data', 'here'], /here is no absolute path/],
  ])('%j is refused with what is wrong', async (args, wanted) => {
    const guest = await makeDockerGuest(NO_DOCKER, { images: false });
    guest.bootstrap(BOOTSTRAP);
    await expect(guest.start(...args)).rejects.toThrow(wanted);
  });
});
