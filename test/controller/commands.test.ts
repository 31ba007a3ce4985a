// The commands of the guest before the bundle's controller and a real Docker: a protected container comes back,
// one that is paused does not, and the ledger says who asked.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FELHOM } from '../agent/agent-process.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { ledgerOf, makeDockerGuest } from './docker-guest.ts';
import { BOOTSTRAP } from './guest-folder.ts';

const why = missingForDaemon();
let daemon: Daemon;

beforeAll(async () => {
  if (why === undefined) daemon = await startDaemon();
});
afterAll(async () => daemon?.stop());

describe.skipIf(why !== undefined)('Commands in a guest', () => {
  test('stop, pause, resume and apply a service, and what is not ours stays', async () => {
    const guest = await makeDockerGuest(daemon);
    guest.bootstrap(BOOTSTRAP);
    await guest.start();
    const felhom = async (...argv: readonly string[]) =>
      new Promise<{ code: number; out: string; err: string }>((resolve) => {
        const child = execFile(
          FELHOM,
          ['--controller', join(guest.data, 'controller.sock'), ...argv],
          { env: { PATH: process.env['PATH'], LANG: 'C.UTF-8', USER: 'anna' } },
          (_error, out, err) => resolve({ code: child.exitCode ?? -1, out, err }),
        );
      });
    const stateOf = async (name: string) => {
      const { out } = await felhom('base', 'status', '--json');
      return JSON.parse(out).base.services.find((one: { name: string }) => one.name === name);
    };
    const running = { timeout: 20_000, interval: 100 };
    await expect.poll(async () => stateOf('filebrowser'), running).toMatchObject({ state: 'running' });
    const {
      image,
      container: { id },
    } = await stateOf('filebrowser');

    // Without its name nothing happens; with it it stops, and the loop brings it back.
    expect(await felhom('containers', 'stop', 'filebrowser')).toMatchObject({ code: 2 });
    expect(await felhom('containers', 'stop', id.slice(0, 12))).toMatchObject({ code: 4 });
    expect(await felhom('containers', 'stop', 'filebrowser', '--confirm', 'filebrowser')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^filebrowser: (?:exited|running)\n$/),
    });
    await expect.poll(async () => stateOf('filebrowser'), running).toMatchObject({ state: 'running' });

    const pause = ['base', 'pause', 'filebrowser', '--reason', 'disks are moved', '--minutes', '5'];
    expect(await felhom(...pause, '--confirm', 'filebrowser')).toMatchObject({ code: 0, err: '' });
    await expect
      .poll(async () => stateOf('filebrowser'), running)
      .toMatchObject({
        state: 'paused',
        container: { state: 'exited' },
        pause: { reason: 'disks are moved', by: 'anna' },
      });
    expect(await felhom('base', 'apply')).toMatchObject({ code: 0 });
    expect(await stateOf('filebrowser')).toMatchObject({ state: 'paused' });
    expect(await felhom('base', 'resume', 'filebrowser')).toMatchObject({ code: 0 });
    await expect.poll(async () => stateOf('filebrowser'), running).toMatchObject({ state: 'running' });
    expect(await felhom('base', 'plan')).toMatchObject({ code: 0 });

    await daemon.engine.createContainer('foreign', {
      Image: image,
      Entrypoint: ['sleep', '60'],
    });
    expect(await felhom('containers', 'start', 'foreign')).toMatchObject({
      code: 4,
      err: expect.stringContaining('E_NOT_OURS'),
    });
    expect(await felhom('containers', 'logs', 'filebrowser', '--tail', '3')).toMatchObject({ code: 0 });

    const by = { door: 'socket', vmid: null, name: 'anna' };
    const asked = ledgerOf(guest).filter((record) => record['by'] !== null);
    expect(asked.map(({ what, subject, by: who }) => ({ what, subject, by: who }))).toEqual([
      { what: 'container.stop', subject: 'filebrowser', by },
      { what: 'service.pause', subject: 'filebrowser', by },
      { what: 'base.apply', subject: '', by },
      { what: 'service.resume', subject: 'filebrowser', by },
    ]);
  }, 60_000);
});
