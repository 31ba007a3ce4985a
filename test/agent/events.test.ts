// The stream of events: what changed, to whom it may be told, from where it left off.
import { setTimeout as sleep } from 'node:timers/promises';
import type { IncomingMessage } from 'node:http';
import { expect, onTestFinished, test, vi } from 'vitest';
import { defaultLimits } from '../../src/agent/limits.ts';
import type { AgentTools } from '../../src/agent/parts.ts';
import type { OwnSubject } from '../../src/agent/sampler.ts';
import type { Guest } from '../../src/contracts/facts/guests.ts';
import { ok } from '../../src/contracts/reading.ts';
import { ask, dial, open, type Asked, type Reachable } from './ask.ts';
import { GUEST, startTestAgent, STRANGER, type TestAgentOptions } from './test-agent.ts';

type Event = { readonly id: string; readonly event: string; readonly data: Record<string, unknown> };
type Stream = {
  readonly events: Event[];
  readonly ended: Promise<void>;
  readonly response: IncomingMessage;
  readonly comments: string[];
  readonly until: (what: (event: Event) => boolean) => Promise<Event>;
};

async function follow(agent: Reachable, asked: Omit<Asked, 'path'> & { subjects?: string }): Promise<Stream> {
  const { subjects, ...rest } = asked;
  const path = subjects === undefined ? '/events' : `/events?subjects=${subjects}`;
  const response = await open(agent, { ...rest, path });
  expect(response.statusCode).toBe(200);
  onTestFinished(() => void response.destroy());
  const events: Event[] = [];
  const comments: string[] = [];
  let text = '';
  response.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const block = text.slice(0, end);
      text = text.slice(end + 2);
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
      if (block.startsWith(':')) comments.push(block);
      else events.push({ id: field('id'), event: field('event'), data: JSON.parse(field('data')) });
    }
  });
  const ended = new Promise<void>((resolve) => response.once('close', resolve).on('error', () => {}));
  const until = async (what: (event: Event) => boolean): Promise<Event> => {
    for (let tries = 0; tries < 200; tries += 1) {
      const found = events.find(what);
      if (found !== undefined) return found;
      await sleep(25);
    }
    throw new Error(`did not come; so far: ${JSON.stringify(events).slice(0, 2000)}`);
  };
  return { events, comments, ended, response, until };
}

/** Guests that a test changes by hand. */
function changing() {
  let guests: Guest[] = [9200, 9201].map((vmid) => ({
    vmid,
    report: null,
    reported: null,
    address: null,
    tokens: 1,
  }));
  let reads = 0;
  const listeners = new Set<() => void>();
  let tools: AgentTools | undefined;
  const subject: OwnSubject<'guests'> = {
    everyMs: 60_000,
    read: async () => {
      reads += 1;
      return Promise.resolve(ok({ guests }, 'test', Date.now()));
    },
    onChange: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    forGuest: (value, vmid) => ({ guests: value.guests.filter((one) => one.vmid === vmid) }),
  };
  const options: TestAgentOptions = {
    parts: (_standIn, given) => {
      tools = given;
      return { subjects: { guests: subject } };
    },
  };
  return {
    options,
    reads: () => reads,
    change: (vmid: number, reported: number) => {
      guests = guests.map((one) => (one.vmid === vmid ? { ...one, reported } : one));
      for (const listener of listeners) listener();
    },
    notice: (subject: string, vmid?: number) =>
      tools?.notice({ kind: 'operation-ended', at: 1, subject, detail: 'done' }, vmid),
  };
}

const subjectOf = ({ data }: Event) => data['subject'];

test('a follower is given what is known at once, and what changes when it does', async () => {
  const world = changing();
  const agent = await startTestAgent(world.options);
  const stream = await follow(agent, { door: 'root', subjects: 'guests,memory' });
  await stream.until((event) => subjectOf(event) === 'memory');
  await stream.until((event) => subjectOf(event) === 'guests');
  world.change(9200, 1234);
  const changed = await stream.until(
    (event) => subjectOf(event) === 'guests' && JSON.stringify(event.data).includes('1234'),
  );
  expect(changed).toMatchObject({ event: 'facts', data: { every_s: 60, reading: { state: 'ok' } } });
  // Ids only rise.
  const numbers = stream.events.map(({ id }) => Number(id.split('-')[1]));
  expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
});

test('while nobody follows nothing is sampled, and two followers cost no more than one', async () => {
  const world = changing();
  const agent = await startTestAgent(world.options);
  await sleep(100);
  expect(world.reads()).toBe(0);
  const streams = [
    await follow(agent, { door: 'root', subjects: 'guests' }),
    await follow(agent, { door: 'group', subjects: 'guests' }),
  ];
  for (const stream of streams) await stream.until((event) => subjectOf(event) === 'guests');
  expect(world.reads()).toBe(1);
});

test('a guest hears of itself only', async () => {
  const world = changing();
  const agent = await startTestAgent(world.options);
  const own = await follow(agent, { token: GUEST.secret });
  const stranger = await follow(agent, { token: STRANGER.secret });
  await own.until((event) => subjectOf(event) === 'guests');
  await stranger.until((event) => subjectOf(event) === 'guests');
  world.change(9201, 5678);
  world.notice('op_of_9201', 9201);
  world.notice('op_of_the_host');
  world.notice('op_of_9200', 9200);
  await own.until(({ data }) => data['subject'] === 'op_of_9200');
  await stranger.until(({ data }) => data['subject'] === 'op_of_9201');
  const heard = JSON.stringify(own.events);
  for (const foreign of ['9201', '5678', 'op_of_the_host']) expect(heard).not.toContain(foreign);
  expect(own.events.map(subjectOf)).not.toContain('memory');
  const denied = await ask(agent, { path: '/events?subjects=processes', token: GUEST.secret });
  expect(denied).toMatchObject({ status: 403, json: { code: 'E_FORBIDDEN' } });
});

test('who comes back is given what it missed, and nothing twice', async () => {
  const world = changing();
  const agent = await startTestAgent(world.options);
  // Somebody else keeps following meanwhile.
  await follow(agent, { door: 'root', subjects: 'guests' });
  const first = await follow(agent, { door: 'root', subjects: 'guests' });
  await first.until((event) => subjectOf(event) === 'guests');
  world.notice('op_before');
  const last = await first.until(({ data }) => data['subject'] === 'op_before');
  first.response.destroy();
  world.notice('op_missed');
  world.change(9200, 4321);
  const second = await follow(agent, {
    door: 'root',
    subjects: 'guests',
    headers: { 'last-event-id': last.id },
  });
  await second.until(({ data }) => data['subject'] === 'op_missed');
  await second.until((event) => JSON.stringify(event.data).includes('4321'));
  expect(second.events.map(({ event }) => event)).toEqual(['notice', 'facts']);
});

test.each(['elsewhere-7', 'garbage', '', '-1'])(
  'an id that this agent never gave (%j) starts anew',
  async (id) => {
    const world = changing();
    const agent = await startTestAgent(world.options);
    const stream = await follow(agent, {
      door: 'root',
      subjects: 'guests',
      headers: { 'last-event-id': id },
    });
    await stream.until(({ event }) => event === 'reset');
    await stream.until((event) => subjectOf(event) === 'guests');
    expect(stream.events[0]?.event).toBe('reset');
  },
);

test('who missed more notices than are kept is told to start anew', async () => {
  const world = changing();
  const agent = await startTestAgent(world.options);
  const first = await follow(agent, { door: 'root', subjects: 'guests' });
  const { id } = await first.until((event) => subjectOf(event) === 'guests');
  first.response.destroy();
  for (let n = 0; n < 300; n += 1) world.notice(`op_${n}`);
  const second = await follow(agent, { door: 'root', subjects: 'guests', headers: { 'last-event-id': id } });
  expect(await second.until(({ event }) => event === 'reset')).toMatchObject({ data: {} });
});

test('a stream says that it lives', async () => {
  const followers = { ...defaultLimits.followers, aliveMs: 100 };
  const agent = await startTestAgent({ limits: { followers } });
  const stream = await follow(agent, { door: 'root', subjects: 'ledger' });
  await sleep(500);
  expect(stream.comments[0]).toContain(': hello');
  expect(stream.comments.filter((comment) => comment === ': alive').length).toBeGreaterThanOrEqual(3);
});

test("a revoked token's stream ends, and another guest's goes on", async () => {
  const followers = { ...defaultLimits.followers, aliveMs: 100 };
  const agent = await startTestAgent({ limits: { followers } });
  const own = await follow(agent, { token: GUEST.secret });
  const other = await follow(agent, { token: STRANGER.secret });
  agent.tokens.delete(GUEST.secret);
  await own.ended;
  const before = other.comments.length;
  await sleep(400);
  expect(other.comments.length).toBeGreaterThan(before);
});

test('who does not read is dropped, its events do not pile up, and others go on', async () => {
  const followers = { ...defaultLimits.followers, aliveMs: 100, blockedMs: 500 };
  const big = 'x'.repeat(200_000);
  const world = changing();
  const agent = await startTestAgent({ ...world.options, limits: { followers } });
  const lazy = await dial(agent, 'root');
  lazy.socket.pause();
  lazy.socket.write('GET /events?subjects=guests HTTP/1.1\r\nHost: x\r\n\r\n');
  const reader = await follow(agent, { door: 'root', subjects: 'guests' });
  const before = process.memoryUsage().rss;
  for (let n = 0; n < 100; n += 1) {
    world.notice(`${n}${big}`);
    await sleep(10);
  }
  await reader.until(({ data }) => String(data['subject']).startsWith('99x'));
  await vi.waitFor(() => expect(agent.logged.join('')).toContain('it does not read'), 5000);
  // Twenty megabytes were sent to one; the other one's are not kept a second time.
  expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
});

test('only so many streams are open at once', async () => {
  const followers = { ...defaultLimits.followers, guest: 2 };
  const agent = await startTestAgent({ limits: { followers } });
  const first = await follow(agent, { token: GUEST.secret });
  await follow(agent, { token: GUEST.secret });
  const third = await ask(agent, { path: '/events', token: GUEST.secret });
  expect(third).toMatchObject({ status: 429, json: { code: 'E_RATE' } });
  await follow(agent, { token: STRANGER.secret });
  first.response.destroy();
  await sleep(200);
  await follow(agent, { token: GUEST.secret });
});

test('root follows however many streams of others are open', async () => {
  const followers = { ...defaultLimits.followers, all: 3 };
  const agent = await startTestAgent({ limits: { followers } });
  for (let n = 0; n < 3; n += 1) await follow(agent, { token: GUEST.secret });
  const group = await ask(agent, { door: 'group', path: '/events' });
  expect(group).toMatchObject({ status: 429, json: { code: 'E_RATE' } });
  await follow(agent, { door: 'root' });
});
