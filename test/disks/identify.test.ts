// Showing which disk is which: without a light the disk is read, in a rhythm, and nothing is written.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { startIdentify } from '../../src/disks/identify-disk.ts';
import { createMachine } from '../../src/host/machine.ts';
import { whyNoLoop } from '../host/loop-device.ts';
import { blankLoop, machine, orderFor } from './format-gear.ts';
import { OWN } from './own-job.ts';

const why = whyNoLoop('setpriv');

test.skipIf(why !== undefined)('a disk without a light is read on and off, until it is enough', async () => {
  const { device, name } = blankLoop();
  const { identity } = await orderFor(name);
  const counters = () => readFileSync(`/sys/block/${name}/stat`, 'utf8').trim().split(/\s+/).map(Number);
  const before = counters();
  const identifying = await startIdentify({
    own: OWN,
    machine,
    device: deviceOf(device, identity),
    seconds: 3,
  });
  expect(identifying).toMatchObject({ how: 'reading', seconds: 3 });
  // Every second has a while in which nothing is read.
  let [busy, quiet, last] = [0, 0, counters()[2] ?? 0];
  for (let look = 0; look < 30; look += 1) {
    await sleep(100);
    const now = counters()[2] ?? 0;
    if (now > last) busy += 1;
    else quiet += 1;
    last = now;
  }
  expect(busy).toBeGreaterThan(5);
  expect(quiet).toBeGreaterThan(5);
  expect(await identifying.done).toBeNull();
  expect(counters()[4]).toBe(before[4]);
});

test.skipIf(why !== undefined)('it can be stopped, and says when the disk has gone', async () => {
  const { device, name } = blankLoop();
  const { identity } = await orderFor(name);
  const options = { own: OWN, machine, device: deviceOf(device, identity), seconds: 60 };
  const identifying = await startIdentify(options);
  const started = performance.now();
  await sleep(500);
  identifying.stop();
  expect(await identifying.done).toBeNull();
  expect(performance.now() - started).toBeLessThan(10_000);
  const other = { ...options.device, size_bytes: 512 };
  expect(await (await startIdentify({ ...options, device: other })).done).toContain('size');
});

test('a light is switched on, and off again when it is enough', async () => {
  const asked: string[] = [];
  const lit = createMachine({
    runTool: async ({ file, args }) => {
      asked.push([file, ...args].join(' '));
      return Promise.resolve({ state: 'ended', code: 0, stdout: '', stderr: '' });
    },
  });
  const { device, name } = blankLoop();
  const { identity } = await orderFor(name);
  const identifying = await startIdentify({ own: OWN, machine: lit, device: deviceOf(device, identity) });
  expect(identifying).toMatchObject({ how: 'light', seconds: 60 });
  expect(asked).toEqual([`ledctl locate=${device}`]);
  identifying.stop();
  expect(await identifying.done).toBeNull();
  expect(asked).toEqual([`ledctl locate=${device}`, `ledctl locate_off=${device}`]);
});

const deviceOf = (path: string, identity: { device_number: string; size_bytes: number }) => ({
  path,
  device_number: identity.device_number,
  size_bytes: identity.size_bytes,
});
