// A controller killed between any two of its calls: the next one ends what was begun, or goes back, and nothing is
// left over. (The table of what is tried where stands in ../loop/heal.test.ts.)
import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startDaemon, type Daemon } from '../../docker/daemon.ts';
import { makeStandIn } from '../../docker/stand-ins.ts';
import { never, openGuest, serviceOf, type Guest, type Running } from '../guest.ts';
import type { DieOrder } from './die-order.ts';

const CHILD = fileURLToPath(new URL('reconcile-and-die.ts', import.meta.url));
const BY = { door: 'socket', vmid: null, name: 'test' } as const;
const SETTLE_S = 0.3;

let daemon: Daemon;
let guest: Guest;
let running: Running | undefined;
let version = 0;

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

/** Only filebrowser is configured; each version makes it another one. */
const configured = () =>
  guest.config({ customer: { id: 'kovacs', domain: `v${version}.hu` }, infrastructure: {} });

async function killedAt(stage: string): Promise<void> {
  const order: DieOrder = {
    socketPath: daemon.socketPath,
    dataFolder: guest.dataFolder,
    config: configured(),
    stage,
    settleS: SETTLE_S,
  };
  const child = spawn(process.execPath, [CHILD, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const late = setTimeout(() => child.kill('SIGTERM'), 15_000);
  const signal = await new Promise((done) => child.once('exit', (_code, by) => done(by)));
  clearTimeout(late);
  expect(signal, `never came to "${stage}":\n${said}`).toBe('SIGKILL');
}

async function repaired(): Promise<Running> {
  running = await guest.start({ config: configured(), settleS: SETTLE_S });
  await running.until('filebrowser runs, and nothing is left to do', (told) => {
    const { state, drift } = serviceOf(told, 'filebrowser');
    return state === 'running' && told.steps.length === 0 && !drift.some((line) => line.includes('is left'));
  });
  expect(await guest.containers()).toEqual(['filebrowser']);
  return running;
}

const hashNow = async () => (await guest.inspect('filebrowser'))?.labels['eu.felhom.hash'];
const load = async (variant: 'good' | 'bad-command') => {
  const path = join(guest.folder, `${variant}.tar`);
  await writeFile(path, (await makeStandIn('filebrowser', { variant })).archive);
  await guest.engine.loadImage(path, never);
};

describe('while it makes the first one', () => {
  test.each(['files', 'created', 'started'])('killed after: %s', async (stage) => {
    await guest.clear();
    await killedAt(`filebrowser: ${stage}`);
    const { reconciler } = await repaired();
    expect(serviceOf(reconciler.told(), 'filebrowser').drift).toEqual([]);
  });
});

describe('while it replaces one', () => {
  test.each(['files', 'set aside', 'created', 'old one stopped', 'started', 'old one removed'])(
    'killed after: %s',
    async (stage) => {
      const before = await hashNow();
      version += 1;
      await killedAt(`filebrowser: ${stage}`);
      const { reconciler } = await repaired();
      expect(await hashNow()).not.toBe(before);
      const told = serviceOf(reconciler.told(), 'filebrowser');
      expect([told.drift, told.rolled_back]).toEqual([[], null]);
    },
  );
});

describe('while it goes back from one that cannot start', () => {
  test.each(['rejected', 'new one removed', 'name given back', 'old one started'])(
    'killed after: %s',
    async (stage) => {
      const good = await guest.inspect('filebrowser');
      version += 1;
      await load('bad-command');
      await killedAt(`filebrowser: ${stage}`);
      const { reconciler } = await repaired();
      expect((await guest.inspect('filebrowser'))?.id).toBe(good?.id);
      expect(serviceOf(reconciler.told(), 'filebrowser').rolled_back?.why).toContain('filebrowser');
      await load('good');
      await reconciler.applyNow(BY, never);
      expect((await guest.inspect('filebrowser'))?.id).not.toBe(good?.id);
      expect(serviceOf(reconciler.told(), 'filebrowser').rolled_back).toBeNull();
    },
  );
});
