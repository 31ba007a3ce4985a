// Disks that come and go while the agent runs, and the reading of whole disks that nobody asked for; on
// real loop devices, which take the place of disks here.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { DiskHands } from '../../src/agent/parts.ts';
import type { OwnSubject } from '../../src/agent/sampler.ts';
import type { DiskFlag, DiskScan } from '../../src/contracts/facts/disk-flags.ts';
import { ok } from '../../src/contracts/reading.ts';
import { attach, makeFolder as makeLoopFolder, makeImage, run, whyNoLoop } from '../host/loop-device.ts';
import { ask, open, type Reachable } from './ask.ts';
import { startTestAgent } from './test-agent.ts';

const noLoop = whyNoLoop();

async function follow(agent: Reachable): Promise<() => string> {
  const stream = await open(agent, { door: 'root', path: '/events?subjects=disks' });
  onTestFinished(() => void stream.destroy());
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8'))).on('error', () => {});
  return () => text;
}
const noticesIn = (text: string, name: string): readonly string[] =>
  [...text.matchAll(/event: notice\ndata: (.*)/g)].flatMap(([, data = '']) => {
    const { kind, subject }: { kind?: string; subject?: string } = JSON.parse(data);
    return subject === name ? [kind ?? ''] : [];
  });

test('a disk that is plugged in, and pulled out, is announced', { skip: noLoop !== undefined }, async () => {
  const agent = await startTestAgent({ disks: { allow_loop: true } });
  const text = await follow(agent);
  await sleep(500);
  const device = attach(makeImage(makeLoopFolder(), 'disk', 3e6));
  const name = device.replace('/dev/', '');
  await vi.waitFor(() => expect(noticesIn(text(), name)).toEqual(['disk-plugged']), 10_000);
  run('losetup', '--detach', device);
  // Afterwards the name may be somebody else's.
  const heard = () => noticesIn(text(), name).slice(0, 2);
  await vi.waitFor(() => expect(heard()).toEqual(['disk-plugged', 'disk-pulled']), 10_000);
});

test('without allow_loop loop devices are no disks', { skip: noLoop !== undefined }, async () => {
  const agent = await startTestAgent();
  const text = await follow(agent);
  const device = attach(makeImage(makeLoopFolder(), 'disk', 3e6));
  const scan = await ask(agent, { door: 'root', method: 'POST', path: '/disks/scan', body: { device } });
  expect(scan).toMatchObject({ status: 422, json: { code: 'E_DEVICE_BARRED' } });
  await sleep(3000);
  expect(noticesIn(text(), device.replace('/dev/', ''))).toEqual([]);
});

/** Scans that a test ends by hand, and flags that know of them. */
function scanning(names: readonly string[]) {
  const running = new Map<string, (scan: DiskScan) => void>();
  const order: string[] = [];
  let scanOf: (name: string) => DiskScan | null = () => null;
  const startScan: DiskHands['startScan'] = ({ device, idle }) => {
    order.push(`${device.name}${idle ? ' idle' : ''}`);
    const { promise, resolve } = Promise.withResolvers<DiskScan>();
    running.set(device.name, resolve);
    return { done: promise, cancel: () => resolve(scan('cancelled')) };
  };
  const flagOf = (name: string): DiskFlag => {
    const last = scanOf(name);
    const blank = last?.state === 'zero';
    return {
      name,
      data_bearing: !blank,
      verdict: blank ? 'blank_proven' : 'unverified',
      reason: 'test',
      signals: [],
      scan: last,
    };
  };
  const subject: OwnSubject<'disk_flags'> = {
    everyMs: 60_000,
    read: async () => Promise.resolve(ok({ flags: names.map(flagOf), allow_loop: true }, 'test', Date.now())),
  };
  return {
    order,
    subject,
    startScan,
    end: (name: string, state: DiskScan['state']) => running.get(name)?.(scan(state)),
    know: (of: typeof scanOf) => (scanOf = of),
  };
}
const scan = (state: DiskScan['state']): DiskScan => ({
  state,
  bytes_done: 1,
  bytes_total: 1,
  rate: null,
  left_s: null,
  started: 1,
  at: 2,
  detail: '',
});

test(
  'unread disks are read by themselves, one at a time; who asks need not wait for that',
  { skip: noLoop !== undefined },
  async () => {
    const folder = makeLoopFolder();
    const devices = ['a', 'b', 'c'].map((name) => attach(makeImage(folder, name, 3e6)));
    const names = devices.map((device) => device.replace('/dev/', ''));
    const world = scanning(names);
    const agent = await startTestAgent({
      disks: { allow_loop: true, auto_scan: true },
      parts: (standIn, tools) => {
        world.know(tools.scanOf);
        return {
          subjects: { disk_flags: world.subject },
          disks: { ...standIn.disks, startScan: world.startScan },
        };
      },
    });
    await vi.waitFor(() => expect(world.order).toHaveLength(1), 5000);
    const first = world.order[0]?.replace(' idle', '') ?? '';
    const [asked = '', last = ''] = names.filter((name) => name !== first);
    const answer = await ask(agent, {
      door: 'group',
      method: 'POST',
      path: '/disks/scan',
      body: { device: `/dev/${asked}` },
    });
    expect(answer).toMatchObject({
      status: 202,
      json: { device: { name: asked, scan: { state: 'running' } } },
    });
    expect(world.order).toEqual([`${first} idle`, asked]);
    // Asking again starts no second one.
    await ask(agent, {
      door: 'root',
      method: 'POST',
      path: '/disks/scan',
      body: { device: `/dev/${asked}` },
    });
    world.end(first, 'zero');
    await sleep(300);
    expect(world.order).toHaveLength(2);
    world.end(asked, 'not-zero');
    await vi.waitFor(() => expect(world.order).toEqual([`${first} idle`, asked, `${last} idle`]), 5000);
    const { json } = await ask(agent, { door: 'root', path: '/disks' });
    expect(JSON.stringify(json['devices'])).toContain('blank_proven');
  },
);
