// Guests' tokens: they work at once, and after the revocation not; nothing of a secret is left anywhere.
import {
  appendFileSync,
  chmodSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeToken, revocationLine } from '../../src/agent/tokens/token-line.ts';
import {
  codeOf,
  createTestClock,
  GROUP,
  openAgent,
  refusalOf,
  ROOT,
  type OpenedAgent,
} from './open-agent.ts';

async function mint(agent: OpenedAgent, vmid = 9200) {
  const answer = await agent.handlers.mintToken({
    ...agent.request,
    caller: ROOT,
    params: {},
    body: { vmid },
  });
  if (!('token' in answer)) throw new Error('no token');
  return answer;
}
const revoke = async (agent: OpenedAgent, body: { id?: string; vmid?: number }) =>
  agent.handlers.revokeToken({ ...agent.request, caller: ROOT, params: {}, body });
const find = (agent: OpenedAgent, secret: string) => agent.memory.findToken(secret);
const logOf = (agent: OpenedAgent) => join(agent.stateFolder, 'local-tokens.log');
const everyFile = (agent: OpenedAgent) =>
  readdirSync(agent.stateFolder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

/** How long a known token may be believed after another program's word. */
const LATER_MS = 5;

test('a minted token works at once for its VMID, and its line is as the field knows it', async () => {
  const agent = await openAgent();
  const { token, id } = await mint(agent);
  expect(find(agent, token)).toEqual({ vmid: 9200, id });
  expect(token).toMatch(/^felhom_9200_[0-9a-f]{16}_[\w-]{43}$/);
  const log = readFileSync(logOf(agent), 'utf8');
  expect(log).toMatch(
    /^\{"v":9200,"id":"[0-9a-f]{16}","salt":"[0-9a-f]{32}","hash":"[0-9a-f]{64}","at":\d+\}\n$/,
  );
  expect(statSync(logOf(agent)).mode & 0o777).toBe(0o600);
});

test('nothing of the secret is in any file, problem or ledger record', async () => {
  const agent = await openAgent();
  const { token } = await mint(agent);
  const secret = token.slice(-43);
  expect(everyFile(agent)).not.toContain(secret);
  expect(JSON.stringify([agent.problems, await agent.ledger()])).not.toContain(secret);
  expect((await agent.ledger()).at(-1)).toMatchObject({ what: 'token.minted', detail: { vmid: 9200 } });
});

test('after the revocation it does not work, by id or by VMID', async () => {
  const agent = await openAgent();
  const [first, second, other] = [await mint(agent), await mint(agent), await mint(agent, 9300)];
  expect(await revoke(agent, { id: first.id })).toEqual({ revoked: [first.id] });
  expect(find(agent, first.token)).toBeUndefined();
  expect(find(agent, second.token)).toBeDefined();
  expect(await revoke(agent, { vmid: 9200 })).toEqual({ revoked: [second.id] });
  expect(find(agent, second.token)).toBeUndefined();
  expect(find(agent, other.token)).toEqual({ vmid: 9300, id: other.id });
  expect(await codeOf(revoke(agent, { id: 'nobody' }))).toBe('E_NO_SUCH');
  expect(await codeOf(revoke(agent, {}))).toBe('E_BAD_REQUEST');
  const again = await openAgent({ stateFolder: agent.stateFolder });
  expect(find(again, first.token)).toBeUndefined();
  expect(find(again, other.token)).toBeDefined();
});

test('another program’s line works at the very next request, its revocation milliseconds later', async () => {
  const agent = await openAgent();
  await mint(agent);
  const { secret, line, id } = makeToken(9200, 1);
  expect(find(agent, secret)).toBeUndefined();
  appendFileSync(logOf(agent), line);
  expect(find(agent, secret)).toEqual({ vmid: 9200, id });
  appendFileSync(logOf(agent), revocationLine(9200, id, 2));
  agent.clock.advance(LATER_MS);
  expect(find(agent, secret)).toBeUndefined();
});

test('what is not quite the token is nobody’s', async () => {
  const agent = await openAgent();
  const { token } = await mint(agent);
  const other = await mint(agent, 9300);
  const nearly = [
    '',
    'felhom_',
    token.slice(0, -1),
    `${token}x`,
    ` ${token}`,
    token.toUpperCase(),
    token.replace('9200', '9300'),
    token.slice(0, -43) + other.token.slice(-43),
    `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`,
    token.replace(/_[0-9a-f]{16}_/, '___proto__'.padEnd(18, '_')),
    'x'.repeat(1_000_000),
  ];
  for (const secret of nearly) expect(find(agent, secret)).toBeUndefined();
});

test('a torn or strange line is refused alone; the others live', async () => {
  const agent = await openAgent();
  const { token } = await mint(agent);
  const made = makeToken(9200, 1);
  appendFileSync(logOf(agent), `garbage\n{"v":9200}\n[]\nnull\n{"v":9200,"id":"${'0'.repeat(16)}","salt":"`);
  expect(find(agent, token)).toBeDefined();
  // The torn line has no end: what is minted next must not be glued to it.
  const next = await mint(agent);
  expect(find(agent, next.token)).toBeDefined();
  appendFileSync(logOf(agent), made.line + made.line);
  expect(find(agent, made.secret)).toBeUndefined();
  expect(agent.problems.join('\n')).toContain(`token ${made.id} is there twice`);
  expect(agent.problems.join('\n')).toContain('line 2 is no token');
  expect(agent.problems.join('\n')).not.toContain('garbage');
});

test('a file that others may write or read lets nobody in, and takes no new one', async () => {
  const agent = await openAgent();
  const { token } = await mint(agent);
  for (const mode of [0o644, 0o620, 0o604, 0o666]) {
    chmodSync(logOf(agent), mode);
    expect(find(agent, token)).toBeUndefined();
    const refusal = await refusalOf(mint(agent));
    expect(refusal?.code).toBe('E_STORE');
    expect(refusal?.message).toContain(`its mode is ${mode.toString(8)}`);
  }
  expect(agent.problems.join()).toContain('it must be 600');
  expect(agent.memory.trouble()).toContain('local-tokens.log: not used');
  expect(await agent.memory.validTokens()).toEqual([]);
  chmodSync(logOf(agent), 0o600);
  expect(find(agent, token)).toBeDefined();
});

test('a link, a folder or another file in its place is seen', async () => {
  const agent = await openAgent();
  const { token } = await mint(agent);
  const moved = `${logOf(agent)}.moved`;
  renameSync(logOf(agent), moved);
  agent.clock.advance(LATER_MS);
  expect(find(agent, token)).toBeUndefined();
  symlinkSync(moved, logOf(agent));
  expect(find(agent, token)).toBeUndefined();
  renameSync(moved, logOf(agent));
  expect(find(agent, token)).toBeDefined();
  writeFileSync(`${logOf(agent)}.new`, makeToken(9200, 1).line, { mode: 0o600 });
  renameSync(`${logOf(agent)}.new`, logOf(agent));
  agent.clock.advance(LATER_MS);
  expect(find(agent, token)).toBeUndefined();
});

test('a VMID has at most eight valid ones', async () => {
  const agent = await openAgent();
  for (let count = 0; count < 8; count++) await mint(agent);
  expect(await codeOf(mint(agent))).toBe('E_OP_LIMIT');
  const all = await Promise.all(Array.from({ length: 12 }, async () => codeOf(mint(agent, 9300))));
  expect(all.filter((code) => code === 'answered')).toHaveLength(8);
  await revoke(agent, { vmid: 9200 });
  expect(await codeOf(mint(agent))).toBe('answered');
});

test('the list tells when each was made, revoked and last used, and no secret', async () => {
  const clock = createTestClock();
  const agent = await openAgent({ clock });
  const { id, token } = await mint(agent);
  const created = clock.now();
  clock.advance(5000);
  find(agent, token);
  clock.advance(5000);
  await revoke(agent, { id });
  const answer = await agent.handlers.tokens({ ...agent.request, caller: ROOT, params: {}, body: {} });
  expect(answer).toEqual({
    tokens: [{ id, vmid: 9200, created, revoked: created + 10_000, last_used: created + 5000 }],
  });
});

test('without a ledger nothing is minted, and a revocation works all the same', async () => {
  const agent = await openAgent();
  const { token, id } = await mint(agent);
  const ledger = join(agent.stateFolder, 'ledger.jsonl');
  renameSync(ledger, `${ledger}.moved`);
  symlinkSync('/dev/full', ledger);
  const before = readFileSync(logOf(agent), 'utf8');
  expect(await codeOf(mint(agent))).toBe('E_STORE');
  expect(readFileSync(logOf(agent), 'utf8')).toBe(before);
  const refusal = await refusalOf(revoke(agent, { id }));
  expect(refusal).toMatchObject({ code: 'E_STORE', message: expect.stringContaining('works no more') });
  expect(find(agent, token)).toBeUndefined();
});

test('the name that a caller claims stands in the ledger as claimed', async () => {
  const agent = await openAgent();
  await agent.handlers.mintToken({
    ...agent.request,
    caller: ROOT,
    params: {},
    body: { vmid: 9200, name: 'béla' },
  });
  expect((await agent.ledger()).at(-1)?.by).toEqual({ door: 'root', vmid: null, name: 'béla' });
  expect(GROUP.kind).toBe('group');
});
