// The ledger finds an edit, a deletion, a reorder and a cut, and keeps what a crash tore off.
import { appendFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readChain, REPAIRED } from '../../src/daemon/ledger/chain.ts';
import { createLedger } from '../../src/daemon/ledger/ledger.ts';
import { createTestClock, openAgent, ROOT, temporaryFolder } from './open-agent.ts';

const entry = (subject: string) => ({
  what: 'op.requested',
  by: { door: 'guest', vmid: 9200, name: null } as const,
  subject,
  detail: { device: '/dev/sdb', data_bearing: true, note: 'árvíztűrő "tükör"' },
});

function openLedger(folder = temporaryFolder()) {
  const path = join(folder, 'ledger.jsonl');
  return { path, ledger: createLedger({ path, clock: createTestClock(), onChange: () => {} }) };
}

async function written(count: number) {
  const opened = openLedger();
  for (let n = 1; n <= count; n++) await opened.ledger.record(entry(`op ${n}`));
  const lines = readFileSync(opened.path, 'utf8').trimEnd().split('\n');
  return { ...opened, lines };
}

test('records follow one another, and nobody else may read them', async () => {
  const { ledger, path, lines } = await written(3);
  const told = await ledger.verify();
  expect(told).toMatchObject({ broken: null, fragment: '', last: { n: 3 } });
  expect(told.records.map(({ n, previous }) => [n, previous])).toEqual([
    [1, '0'.repeat(64)],
    [2, told.records[0]?.hash],
    [3, told.records[1]?.hash],
  ]);
  expect(told.records[1]).toMatchObject(entry('op 2'));
  expect(lines).toHaveLength(3);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(await ledger.anchor()).toEqual({ n: 3, hash: told.records[2]?.hash });
});

test('many at once make one chain', async () => {
  const { ledger } = openLedger();
  await Promise.all(Array.from({ length: 50 }, async (_, index) => ledger.record(entry(`op ${index}`))));
  expect(await ledger.verify()).toMatchObject({ broken: null, last: { n: 50 } });
});

describe('what was done to it is found', () => {
  type Lines = readonly string[];
  const edit = (lines: Lines, at: number, from: string, to: string) =>
    lines.map((line, index) => (index === at ? line.replace(from, to) : line));
  const cases: readonly [string, (lines: Lines) => Lines, string][] = [
    ['an edit', (lines) => edit(lines, 1, 'op 2', 'op X'), 'record 2 was changed'],
    ['an edit of the first', (lines) => edit(lines, 0, '9200', '9300'), 'record 1 was changed'],
    ['an edit of the last', (lines) => edit(lines, 4, 'op 5', 'op X'), 'record 5 was changed'],
    ['a space more', (lines) => edit(lines, 2, ',"what"', ', "what"'), 'record 3 was changed'],
    ['a field more', (lines) => edit(lines, 2, '{"n":3', '{"x":1,"n":3'), 'record 3 was changed'],
    ['a deletion', (lines) => lines.toSpliced(2, 1), 'record 3 is missing'],
    ['a deletion of the first', (lines) => lines.slice(1), 'record 1 is missing'],
    ['a reorder', (lines) => [0, 2, 1, 3, 4].map((index) => lines[index] ?? ''), 'record 2 is missing'],
    ['a repetition', (lines) => lines.toSpliced(2, 0, lines[1] ?? ''), 'record 3 is missing'],
    [
      'a line of its own',
      (lines) => lines.toSpliced(2, 0, 'hello'),
      'before record 3 stands what is no record',
    ],
    [
      'a line made unreadable',
      (lines) => edit(lines, 2, '{', ''),
      'before record 4 stands what is no record',
    ],
  ];
  test.each(cases)('%s', async (_name, change, expected) => {
    const { lines, path, ledger } = await written(5);
    writeFileSync(path, `${change(lines).join('\n')}\n`);
    expect((await ledger.verify()).broken).toContain(expected);
  });

  test('a record put in with a hash that is right by itself', async () => {
    const { lines } = await written(3);
    const other = await written(4);
    const mixed = [...lines.slice(0, 2), ...other.lines.slice(2)].join('\n');
    // Both were written at the same moment, so only the subject tells them apart.
    expect(readChain(mixed).broken).toBe(null);
    const foreign = createLedger({
      path: join(temporaryFolder(), 'ledger.jsonl'),
      clock: createTestClock(5),
      onChange: () => {},
    });
    for (let n = 1; n <= 3; n++) await foreign.record(entry(`other ${n}`));
    const line = JSON.stringify((await foreign.verify()).records[2]);
    expect(readChain([...lines.slice(0, 2), line].join('\n')).broken).toContain(
      'record 3 does not follow record 2',
    );
  });

  test('a cut, against an anchor that was handed out', async () => {
    const { lines, ledger } = await written(5);
    const anchor = await ledger.anchor();
    const cut = `${lines.slice(0, 3).join('\n')}\n`;
    expect(readChain(cut).broken).toBe(null);
    expect(readChain(cut, anchor).broken).toContain('record 5 is not the one that was there before');
    expect(readChain(`${lines.join('\n')}\n`, anchor).broken).toBe(null);
    expect(readChain('', anchor).broken).not.toBe(null);
  });
});

describe('a crash in the middle of a record', () => {
  test('at every byte: what was torn off stays, is sealed, and the chain goes on', async () => {
    const { path, lines } = await written(2);
    const whole = readFileSync(path);
    const start = Buffer.byteLength(`${lines[0]}\n`);
    // Every place, the middle of a letter of two bytes among them.
    for (let length = start; length <= whole.length; length++) {
      writeFileSync(path, whole.subarray(0, length));
      const again = createLedger({ path, clock: createTestClock(), onChange: () => {} });
      await again.record(entry('after the crash'));
      const told = await again.verify();
      expect([length, told.broken, told.fragment]).toEqual([length, null, '']);
      const torn = length > start && length < whole.length - 1;
      expect([length, told.records.some(({ what }) => what === REPAIRED)]).toEqual([length, torn]);
      expect(readFileSync(path).subarray(0, length)).toEqual(whole.subarray(0, length));
    }
  });

  test('again while it is sealed: both pieces stay', async () => {
    const { path } = await written(1);
    appendFileSync(path, '{"n":2,"at":17900000');
    await createLedger({ path, clock: createTestClock(), onChange: () => {} }).record(entry('x'));
    const whole = readFileSync(path, 'utf8');
    const sealing = whole.indexOf(REPAIRED);
    truncateSync(path, sealing);
    const again = createLedger({ path, clock: createTestClock(), onChange: () => {} });
    await again.record(entry('y'));
    const told = await again.verify();
    expect(told).toMatchObject({ broken: null, fragment: '' });
    expect(told.records.map(({ what }) => what)).toEqual(['op.requested', REPAIRED, 'op.requested']);
  });

  test('a sealed piece that was changed later is found', async () => {
    const { path, ledger } = await written(1);
    appendFileSync(path, '{"n":2,"at":17900000');
    await createLedger({ path, clock: createTestClock(), onChange: () => {} }).record(entry('x'));
    writeFileSync(path, readFileSync(path, 'utf8').replace('{"n":2,"at":17900000', '{"n":2,"at":17900001'));
    expect((await ledger.verify()).broken).toContain('stands what is no record');
  });

  test('an edit of the last record is no torn tail: it is not sealed away', async () => {
    const { path, ledger } = await written(3);
    writeFileSync(path, readFileSync(path, 'utf8').replace('op 3', 'op X'));
    await ledger.record(entry('later'));
    const told = await ledger.verify();
    expect(told.broken).toContain('record 3 was changed');
    expect(told.records.some(({ what }) => what === REPAIRED)).toBe(false);
  });
});

test('somebody else’s writing to it does not stop the agent, and is told', async () => {
  const { path, ledger } = await written(2);
  appendFileSync(path, 'hello\n');
  await ledger.record(entry('after'));
  const told = await ledger.verify();
  expect(told.records.map(({ what }) => what)).toEqual([
    'op.requested',
    'op.requested',
    REPAIRED,
    'op.requested',
  ]);
});

test('the route gives a page after a number, and says whether the chain holds', async () => {
  const agent = await openAgent();
  for (let count = 0; count < 5; count++) await agent.memory.ledger.record(entry(`op ${count}`));
  const ask = async (query: { after?: number }) =>
    agent.handlers.ledger({ ...agent.request, caller: ROOT, params: {}, body: {}, query });
  expect(await ask({})).toMatchObject({ count: 6, intact: true, broken: null });
  const page = await ask({ after: 4 });
  expect('records' in page ? page.records.map(({ n }) => n) : []).toEqual([5, 6]);
  const facts = await agent.facts.ledger();
  expect(facts.records.map(({ n }) => n)).toEqual([6, 5, 4, 3, 2, 1]);
  const path = join(agent.stateFolder, 'ledger.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace('op 2', 'op X'));
  expect(await ask({})).toMatchObject({ intact: false, broken: 'record 4 was changed' });
});
