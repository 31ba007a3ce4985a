// Disks that change under a running agent between two of its looks, and what its own jobs do meanwhile.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { detachOurs, makeFolder, makeImage, run, whyNoLoop } from '../host/loop-device.ts';
import { writeAt } from '../disks/lent-device.ts';
import { endOf, lendDisk, operationOf } from './lent-disk.ts';
import { runAgent, type RunningAgent } from './running-agent.ts';

const why = whyNoLoop('mkfs.ext4');
const MIB = 1024 ** 2;
/** Nothing is told from memory that is older. */
const BETWEEN_LOOKS_MS = 600;
const config = { disks: { allow_loop: true, auto_scan: false } };

async function deviceOf(agent: RunningAgent, path: string): Promise<Record<string, unknown>> {
  const { body } = await agent.ask('GET', '/disks');
  const devices: readonly Record<string, unknown>[] = Object(body).devices;
  return devices.find((device) => device['path'] === path) ?? {};
}
const proven = async (agent: RunningAgent, device: string) => {
  await agent.ask('POST', '/disks/scan', { device });
  await vi.waitFor(
    async () => expect(await deviceOf(agent, device)).toMatchObject({ verdict: 'blank_proven' }),
    { timeout: 15_000, interval: 200 },
  );
};

test('what was written is not called blank from memory', async (context) => {
  if (why !== undefined) return context.skip(why);
  const disk = lendDisk(64);
  const agent = await runAgent(config);
  await proven(agent, disk.device);
  await deviceOf(agent, disk.device);
  writeAt(disk.device, 41 * MIB + 777, 'data');
  await sleep(BETWEEN_LOOKS_MS);
  expect(await deviceOf(agent, disk.device)).toMatchObject({ data_bearing: true });
});

test('a scan tells nothing of the disk that came under the same name', async (context) => {
  if (why !== undefined) return context.skip(why);
  const disk = lendDisk(64);
  const agent = await runAgent(config);
  await proven(agent, disk.device);
  const other = makeImage(makeFolder(), 'other.img', 64 * MIB);
  writeAt(other, 41 * MIB + 777, 'data');
  run('losetup', '--detach', disk.device);
  run('losetup', disk.device, other);
  onTestFinished(() => detachOurs(disk.device, other));
  await sleep(BETWEEN_LOOKS_MS);
  expect(await deviceOf(agent, disk.device)).toMatchObject({
    data_bearing: true,
    scan: null,
    reason: 'not every byte was read yet',
  });
});

test('a disk that shows itself, asked for several times at once, is not held by that', async (context) => {
  if (why !== undefined) return context.skip(why);
  const disk = lendDisk(64);
  const agent = await runAgent(config);
  const identify = async () => agent.ask('POST', '/disks/identify', { device: disk.device });
  await Promise.all([identify(), identify(), identify()]);
  await sleep(500);
  const asked = await agent.ask('POST', '/disks/format', { device: disk.device, fstype: 'ext4' });
  expect(asked).toMatchObject({ status: 202 });
  const { id, confirm_word: confirm } = operationOf(asked.body);
  const run = await agent.ask('POST', `/operations/${String(id)}/confirm`, { confirm });
  expect(run).toMatchObject({ status: 202 });
  expect(await endOf(agent, String(id))).toMatchObject({ state: 'done' });
});

test('a job that shows a disk and hangs holds up no operation', async (context) => {
  if (why !== undefined) return context.skip(why);
  const disk = lendDisk(64);
  const agent = await runAgent(config);
  await agent.ask('POST', '/disks/identify', { device: disk.device });
  const jobs = run('ps', '-e', '-o', 'pid=,ppid=,args=')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, ...args]) => parent === String(agent.pid()) && args.includes('disk-job'));
  expect(jobs).toHaveLength(1);
  process.kill(Number(jobs[0]?.[0]), 'SIGSTOP');
  const asked = await agent.ask('POST', '/disks/format', { device: disk.device, fstype: 'ext4' });
  const { id, confirm_word: confirm } = operationOf(asked.body);
  const confirmed = await agent.ask('POST', `/operations/${String(id)}/confirm`, { confirm });
  expect(confirmed).toMatchObject({ status: 202 });
  expect(await endOf(agent, String(id))).toMatchObject({ state: 'done' });
});
