// A container's log as it is written, against a real daemon: live, harmless, bounded, and over when the container is.
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createDocker, type Docker } from '../../src/clients/docker.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { makeBusyboxArchive } from '../docker/image.ts';

const missing = missingForDaemon();
const SOON = { timeout: 5000, interval: 5 };
let daemon: Daemon;
let docker: Docker;

beforeAll(async () => {
  if (missing !== undefined) return;
  daemon = await startDaemon();
  docker = createDocker({ socketPath: daemon.socketPath });
  await daemon.engine.importImage(await makeBusyboxArchive(), 'box', '1');
});
afterAll(async () => {
  docker?.close();
  await daemon?.stop();
});
beforeEach((context) => context.skip(missing !== undefined, `a Docker daemon: ${missing ?? ''}`));

const run = async (name: string, script: string, more: object = {}): Promise<string> => {
  const settings = { Image: 'box:1', Cmd: ['sh', '-c', script], StopSignal: 'SIGKILL', ...more };
  const id = await daemon.engine.createContainer(name, settings);
  await daemon.engine.start(id);
  return id;
};
function follow(id: string, options: { tail?: number; previous?: boolean; timestamps?: boolean } = {}) {
  const lines: string[] = [];
  const batches: number[] = [];
  const ends: (string | null)[] = [];
  const stop = docker.followLog(
    { id, tail: 100, previous: false, timestamps: false, ...options },
    {
      onLines: (more) => {
        batches.push(more.length);
        lines.push(...more);
      },
      onEnd: (problem) => ends.push(problem),
    },
  );
  return { lines, batches, ends, stop };
}

test('what was there comes first, then each line as it is written, and the end when the container ends', async () => {
  const id = await run('live', 'echo old-1; echo old-2; read line; echo "new $line"', {
    OpenStdin: true,
    Tty: true,
  });
  await expect
    .poll(async () => JSON.stringify(await docker.readContainer(id, new AbortController().signal)), SOON)
    .toContain('old-2');
  const { lines, ends } = follow(id, { tail: 1 });
  await expect.poll(() => lines, SOON).toEqual(['old-2']);
  const at = performance.now();
  await daemon.engine.call('POST', `/containers/${id}/kill`);
  await expect.poll(() => ends, SOON).toEqual([null]);
  expect(performance.now() - at).toBeLessThan(1500);
});

test('both streams come, harmless and with their times when asked', async () => {
  const id = await run('hostile', `printf 'a\\033]52;c;ZXZpbA==\\007b\\n'; echo error >&2; sleep 1000`);
  const { lines, stop } = follow(id, { timestamps: true });
  await expect.poll(() => lines.length, SOON).toBe(2);
  expect(lines.map((line) => line.replace(/^\d{4}-\d\d-\d\dT[\d:.]+Z /, '')).toSorted()).toEqual([
    'a␛]52;c;ZXZpbA==␇b',
    'error',
  ]);
  stop();
  await daemon.engine.call('DELETE', `/containers/${id}?force=1`);
});

test('the run before the present one is read and over, whether this one ended too or runs', async () => {
  const script =
    'n=$(cat /count 2>/dev/null); echo "run $n"; echo -n x >>/count; [ "$n" != x ] || sleep 1000';
  const id = await run('twice', script);
  await daemon.engine.waitForStatus(id, /^Exited/);
  await daemon.engine.start(id);
  const running = follow(id, { previous: true });
  await expect.poll(() => running.ends, SOON).toEqual([null]);
  expect(running.lines).toEqual(['run ']);
  await daemon.engine.call('POST', `/containers/${id}/kill`);
  await daemon.engine.waitForStatus(id, /^Exited/);
  const { lines, ends } = follow(id, { previous: true });
  await expect.poll(() => ends, SOON).toEqual([null]);
  expect(lines).toEqual(['run ']);
});

test('one that writes without end is read in gatherings, and who stops is told nothing more', async () => {
  const id = await run('flood', 'exec yes "a line of the flood"');
  const { lines, batches, ends, stop } = follow(id);
  await expect.poll(() => lines.length, SOON).toBeGreaterThan(5000);
  expect(Math.max(...batches)).toBeLessThan(10_000);
  expect(batches.length).toBeLessThan(1000);
  stop();
  const told = lines.length;
  await new Promise((done) => setTimeout(done, 250));
  expect([lines.length, ends]).toEqual([told, []]);
  await daemon.engine.call('DELETE', `/containers/${id}?force=1`);
});

test('one that is not there, and a daemon that dies, are said', async () => {
  for (const id of ['nobody', '../x']) {
    const { ends } = follow(id);
    await expect.poll(() => ends.length, SOON).toBe(1);
    expect(ends[0]).toMatch(id === 'nobody' ? /No such container/ : /x/);
  }
  const id = await run('survives', 'echo begun; sleep 1000');
  const { lines, ends } = follow(id);
  await expect.poll(() => lines, SOON).toEqual(['begun']);
  await daemon.freeze();
  const late = follow(id);
  await expect.poll(() => late.ends.length, SOON).toBe(1);
  expect(late.ends[0]).toMatch(/no answer/);
  await daemon.thaw();
  await daemon.kill();
  await expect.poll(() => ends.length, SOON).toBe(1);
  expect(ends[0]).not.toBeNull();
});
