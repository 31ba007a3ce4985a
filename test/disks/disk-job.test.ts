// The job process as such: takes one order, refuses everything else, and ends when nobody is there any more.
import { spawn } from 'node:child_process';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startJob, type OwnProgram } from '../../src/base/start-job.ts';
import { MAIN, runHere } from '../cli/run.ts';
import { run, whyNoLoop } from '../host/loop-device.ts';
import { blankLoop, isZero, orderFor } from './format-gear.ts';
import { OWN } from './own-job.ts';

const ORDER = { kind: 'scan', deviceNumber: '7:0', diskseq: null, sizeBytes: 1 };

test.each([
  ['an empty line', '\n'],
  ['what is no JSON', 'scan /dev/sda\n'],
  ['an order of no kind', '{"kind":"wipe"}\n'],
  ['an order with a path', `${JSON.stringify({ ...ORDER, path: '/dev/sda' })}\n`],
  ['a number that is none', `${JSON.stringify({ ...ORDER, deviceNumber: '../sda' })}\n`],
  ['a size of nothing', `${JSON.stringify({ ...ORDER, sizeBytes: 0 })}\n`],
  ['a format without an identity', '{"kind":"format","order":{"fstype":"ext4"}}\n'],
])('%s starts nothing', async (_, words) => {
  const ended = await tellJob(words);
  expect(ended.code).not.toBe(0);
  expect(ended.out).toBe('');
});

const why = whyNoLoop('setpriv');

describe.skipIf(why !== undefined)('a job', () => {
  test.each([
    ['fs_uuid', '--help'],
    ['fs_uuid', '0D6D1C54-7C4F-4A8E-9C1C-5C9D7D9F0A01'],
    ['fstype', 'ntfs'],
    ['facts_sha256', ''],
  ])('takes no order whose %s is %s', async (field, value) => {
    const { image, name } = blankLoop();
    const order = { ...(await orderFor(name)), [field]: value };
    const ended = await tellJob(`${JSON.stringify({ kind: 'format', order })}\n`);
    expect(ended).toMatchObject({ out: '' });
    expect(ended.code).not.toBe(0);
    expect(isZero(image)).toBe(true);
  });

  test('goes when its input ends, whatever it was doing', async () => {
    const { device, name } = blankLoop({ bytes: 2 ** 36 });
    const deviceNumber = run('lsblk', '-dno', 'MAJ:MIN', device).trim();
    const { identity } = await orderFor(name);
    const words = { kind: 'scan', deviceNumber, diskseq: identity.diskseq, sizeBytes: 2 ** 36 };
    const started = performance.now();
    const ended = await tellJob(`${JSON.stringify(words)}\n`, { stays: false });
    expect(ended.code).not.toBe(0);
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  test('that says what is no message is ended', async () => {
    const noise = startJob({
      own: [process.execPath, '-e', 'console.log("{}\\nnonsense"); setInterval(() => {}, 1e6)'],
      args: [],
      onMessage: () => {},
    });
    const { code, detail } = await noise.ended;
    expect(code).toBeNull();
    expect(detail).toContain('no message');
  });

  test('that says one endless line is ended', async () => {
    const words = 'const s = "x".repeat(65536); setInterval(() => process.stdout.write(s), 1)';
    const noise = startJob({ own: [process.execPath, '-e', words], args: [], onMessage: () => {} });
    expect((await noise.ended).detail).toBe('a line of it is too long');
  });
});

test('help and completion do not name it, and it can be called', async () => {
  const { out } = await runHere(['help']);
  expect(out).not.toContain('disk-job');
  expect((await runHere(['help', '--json'])).out).not.toContain('disk-job');
  expect((await runHere(['completion', 'bash'])).out).not.toContain('disk-job');
  expect((await runHere(['disk-jab'])).err).not.toContain('disk-job');
  const ended = await tellJob('{}\n', { own: [process.execPath, MAIN] });
  expect(ended.code).not.toBe(0);
});

async function tellJob(
  words: string,
  { own = OWN, stays = true }: { own?: OwnProgram; stays?: boolean } = {},
) {
  const [file, ...args] = own;
  const child = spawn(file, [...args, 'disk-job'], { stdio: ['pipe', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
  });
  child.stdin.on('error', () => {});
  child.stdin.write(words);
  // Whoever stays, lets it decide for itself.
  if (!stays) child.stdin.end();
  const code = await new Promise((resolve) => {
    child.on('close', resolve);
  });
  return { code, out, err };
}
