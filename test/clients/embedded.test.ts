// The embedded source: one read at a time for each subject, an answer in every case, and the last
// good value handed on.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { makeTree } from '../host/temp-tree.ts';
import { createEmbeddedSource, type EmbeddedOptions } from '../../src/clients/embedded.ts';
import type { MemoryFacts } from '../../src/contracts/facts/memory.ts';
import { absent, failed, ok, type Reading } from '../../src/contracts/reading.ts';
import type { FactsSource } from '../../src/contracts/source.ts';
import type { Reader } from '../../src/host/all-subjects.ts';

const signal = new AbortController().signal;
const memory: MemoryFacts = {
  memory_total: 8,
  memory_available: 4,
  memory_used: 4,
  memory_free: 2,
  buffers: 1,
  cached: 1,
  swap_total: 0,
  swap_used: 0,
  arc_size: null,
};
const good = (at = 1): Reading<MemoryFacts> => ok(memory, '/proc/meminfo', at);

const sources: FactsSource[] = [];
afterEach(() => {
  for (const source of sources.splice(0)) source.close();
});
const create = (read: Reader<'memory'>['read'], options: EmbeddedOptions = {}): FactsSource => {
  const source = createEmbeddedSource({
    subjects: { memory: { everyMs: 1000, read } },
    dockerSocket: '/nonexistent/docker.sock',
    ...options,
  });
  sources.push(source);
  return source;
};

test('this machine is read: memory is there, and every subject answers with a value or a reason', async () => {
  const source = createEmbeddedSource({ dockerSocket: '/nonexistent/docker.sock' });
  sources.push(source);
  expect(await source.read('memory', { signal })).toMatchObject({ state: 'ok', source: '/proc/meminfo' });
  expect(await source.read('containers', { signal })).toMatchObject({ state: 'absent', code: 'no-file' });
  expect(source.intervals).toMatchObject({ memory: 1000, containers: expect.any(Number) });
});

test('every block device of this machine has a flag, and none is called blank that nobody read', async () => {
  const source = createEmbeddedSource({ dockerSocket: '/nonexistent/docker.sock' });
  sources.push(source);
  expect(source.intervals.disk_flags).toBe(30_000);
  const flags = await source.read('disk_flags', { signal });
  expect(flags).toMatchObject({ state: 'ok', value: { allow_loop: false } });
  const told = flags.state === 'ok' ? flags.value.flags : [];
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter((flag) => !flag.data_bearing || flag.reason === '')).toEqual([]);
});

test('loop devices take part only where the configuration of the agent says so', async () => {
  const allowed = async (config: string): Promise<unknown> => {
    const root = makeTree({ '/etc/felhom-agent/agent.json': config, '/sys/block/x/y': '' });
    const source = createEmbeddedSource({ root });
    sources.push(source);
    const flags = await source.read('disk_flags', { signal });
    return flags.state === 'ok' ? flags.value.allow_loop : flags;
  };
  expect(await allowed('{"disks": {"allow_loop": true}}')).toBe(true);
  expect(await allowed('{"disks": {"allow_loop": "yes"}}')).toBe(false);
  expect(await allowed('{"disks": ')).toBe(false);
});

test('two who ask at once share one read, a third who asks later starts another', async () => {
  let reads = 0;
  const source = create(async () => {
    reads += 1;
    return sleep(20, good());
  });
  const [first, second] = await Promise.all([
    source.read('memory', { signal }),
    source.read('memory', { signal }),
  ]);
  expect(first).toBe(second);
  expect(reads).toBe(1);
  await source.read('memory', { signal });
  expect(reads).toBe(2);
});

test('what a reader throws becomes a failure that says it, at once or later', async () => {
  const bug = create(() => {
    throw new TypeError('undefined is not a function');
  });
  expect(await bug.read('memory', { signal })).toMatchObject({
    state: 'failed',
    code: 'garbage',
    detail: 'undefined is not a function',
    source: 'memory',
  });
  const broken = create(async () => {
    await sleep(1);
    throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
  });
  expect(await broken.read('memory', { signal })).toMatchObject({ state: 'failed', code: 'io-error' });
});

test('a reader beyond its deadline times out, is told to stop, and is not asked again until it is back', async () => {
  const finish: ((reading: Reading<MemoryFacts>) => void)[] = [];
  let told: AbortSignal | undefined;
  const read: Reader<'memory'>['read'] = async (_machine, _previous, stop) => {
    told = stop;
    return new Promise((done) => finish.push(done));
  };
  const source = create(read, { deadlines: { memory: 30 } });
  expect(await source.read('memory', { signal })).toMatchObject({ state: 'failed', code: 'timeout' });
  expect(told?.aborted).toBe(true);
  expect(await source.read('memory', { signal })).toMatchObject({ state: 'failed', code: 'hung' });
  expect(finish.length).toBe(1);
  finish[0]?.(good(1));
  await sleep(1);
  const again = source.read('memory', { signal });
  finish[1]?.(good(2));
  expect(await again).toMatchObject({ state: 'ok', at: 2 });
});

test('the last good value is handed on through failures, and no further than an absence', async () => {
  const seen: unknown[] = [];
  const answers = [good(1), failed('timeout', 'x', 2), good(3), absent('no-file', 'x', 4), good(5)];
  const source = create(async (_machine, previous) => {
    seen.push(previous?.at);
    return Promise.resolve(answers[seen.length - 1] ?? good());
  });
  for (const _ of answers) await source.read('memory', { signal });
  expect(seen).toEqual([undefined, 1, 1, 3, undefined]);
});

test('one who gives up is answered at once, the others get the value', async () => {
  const source = create(async () => sleep(100, good()));
  const giveUp = new AbortController();
  const impatient = source.read('memory', { signal: giveUp.signal });
  const patient = source.read('memory', { signal });
  giveUp.abort();
  expect(await impatient).toMatchObject({ state: 'failed', code: 'timeout', detail: 'given up' });
  expect(await patient).toMatchObject({ state: 'ok' });
});

test('closing answers those who wait, stops the reader, and reads nothing more', async () => {
  let told: AbortSignal | undefined;
  const source = create(async (_machine, _previous, stop) => {
    told = stop;
    return new Promise(() => {});
  });
  const waiting = source.read('memory', { signal });
  source.close();
  expect(await waiting).toMatchObject({ state: 'failed', code: 'no-answer' });
  expect(told?.aborted).toBe(true);
  expect(await source.read('memory', { signal })).toMatchObject({ code: 'no-answer', detail: 'closed' });
  expect(await source.readContainer('web', { signal })).toMatchObject({
    code: 'no-answer',
    detail: 'closed',
  });
});

test('a recorded tree has no containers, whatever runs here', async () => {
  const source = createEmbeddedSource({ root: '/nonexistent' });
  sources.push(source);
  expect(await source.read('containers', { signal })).toMatchObject({ state: 'absent', code: 'not-here' });
  expect(await source.readContainer('web', { signal })).toMatchObject({ state: 'absent', code: 'not-here' });
  expect(await source.read('memory', { signal })).toMatchObject({ state: 'absent', code: 'no-file' });
});
