// The commands that need the agent, against a bare one: what they send, print and end with.
import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { allOutputs } from '../../src/contracts/outputs.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import { startBareAgent, type BareAgent } from '../clients/bare-agent.ts';
import { DEVICE } from '../clients/flagged-device.ts';
import { startAgentChild } from '../clients/start-agent-child.ts';
import * as make from '../doctor/facts.ts';
import { runHere, type Ran } from './run.ts';

const ID = 'op_0123456789abcdef01234567';
const OTHER = 'op_0123456789abcdef99999999';
let folder: string;
let agent: BareAgent;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'felhom-commands-'));
  agent = await startBareAgent({ at: { socketPath: socketPath() } });
});
afterEach(async () => {
  await agent.stop();
  await rm(folder, { recursive: true, force: true });
});

const socketPath = (): string => join(folder, 'root.sock');
const run = async (...argv: readonly string[]): Promise<Ran> =>
  runHere(['--source', `agent:${socketPath()}`, ...argv], { env: { USER: 'viktor' }, columns: 160 });
const bodies = (): unknown[] => agent.asked.filter(({ body }) => body !== undefined).map(({ body }) => body);
const keep = (...operations: Operation[]) =>
  agent.answer({
    operations: () => ({ at: make.NOW, every_s: 1, operations }),
    operation: ({ params }) => {
      const operation = operations.find(({ id }) => id === params['id']);
      return operation === undefined
        ? { status: 404, refused: { error: 'no such operation', code: 'E_NO_SUCH' } }
        : { operation };
    },
  });
const PENDING_403 = {
  formatted: false,
  data_bearing: true,
  reason: 'device is mounted',
  pending_op: {
    op: 'storage_wipe',
    host_scope: 'demo-felhom-01',
    durable_id: 'byid:wwn-0x5000039ddb108568',
    fstype: 'ext4',
    id: ID,
  },
  error: 'device is data-bearing — format requires an operator signature (pending_signature)',
  code: 'E_PENDING_SIGNATURE',
};

describe('Operations', () => {
  test('are listed, with who asked and until when', async () => {
    keep(make.operation(), make.operation({ id: OTHER, state: 'done', fstype: 'xfs' }));
    const { out, code } = await run('op', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/^ID +STATE +DEVICE /);
    expect(out).toMatch(new RegExp(`^${ID} +waiting +/dev/sdb +ext4 +DATA +1 h +6 d +guest 9200`, 'm'));
    expect(out).toMatch(new RegExp(`^${OTHER} +done +/dev/sdb +xfs +- +1 h +- `, 'm'));
  });

  test('one is shown by its id or an unmistakable beginning of it', async () => {
    keep(make.operation(), make.operation({ id: OTHER, state: 'failed', dirty: true, ended: END }));
    const { out } = await run('op', 'show', '0123456789abcdef0');
    expect(out).toContain(ID);
    expect(out).toContain('everything on /dev/sdb is lost; a new ext4 is made');
    const failed = await run('op', 'show', OTHER);
    expect(failed.out).toMatch(/^written +yes/m);
    expect(failed.out).toMatch(/^ended .*\(EIO at 512\)$/m);
    expect(await run('op', 'show', 'op_0123')).toMatchObject({ code: 6, out: '' });
    expect(await run('op', 'show', 'op_ffff')).toMatchObject({ code: 6, out: '' });
    expect((await run('op', 'show', 'op_ffffffffffffffffffffffff')).code).toBe(6);
    keep(make.operation({ state: 'denied', ended: { ...END, code: null, detail: '' } }));
    expect((await run('op', 'show', ID)).out).toMatch(/^ended +[-\d]+ [\d:]+ *$/m);
  });

  test.each([
    ['op deny', 'denyOperation', [], { name: 'viktor' }, 'denied', 0],
    ['op cancel', 'cancelOperation', [], { name: 'viktor' }, 'cancelled', 0],
    ['op cancel', 'cancelOperation', [], { name: 'viktor' }, 'claimed', 0],
    [
      'op confirm',
      'confirmOperation',
      ['--confirm', '4567'],
      { name: 'viktor', confirm: '4567' },
      'claimed',
      0,
    ],
    ['op run', 'runOperation', [], { name: 'viktor' }, 'invalid', 4],
    ['op run', 'runOperation', [], { name: 'viktor' }, 'cancelled', 5],
  ] as const)(
    '%s asks for it and shows what the operation is now',
    async (name, route, more, body, state, code) => {
      keep(make.operation());
      agent.answer({ [route]: () => ({ operation: make.operation({ state }) }) });
      const ran = await run(...name.split(' '), ID, ...more, '--json');
      expect(agent.asked.at(-1)).toMatchObject({ route, params: { id: ID }, body });
      expect(allOutputs.op.parse(JSON.parse(ran.out)).operation.state).toBe(state);
      expect(ran.code).toBe(code);
    },
  );

  test.each([
    ['done', 0],
    ['failed', 5],
    ['invalid', 4],
  ] as const)('with --wait the end decides: %s ends with %i', async (state, code) => {
    let asked = 0;
    agent.answer({
      runOperation: () => ({ operation: make.operation({ state: 'claimed' }) }),
      operation: () => ({
        operation: make.operation({ state: (asked += 1) > 1 ? state : 'claimed', stage: 'mkfs' }),
      }),
    });
    expect((await run('op', 'run', ID, '--wait')).code).toBe(code);
    expect(asked).toBe(2);
  });

  test('a refusal ends with 4, in words and with the code for scripts', async () => {
    const refused = { error: 'the word is not 1234', code: 'E_WORD', hint: 'type the tail' };
    agent.answer({ confirmOperation: () => ({ status: 422, refused }) });
    const ran = await run('op', 'confirm', ID, '--confirm', '1234', '--json');
    expect(ran.code).toBe(4);
    expect(ran.err).toMatch(/^felhom: E_WORD: the word is not 1234\ntype the tail\n.*--confirm WORD/);
    expect(JSON.parse(ran.out)).toEqual({
      error: refused.error,
      code: 'refused',
      hint: refused.hint,
      api_code: 'E_WORD',
      answer: refused,
    });
  });
});

const END = { at: make.NOW, code: 'E_WRITE', detail: 'EIO at 512' };

describe('A format', () => {
  const format = ['disks', 'format', '/dev/sdb', '--fstype', 'ext4'] as const;

  test('of a disk with data is refused with the operation that is kept', async () => {
    agent.answer({ formatDisk: () => ({ status: 403, refused: PENDING_403 }) });
    const ran = await run(...format);
    expect(ran).toMatchObject({ code: 4, out: '' });
    expect(ran.err).toContain('device is data-bearing');
    expect(ran.err).toContain(`felhom op show ${ID}`);
    expect(bodies()).toEqual([{ name: 'viktor', device: '/dev/sdb', fstype: 'ext4' }]);
    const json = allOutputs.error.parse(JSON.parse((await run(...format, '--json')).out));
    expect(json).toMatchObject({ code: 'refused', answer: PENDING_403 });
  });

  test('of a blank one that waits for a confirm says how, and ends with 4', async () => {
    const operation = make.operation({ data_bearing: false, verdict: 'blank_proven' });
    agent.answer({ formatDisk: () => ({ formatted: false, data_bearing: false, operation }) });
    const ran = await run(...format);
    expect(ran.code).toBe(4);
    expect(ran.err).toContain(`felhom op confirm ${ID} --confirm 4567`);
    expect(ran.out).toMatch(/^word to type +4567$/m);
  });

  test('that runs ends with 0 although it is not done', async () => {
    const operation = make.operation({ data_bearing: false, state: 'claimed', verdict: 'blank_proven' });
    agent.answer({ formatDisk: () => ({ formatted: false, data_bearing: false, operation }) });
    expect((await run(...format, '--confirm', '4567')).code).toBe(0);
    expect(bodies()).toMatchObject([{ confirm: '4567' }]);
  });
});

test('a disk is let go of, and one is shown by its light', async () => {
  agent.answer({
    releaseDisk: () => ({ released: ['/mnt/usb'], device: DEVICE }),
    identifyDisk: () => ({ how: 'reading', seconds: 60 }),
  });
  const released = await run('disks', 'release', '/dev/sda', '--confirm', 'x');
  expect(released).toMatchObject({ code: 0 });
  expect(released.out).toMatch(/^released: \/mnt\/usb\n\/dev\/sda: UNKNOWN/);
  expect((await run('disks', 'identify', '/dev/sda')).out).toContain('for 60 s');
});

test('a device may be given by the name that the list shows', async () => {
  agent.answer({ identifyDisk: () => ({ how: 'reading', seconds: 60 }) });
  await run('disks', 'identify', 'sda');
  await run('disks', 'identify', '/dev/sda');
  await run('disks', 'identify', 'byid:wwn-0x5000039ddb108568');
  expect(bodies()).toMatchObject([
    { device: '/dev/sda' },
    { device: '/dev/sda' },
    { device: 'byid:wwn-0x5000039ddb108568' },
  ]);
});

test.each(['en', 'hu'])('a word that is missing is asked for by its option (%s)', async (language) => {
  agent.answer({
    releaseDisk: () => ({
      status: 422,
      refused: { error: 'releasing /dev/sda needs the word that belongs to it: F4XK', code: 'E_WORD' },
    }),
  });
  const ran = await run('disks', 'release', '/dev/sda', '--lang', language);
  expect(ran.err).toContain('F4XK');
  expect(ran.err).toContain('--confirm');
});

describe('A token', () => {
  const TOKEN = 'felhom_9200_k3x_0123456789abcdef';
  const path = (): string => join(folder, 'token');
  const mint = async () => run('tokens', 'mint', '--vmid', '9200', '--out', path());
  const minting = () =>
    agent.answer({
      mintToken: () => ({ id: 'k3x', vmid: 9200, token: TOKEN }),
      revokeToken: () => ({ revoked: ['k3x'] }),
    });

  test('goes into a new file of mode 0600, and nowhere else', async () => {
    minting();
    process.umask(0);
    const ran = await mint();
    expect(ran.code).toBe(0);
    expect(readFileSync(path(), 'utf8')).toBe(`${TOKEN}\n`);
    expect((statSync(path()).mode & 0o777).toString(8)).toBe('600');
    expect(ran.out + ran.err).not.toContain(TOKEN);
    const json = await run('tokens', 'mint', '--vmid', '9200', '--out', `${path()}2`, '--json');
    expect(allOutputs['tokens-mint'].parse(JSON.parse(json.out))).toMatchObject({ id: 'k3x', vmid: 9200 });
    expect(json.out).not.toContain(TOKEN);
  });

  test.each([
    ['a file that is there', () => writeFileSync(path(), 'mine')],
    ['a link to somewhere else', () => execFileSync('ln', ['-s', join(folder, 'elsewhere'), path()])],
    ['a folder', () => mkdirSync(path())],
  ])('is not minted over %s', async (_what, stand) => {
    minting();
    stand();
    const ran = await mint();
    expect(ran.code).toBe(5);
    expect(ran.err).toContain('EEXIST');
    expect(agent.asked.some(({ route }) => route === 'mintToken')).toBe(false);
    expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
  });

  test('that cannot be written is revoked again, and the file is gone', async () => {
    minting();
    const disk = join(folder, 'full');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k,nr_inodes=8', 'none', disk]);
    try {
      writeFileSync(join(disk, 'filler'), Buffer.alloc(16 * 1024));
      const ran = await run('tokens', 'mint', '--vmid', '9200', '--out', join(disk, 'token'));
      expect(ran.code).toBe(5);
      expect(ran.err).toMatch(/ENOSPC.*\nToken k3x was revoked again/);
      expect(agent.asked.at(-1)).toMatchObject({ route: 'revokeToken', body: { id: 'k3x' } });
      expect(existsSync(join(disk, 'token'))).toBe(false);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  test('of which the answer is lost may have been made: that is said, and no file stays', async () => {
    agent.answer({
      mintToken: (_asked, response) => {
        response.socket?.destroy();
        return undefined;
      },
    });
    const ran = await mint();
    expect(ran.code).toBe(3);
    expect(ran.err).toContain('felhom tokens revoke --vmid 9200');
    expect(existsSync(path())).toBe(false);
  });

  test('in an answer that is not understood is not quoted', async () => {
    agent.answer({
      mintToken: (_asked, response) => void response.end(JSON.stringify({ token: TOKEN, vmid: 'x' })),
    });
    const ran = await mint();
    expect(ran.code).toBe(3);
    expect(ran.out + ran.err).not.toContain(TOKEN);
  });

  test('refused by the agent leaves no file', async () => {
    agent.answer({ mintToken: () => ({ status: 403, refused: { error: 'no', code: 'E_FORBIDDEN' } }) });
    expect((await mint()).code).toBe(4);
    expect(existsSync(path())).toBe(false);
  });

  test('is listed by its id, and revoked by it or with all of its guest', async () => {
    minting();
    agent.answer({
      tokens: () => ({
        tokens: [{ id: 'k3x', vmid: 9200, created: make.NOW, revoked: null, last_used: null }],
      }),
    });
    expect((await run('tokens', 'list')).out).toMatch(/^9200 +k3x /m);
    expect((await run('tokens', 'revoke', 'k3x')).out).toBe('revoked: k3x\n');
    await run('tokens', 'revoke', '--vmid', '9200');
    expect(bodies()).toEqual([
      { name: 'viktor', id: 'k3x' },
      { name: 'viktor', vmid: 9200 },
    ]);
  });
});

test('guests are listed with what they reported, made harmless', async () => {
  const report = {
    status: 'fail' as const,
    issues: ['Protected container not running: traefik\u001b[2J'],
    controller_version: '0.39.1',
    hostname: 'felhom-demo',
    guest_hostname: null,
    customer_id: null,
    services: [],
  };
  agent.answer({
    guests: () => ({
      at: make.NOW,
      every_s: 10,
      guests: [
        { vmid: 9200, report, reported: make.NOW - 60_000, address: '10.0.0.2', tokens: 1 },
        { vmid: 9201, report: null, reported: null, address: null, tokens: 0 },
      ],
    }),
  });
  const { out } = await run('guests');
  expect(out).toMatch(
    /^9200 +FAILURE +1 m +felhom-demo +10\.0\.0\.2 +0\.39\.1 +1 +Protected .* traefik␛\[2J$/m,
  );
  expect(out).toMatch(/^9201 +never reported/m);
});

describe('A guest is', () => {
  const done = () => ({ vmid: 9200, kind: 'lxc' as const, status: 'running' });
  const deeds = () => agent.asked.filter(({ route }) => /^(?:start|stop|reboot)Guest$/.test(route));

  test('started, and what it is then is printed', async () => {
    agent.answer({ startGuest: done });
    expect(await run('guests', 'start', '9200')).toMatchObject({ code: 0, out: 'Guest 9200: running\n' });
    expect(deeds()).toMatchObject([{ params: { vmid: '9200' }, body: { name: 'viktor' } }]);
  });

  test.each(['stop', 'reboot'] as const)('asked to %s only with its VMID typed once more', async (deed) => {
    agent.answer({ [`${deed}Guest`]: () => ({ ...done(), status: null }) });
    expect((await run('guests', deed, '9200')).code).toBe(2);
    expect(deeds()).toEqual([]);
    const { out, code } = await run('guests', deed, '9200', '--confirm', '9200', '--json');
    expect(code).toBe(0);
    expect(allOutputs.guest.parse(JSON.parse(out))).toMatchObject({ deed, vmid: 9200, status: null });
    expect(deeds()).toMatchObject([{ route: `${deed}Guest`, body: { name: 'viktor', confirm: '9200' } }]);
  });

  test('asked for at a terminal, which says first what stops', async () => {
    agent.answer({ stopGuest: done });
    const ran = await runHere(['--source', `agent:${socketPath()}`, 'guests', 'stop', '9200'], {
      isTTY: true,
      stdin: '9200\n',
    });
    expect(ran.code).toBe(0);
    expect(ran.err).toMatch(/Guest 9200 will be shut down.*\n.*Type 9200 and Enter/);
    expect(deeds()).toMatchObject([{ body: { confirm: '9200' } }]);
  });

  test.each([
    ['E_GUEST_TOOL', 502, 5],
    ['E_GUEST_STATE', 409, 4],
    ['E_WORD', 422, 4],
    ['E_NO_SUCH', 404, 6],
  ] as const)('refused with %s: what was said and exit %#', async (code, status, exit) => {
    agent.answer({ startGuest: () => ({ status, refused: { error: 'CT is locked (backup)', code } }) });
    const ran = await run('guests', 'start', '9200');
    expect(ran.code).toBe(exit);
    expect(ran.err).toContain('CT is locked (backup)');
  });

  test('named by its VMID and by nothing else', async () => {
    for (const word of ['99', 'demo', '9200x', '-1', '']) {
      expect((await run('guests', 'start', word)).code).toBe(2);
    }
    expect((await run('guests', 'start')).code).toBe(2);
    expect((await run('--read-only', 'guests', 'start', '9200')).code).toBe(4);
    expect(deeds()).toEqual([]);
  });

  test('listed by `guests list` as well', async () => {
    agent.answer({ guests: () => ({ at: make.NOW, every_s: 10, guests: [] }) });
    const [plain, list] = [await run('guests', '--json'), await run('guests', 'list', '--json')];
    expect(list).toEqual(plain);
  });
});

describe('The ledger', () => {
  const record = (n: number) => ({
    n,
    at: make.NOW,
    what: 'op.requested',
    by: { door: 'guest' as const, vmid: 9200, name: null },
    subject: ID,
    detail: { fstype: 'ext4' },
    previous: String(n - 1).padStart(64, '0'),
    hash: String(n).padStart(64, '0'),
  });
  const keepLedger = (records: ReturnType<typeof record>[], broken: string | null = null) =>
    agent.answer({
      ledger: ({ query }) => {
        const after = Number(query.get('after') ?? 0);
        const page = records
          .filter(({ n }) => n > after)
          .slice(0, 1000)
          .toReversed();
        const count = records.length;
        const anchor = { n: count, hash: String(count).padStart(64, '0') };
        return { at: make.NOW, every_s: 1, records: page, count, intact: broken === null, broken, anchor };
      },
    });

  test('is read whole, page by page, the oldest first', async () => {
    keepLedger(Array.from({ length: 2500 }, (_, index) => record(index + 1)));
    const { out } = await run('ledger', 'show', '--json');
    const document = allOutputs['ledger-show'].parse(JSON.parse(out));
    expect(document.records.map(({ n }) => n)).toEqual(Array.from({ length: 2500 }, (_, index) => index + 1));
    const text = await run('ledger', 'show', '--after', '2499');
    expect(text.out).toMatch(
      /^The agent's ledger:\n +2500 .* op\.requested +op_0123456789abcdef01234567 +guest 9200 +fstype=ext4\n$/,
    );
  });

  test('that hangs together is verified with 0', async () => {
    keepLedger([record(1), record(2)]);
    expect(await run('ledger', 'verify')).toMatchObject({ code: 0, err: '' });
  });

  test.each([
    ['by the agent', [record(1), record(2)], 'record 2: hash'],
    [
      'by its own records, whatever the agent says',
      [record(1), { ...record(2), previous: 'f'.repeat(64) }],
      null,
    ],
    ['by a gap', [record(1), record(3)], null],
  ])('that is broken %s is verified with 1', async (_how, records, broken) => {
    keepLedger(records, broken);
    const ran = await run('ledger', 'verify', '--json');
    expect(ran.code).toBe(1);
    expect(allOutputs['ledger-verify'].parse(JSON.parse(ran.out))).toMatchObject({ intact: false });
  });
});

test("root's answers about clock and certificate are sent and shown", async () => {
  agent.answer({
    resetClock: () => ({ mark: make.NOW }),
    renewCertificate: () => ({ fingerprint: 'aa', next_fingerprint: 'bb' }),
    switchCertificate: () => ({ fingerprint: 'bb' }),
  });
  expect((await run('host', 'reset-clock')).code).toBe(0);
  expect((await run('certificate', 'renew')).out).toBe('in use: aa\nnext: bb\n');
  const { out } = await run('certificate', 'switch', '--json');
  expect(allOutputs.certificate.parse(JSON.parse(out))).toMatchObject({ next_fingerprint: null });
});

describe('Without an agent', () => {
  test.each([
    [['disks', 'format', 'sda', '--fstype', 'ext4']],
    [['op', 'list']],
    [['tokens', 'list']],
    [['guests']],
    [['ledger', 'verify']],
  ])('the embedded source refuses %j', async (argv) => {
    const ran = await runHere(['--source', 'embedded', ...argv]);
    expect(ran).toMatchObject({ code: 4, out: '' });
    expect(ran.err).toContain('needs the agent');
  });

  test.each([
    ['that is not there', async () => agent.stop()],
    [
      'whose socket stayed behind',
      async () => {
        await agent.stop();
        await (await startAgentChild(socketPath())).kill();
        expect(existsSync(socketPath())).toBe(true);
      },
    ],
  ])('one %s ends with 3', async (_what, happen) => {
    await happen();
    const ran = await run('op', 'list');
    expect(ran.code).toBe(3);
    expect(ran.err).toContain(socketPath());
    expect(ran.err).toContain('systemctl status felhom-agent');
    agent = await startBareAgent({ at: { socketPath: join(folder, 'other.sock') } });
  });

  test('--read-only sends nothing that changes anything', async () => {
    const ran = await run('--read-only', 'op', 'deny', ID);
    expect(ran.code).toBe(4);
    expect(agent.asked.filter(({ route }) => route !== 'agent')).toEqual([]);
  });
});

describe('A bootstrap file', () => {
  const bootstrap = (text: string, mode = 0o600): string => {
    const path = join(folder, 'bootstrap.json');
    writeFileSync(path, text);
    chmodSync(path, mode);
    return path;
  };
  const good = JSON.stringify({
    customer: { id: 'demo-felhom' },
    local_api: { endpoint: '127.0.0.1:1', fingerprint: 'ab'.repeat(32), token: 'felhom_secret' },
  });

  test.each([
    ['that others may read', good, 0o640, /chmod 600/],
    ['that is not JSON', '{"local_api": {"token": "felhom_secret"', 0o600, /not JSON/],
    ['without an endpoint', good.replace('127.0.0.1:1', 'nowhere'), 0o600, /local_api\.endpoint: needs/],
    ['without a fingerprint', good.replace('abab', 'xy'), 0o600, /local_api\.fingerprint: needs/],
    ['with a token that fits no header', good.replace('_secret', '\\r\\n_secret'), 0o600, /local_api\.token/],
    ['without anything', '{}', 0o600, /local_api: missing/],
    ['of which nobody answers', good, 0o600, /does not answer/],
  ])('%s says so and never quotes it', async (_what, text, mode, wanted) => {
    const ran = await runHere(['--source', `agent:${bootstrap(text, mode)}`, 'op', 'list', '--json']);
    expect(ran.code).toBe(3);
    expect(ran.err).toMatch(wanted);
    expect(ran.out + ran.err).not.toContain('secret');
  });
});
