// A file system that stops answering under a file that a reader needs, with a real one: FUSE
// whose daemon is stopped, as a dead network mount or lxcfs would be.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { accessSync, constants, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { HostSubject } from '../../src/host/all-subjects.ts';
import { createMachine, type Machine } from '../../src/host/machine.ts';
import { readSubject } from './read-subject.ts';
import { writeTree } from './temp-tree.ts';

const RECORDED = join(import.meta.dirname, '../trees/firecracker-vm');
const PRESSURE =
  'some avg10=0.10 avg60=0.20 avg300=0.30 total=400\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n';
const OTHERS: readonly HostSubject[] = [
  'identity',
  'uptime',
  'cpu',
  'load',
  'memory',
  'network',
  'processes',
];

function whyNot(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root can mount';
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK);
  } catch {
    return 'no /dev/fuse here';
  }
  for (const tool of ['fuse2fs', 'mke2fs', 'umount']) {
    try {
      execFileSync('sh', ['-c', 'command -v -- "$1"', 'sh', tool], { stdio: 'ignore' });
    } catch {
      return `no ${tool} (Debian: fuse2fs, e2fsprogs, mount)`;
    }
  }
  return undefined;
}

/** The recorded machine with its /proc/pressure on a file system whose daemon is ours to stop. */
async function mountPressure(): Promise<{ root: string; daemon: ChildProcess }> {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-hung-'));
  const root = join(folder, 'tree');
  const content = join(folder, 'content');
  const image = join(folder, 'image');
  const point = join(root, 'proc/pressure');
  cpSync(RECORDED, root, { recursive: true, verbatimSymlinks: true });
  rmSync(point, { recursive: true });
  mkdirSync(point);
  writeTree(content, { cpu: PRESSURE, memory: PRESSURE, io: PRESSURE });
  execFileSync('mke2fs', ['-q', '-t', 'ext4', '-d', content, image, '8M'], { stdio: 'ignore' });
  // In the foreground, so that its process is a child of ours.
  const daemon = spawn('fuse2fs', ['-f', '-o', 'ro', image, point], { stdio: 'ignore' });
  onTestFinished(() => {
    daemon.kill('SIGKILL');
    try {
      execFileSync('umount', ['-l', point], { stdio: 'ignore' });
    } catch {
      // Its daemon's end may have taken it away.
    }
    rmSync(folder, { recursive: true, force: true });
  });
  for (let waited = 0; !readFileSync('/proc/self/mountinfo', 'utf8').includes(` ${point} `); waited += 20) {
    if (waited > 5000) throw new Error('fuse2fs did not mount');
    await sleep(20);
  }
  return { root, daemon };
}

const timed = async <T>(work: Promise<T>): Promise<{ result: T; ms: number }> => {
  const started = performance.now();
  return { result: await work, ms: performance.now() - started };
};
const outcome = async (machine: Machine) => {
  const { result, ms } = await timed(readSubject(machine, 'pressure'));
  return { code: result.state === 'ok' ? 'ok' : `${result.state} ${result.code}`, ms };
};

test('A mount that hangs fails its own reader within about a second, and no other', async (context) => {
  const reason = whyNot();
  if (reason !== undefined) return context.skip(reason);
  const { root, daemon } = await mountPressure();
  const machine = createMachine({ root });
  expect((await outcome(machine)).code).toBe('ok');

  daemon.kill('SIGSTOP');
  // Names that the kernel keeps for a second would still be answered.
  await sleep(1100);
  const first = outcome(machine);
  await sleep(300);
  const second = await outcome(machine);
  expect(second.code).toBe('failed hung');
  expect(second.ms).toBeLessThan(250);
  for (const subject of OTHERS) {
    const { result, ms } = await timed(readSubject(machine, subject));
    expect({ subject, state: result.state }).toEqual({ subject, state: 'ok' });
    expect(ms).toBeLessThan(400);
  }
  expect((await first).code).toBe('failed timeout');
  expect((await first).ms).toBeLessThan(1800);

  daemon.kill('SIGCONT');
  let again = await outcome(machine);
  for (let tries = 0; again.code !== 'ok' && tries < 20; tries += 1) {
    await sleep(100);
    again = await outcome(machine);
  }
  expect(again.code).toBe('ok');
});
