// The controller's events: what changed, at once and once, to whoever follows and reads.
import type { IncomingMessage } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { defaultApiLimits } from '../../../src/controller/api/limits.ts';
import { ask, open, post, type Asked } from './ask-api.ts';
import { startApi, type StartedApi } from './start-api.ts';

type Heard = {
  readonly id: string;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
};

async function follow(api: StartedApi, more: Partial<Asked> = {}) {
  const stream = await open(api, { door: 'socket', path: '/api/events', ...more });
  onTestFinished(() => void stream.destroy());
  const heard: Heard[] = [];
  let text = '';
  stream.setEncoding('utf8');
  stream.on('error', () => {});
  stream.on('data', (chunk: string) => {
    text += chunk;
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2)));
      if (fields['event'] === undefined) comments.push(block);
      else heard.push({ id: fields['id'], event: fields['event'], data: JSON.parse(fields['data']) });
    }
  });
  const comments: string[] = [];
  return { stream, heard, comments };
}
const subjects = (heard: readonly Heard[]) =>
  heard.map(({ event, data: { subject } }) => (typeof subject === 'string' ? subject : event));
const ended = async (stream: IncomingMessage) =>
  new Promise((resolve) => void stream.once('close', () => resolve('ended')));

test('who follows hears how everything is, then what changes, and notices', async () => {
  const api = await startApi();
  const { heard, stream } = await follow(api);
  expect(stream.headers['content-type']).toMatch(/^text\/event-stream/);
  await expect.poll(() => subjects(heard).toSorted()).toEqual(['base_stack', 'ledger']);
  api.change({ status: 'fail' });
  api.notice({ kind: 'service-healed', at: 1, subject: 'traefik', detail: 'started' });
  await expect.poll(() => subjects(heard).slice(2).toSorted()).toEqual(['base_stack', 'traefik']);
  await post(api, '/api/disks/format', { device: '/dev/sdb', fstype: 'ext4' });
  await expect.poll(() => subjects(heard).slice(4)).toContain('ledger');
  const [first] = heard.filter(({ data }) => data['subject'] === 'base_stack');
  expect(first?.data).toMatchObject({ every_s: 5, reading: { state: 'ok', value: { status: 'ok' } } });
});

test('who comes back with the last id gets what it missed, and an id of another run starts anew', async () => {
  const api = await startApi();
  const one = await follow(api);
  await expect.poll(() => one.heard.length).toBe(2);
  one.stream.destroy();
  const id = one.heard.at(-1)?.id ?? '';
  const keeper = await follow(api);
  api.notice({ kind: 'service-failed', at: 1, subject: 'traefik', detail: 'crashed' });
  await expect.poll(() => keeper.heard.some(({ event }) => event === 'notice')).toBe(true);
  const again = await follow(api, { headers: { 'last-event-id': id } });
  await expect.poll(() => again.heard.map(({ event }) => event)).toContain('notice');
  const other = await follow(api, { headers: { 'last-event-id': 'ffffffffffff-3' } });
  await expect.poll(() => other.heard.map(({ event }) => event)).toContain('reset');
});

test('who follows without a token is refused, and a stream ends with the API', async () => {
  const api = await startApi();
  expect((await ask(api, { path: '/api/events', token: '' })).status).toBe(401);
  const { stream } = await follow(api, { door: 'http' });
  const over = ended(stream);
  await api.stop();
  expect(await over).toBe('ended');
});

test('a stream says that it lives; who does not read is dropped, and others go on', async () => {
  const followers = { all: 3, aliveMs: 60, blockedMs: 200 };
  const api = await startApi({ limits: { followers } });
  const good = await follow(api);
  const deaf = await open(api, { door: 'socket', path: '/api/events' });
  deaf.pause();
  deaf.on('error', () => {});
  const detail = 'x'.repeat(200_000);
  for (let n = 0; n < 40; n += 1) api.notice({ kind: 'service-healed', at: n, subject: 'traefik', detail });
  await expect.poll(() => api.logged.join(''), { timeout: 5000 }).toContain('it does not read');
  await expect.poll(() => good.heard.filter(({ event }) => event === 'notice').length).toBe(40);
  await expect.poll(() => good.comments.some((comment) => comment.includes('alive'))).toBe(true);
  deaf.destroy();
});

test('only so many streams by the token; root of the guest always gets one', async () => {
  const api = await startApi({ limits: { followers: { ...defaultApiLimits.followers, all: 2 } } });
  await follow(api, { door: 'http' });
  await follow(api, { door: 'http' });
  expect((await ask(api, { path: '/api/events' })).status).toBe(429);
  expect((await follow(api)).stream.statusCode).toBe(200);
});
