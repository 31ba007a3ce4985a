// The one door for running programs: what comes through it, and what cannot get past it.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { runTool } from '../../src/base/run-tool.ts';
import { mountLoop, whyNoLoopMount } from '../cli/loop-mount.ts';
import { findProgram } from '../setup/find-program.ts';

const shell = async (script: string, change: Partial<Parameters<typeof runTool>[0]> = {}) =>
  runTool({ file: 'sh', args: ['-c', script], deadlineMs: 5000, ...change });
const timed = async <T>(work: Promise<T>) => {
  const started = performance.now();
  return { result: await work, ms: performance.now() - started };
};
const isAlive = (pid: number): boolean => {
  // A child that nobody waits for stays as a zombie where there is no init that reaps.
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};
const temporaryFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-tool-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

test('what a program says and its exit code come back, whatever the code is', async () => {
  expect(await shell('echo out; echo err >&2; exit 3')).toEqual({
    state: 'ended',
    code: 3,
    stdout: 'out\n',
    stderr: 'err\n',
  });
});

test('letters that arrive in two pieces come back whole', async () => {
  const result = await shell(String.raw`printf '\303'; sleep 0.1; printf '\251'`);
  expect(result).toMatchObject({ stdout: 'é' });
});

test('an argument is one word to the program, whatever a shell would make of it', async () => {
  const word = `a b; $(echo x) "'*`;
  const result = await runTool({ file: 'printf', args: ['%s', word], deadlineMs: 5000 });
  expect(result).toMatchObject({ state: 'ended', stdout: word });
});

test('a program that is not installed is missing, and one that may not be run is no permission', async () => {
  const file = join(temporaryFolder(), 'tool');
  expect(await runTool({ file: `${file}-that-is-not`, args: [], deadlineMs: 5000 })).toEqual({
    state: 'missing',
  });
  writeFileSync(file, '#!/bin/sh\n', { mode: 0o644 });
  expect(await runTool({ file, args: [], deadlineMs: 5000 })).toEqual({ state: 'no-permission' });
});

test('a program gets no secrets from our environment, and answers in English', async () => {
  process.env['FELHOM_TEST_SECRET'] = 'secret';
  onTestFinished(() => {
    delete process.env['FELHOM_TEST_SECRET'];
  });
  const { stdout } = { stdout: '', ...(await runTool({ file: 'env', args: [], deadlineMs: 5000 })) };
  const names = stdout.split('\n').flatMap((each) => each.split('=')[0] || []);
  expect(names.toSorted()).toEqual(['LC_ALL', 'PATH', 'TZ']);
});

test('a program that waits for input gets none and ends', async () => {
  expect(await runTool({ file: 'cat', args: [], deadlineMs: 5000 })).toMatchObject({
    state: 'ended',
    code: 0,
  });
});

test('at the deadline it is killed, and what it said until then is kept', async () => {
  const { result, ms } = await timed(shell('echo first; exec sleep 30', { deadlineMs: 200 }));
  expect(result).toMatchObject({ state: 'timeout', stdout: 'first\n', stuck: false });
  expect(ms).toBeLessThan(2000);
});

test('one that ignores every signal it can, or was stopped, dies at the deadline all the same', async () => {
  const deaf = `trap '' TERM INT HUP; while :; do sleep 1; done`;
  expect(await shell(deaf, { deadlineMs: 200 })).toMatchObject({ state: 'timeout', stuck: false });
  expect(await shell('kill -STOP $$', { deadlineMs: 200 })).toMatchObject({ state: 'timeout', stuck: false });
});

test('its children and their children die with it', async () => {
  const file = join(temporaryFolder(), 'pids');
  const script = `sh -c 'sleep 30 & echo $! >>"$0"; wait' "$0" & echo $! >>"$0"; wait`;
  await runTool({ file: 'sh', args: ['-c', script, file], deadlineMs: 500 });
  const pids = readFileSync(file, 'utf8').trim().split('\n').map(Number);
  expect(pids).toHaveLength(2);
  await expect.poll(() => pids.filter(isAlive)).toEqual([]);
});

test('an abort ends it at once', async () => {
  const abort = new AbortController();
  const running = timed(shell('exec sleep 30', { signal: abort.signal }));
  await sleep(100);
  abort.abort();
  const { result, ms } = await running;
  expect(result.state).toBe('timeout');
  expect(ms).toBeLessThan(1000);
});

test('one aborted before it started does nothing', async () => {
  const file = join(temporaryFolder(), 'done');
  const result = await shell(`sleep 0.2; touch ${file}`, { signal: AbortSignal.abort() });
  expect(result.state).toBe('timeout');
  await sleep(400);
  expect(existsSync(file)).toBe(false);
});

test('one that says more than may be read is ended, and one that says just as much is not', async () => {
  const { result, ms } = await timed(shell('yes', { maxBytes: 10_000 }));
  expect(result).toEqual({ state: 'too-large' });
  expect(ms).toBeLessThan(2000);
  expect(await shell('printf 12345', { maxBytes: 5 })).toMatchObject({ state: 'ended', stdout: '12345' });
});

test('a flood of complaints does not fill the memory, and does not end the program', async () => {
  const result = await shell('head -c 3000000 /dev/zero >&2; echo fine');
  expect(result).toMatchObject({ state: 'ended', stdout: 'fine\n' });
  expect(result.state === 'ended' && result.stderr.length).toBeLessThan(200_000);
});

test('one that a signal killed says which', async () => {
  expect(await shell('kill -SEGV $$')).toEqual({ state: 'failed', detail: 'ended by SIGSEGV' });
});

test('a child that left the group and keeps the output open does not make a dead program stuck', async () => {
  const { result, ms } = await timed(shell('setsid sleep 3 & exit 0', { deadlineMs: 300 }));
  expect(result).toMatchObject({ state: 'timeout', stuck: false });
  expect(ms).toBeLessThan(2000);
});

test('one that the kernel does not let die is told as stuck in time, and gone when it can die at last', async (context) => {
  const why = whyNoLoopMount() ?? (findProgram('fsfreeze') === undefined ? 'needs fsfreeze' : undefined);
  if (why !== undefined) return context.skip(why);
  const { mountPoint, release } = mountLoop('frozen');
  const freeze = (how: '-f' | '-u') => execFileSync(findProgram('fsfreeze') ?? 'fsfreeze', [how, mountPoint]);
  // Whoever writes to a frozen file system sleeps where no signal wakes it.
  freeze('-f');
  let result;
  let ms;
  try {
    ({ result, ms } = await timed(
      runTool({ file: 'touch', args: [join(mountPoint, 'file')], deadlineMs: 200 }),
    ));
  } finally {
    freeze('-u');
  }
  expect(ms).toBeLessThan(1500);
  expect(result).toMatchObject({ state: 'timeout', stuck: true });
  if (result.state === 'timeout') await result.gone;
  release();
});
