// The commands that have an operation signed, against a bare agent and a real ssh-agent: what they print, send
// and end with.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { plainSha256 } from '../../src/base/digest.ts';
import {
  APPROVAL_NAMESPACE,
  formatApproval,
  MAX_MESSAGE_BYTES,
  toPrintable,
} from '../../src/contracts/approval-payload.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import { allOutputs } from '../../src/contracts/outputs.ts';
import type { SignersTold } from '../../src/contracts/signers-told.ts';
import { startBareAgent, type BareAgent } from '../clients/bare-agent.ts';
import * as make from '../doctor/facts.ts';
import { allowLine, makeKey, makeSigningFolder, runSshKeygen, type TestKey } from '../signing/keys.ts';
import { startSshAgent } from '../signing/real-ssh-agent.ts';
import { PAYLOAD, trustOf, writeTrust } from '../signing/trust-folder.ts';
import { runHere, type Ran } from './run.ts';

const ID = 'op_0123456789abcdef01234567';
const MESSAGE = formatApproval(PAYLOAD);
const HASH = 'ab'.repeat(32);
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
type Options = Parameters<typeof runHere>[1];
const runWith = async (options: Options, ...argv: readonly string[]): Promise<Ran> =>
  runHere(['--source', `agent:${socketPath()}`, ...argv], { columns: 160, ...options });
const run = async (...argv: readonly string[]): Promise<Ran> => runWith({}, ...argv);
const asked = () =>
  agent.asked.filter(({ route }) => route !== 'agent').map(({ route, body }) => [route, body]);

const NOBODY: SignersTold = {
  ready: true,
  problems: [],
  signers: [],
  policy: null,
  namespace: APPROVAL_NAMESPACE,
};
const approval = (fingerprint: string): Operation['approvals'][number] => ({
  principal: 'anna',
  fingerprint,
  key_type: 'ssh-ed25519',
  at: make.NOW,
  by: { door: 'root', vmid: null, name: null },
});
/** An agent that has these bytes, and takes whatever is handed in. */
const giving = (signers: SignersTold = NOBODY, message = MESSAGE) =>
  agent.answer({
    bytesOperation: () => ({ operation: make.operation(), message, signers }),
    submitOperation: () => ({
      operation: make.operation({ state: 'approved' }),
      approval: approval('SHA256:x'),
      ledger: { n: 7, hash: HASH },
    }),
  });

describe('op bytes', () => {
  test('gives the bytes on stdout and nothing else, and to people what they say', async () => {
    giving();
    const ran = await run('op', 'bytes', ID);
    expect(ran.code).toBe(0);
    expect(ran.out).toBe(MESSAGE);
    expect(ran.err).toMatch(/^serial +ZDH1ABCD$/m);
    expect(ran.err).toMatch(/^on it +whole .*ext4 +képek +last mounted 2026-08-01 08:00/m);
    expect(ran.err).toMatch(/^how +full: every byte is overwritten$/m);
    const digits = plainSha256(MESSAGE).slice(0, 16).match(/.{4}/g)?.join(' ');
    expect(ran.err).toMatch(new RegExp(`^SHA-256 +${digits}$`, 'm'));
    expect(ran.err).toContain(`ssh-keygen -Y sign -n ${APPROVAL_NAMESPACE} -f KEY op.json`);
  });

  test.each([
    [[], {}],
    [['--offline'], { offline: true }],
    [['--quick', '--renew'], { wipe: 'quick', renew: true }],
  ])('with %j wishes %j', async (words, wishes) => {
    giving();
    await run('op', 'bytes', ID, ...words);
    expect(asked()).toEqual([['bytesOperation', wishes]]);
  });

  test('with --base64 gives a here-document that makes the file, byte for byte, and fits a narrow terminal', async () => {
    giving();
    const { out } = await run('op', 'bytes', ID, '--base64');
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(64);
    execFileSync('sh', ['-c', out], { cwd: folder });
    expect(readFileSync(join(folder, 'op.json'), 'utf8')).toBe(MESSAGE);
  });

  test('with --json gives a document that holds them', async () => {
    giving();
    const { out } = await run('op', 'bytes', ID, '--json');
    const document = allOutputs['op-bytes'].parse(JSON.parse(out));
    expect(document).toMatchObject({ message: MESSAGE, sha256: plainSha256(MESSAGE) });
  });

  test.each([
    ['of another operation', formatApproval({ ...PAYLOAD, op_id: 'op_ffffffffffffffffffffffff' })],
    ['that are no operation', '{"intent":"approve"}\n'],
    ['with a word too many', MESSAGE.replace('{', '{"a":1,')],
    ['in another spelling', MESSAGE.replace(',', ', ')],
    ['without their line end', MESSAGE.trimEnd()],
  ])('never gives bytes %s to be signed', async (_what, message) => {
    giving(NOBODY, message);
    for (const words of [['bytes'], ['bytes', '--base64'], ['sign', '--confirm', '4567']]) {
      const ran = await run('op', words[0] ?? '', ID, ...words.slice(1));
      expect(ran).toMatchObject({ code: 5, out: '' });
      expect(ran.err).toContain('Sign nothing');
    }
  });

  test('shows a label with escape sequences as what it is', async () => {
    const label = toPrintable('\u001b[2J\u202eevil');
    const on_it = [{ part: 'whole', bytes: 1, type: 'ext4', label }];
    giving(NOBODY, formatApproval({ ...PAYLOAD, device: { ...PAYLOAD.device, on_it } }));
    const ran = await run('op', 'bytes', ID);
    expect(ran.err).toContain('␛[2J<U+202E>evil');
    expect(ran.err + ran.out).not.toContain('\u001b');
  });

  test('says that nobody could sign them', async () => {
    giving({ ...NOBODY, ready: false, problems: [{ file: '/f', line: 3, detail: 'no such option' }] });
    const { err } = await run('op', 'bytes', ID);
    expect(err).toContain('/f:3: no such option');
    expect(err).toContain('Nobody can approve');
  });
});

describe('op submit', () => {
  const SIGNATURE = '-----BEGIN SSH SIGNATURE-----\nAAAA\n-----END SSH SIGNATURE-----\n';

  test.each([
    ['stdin', [], SIGNATURE],
    ['a file', ['FILE'], ''],
  ])('hands in the signature from %s and says what to do next', async (_from, words, stdin) => {
    giving();
    writeFileSync(join(folder, 'op.sig'), SIGNATURE);
    const ran = await runWith({ stdin }, 'op', 'submit', ID, ...words.map(() => join(folder, 'op.sig')));
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(asked()).toEqual([['submitOperation', { signature: SIGNATURE }]]);
    expect(ran.out).toContain(`record 7, ${HASH}`);
    expect(ran.out).toContain(`felhom op run ${ID} --confirm 4567`);
  });

  test('takes what is pasted into a terminal up to its last line', async () => {
    giving();
    const ran = await runWith({ stdin: SIGNATURE.replaceAll('\n', '\r\n'), isTTY: true }, 'op', 'submit', ID);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('Paste the signature');
  });

  test('sends nothing that is larger than a signature, nothing empty, and no file that is none', async () => {
    giving();
    const large = await runWith({ stdin: 'x'.repeat(16 * 1024 + 1) }, 'op', 'submit', ID, '--json');
    expect(large.code).toBe(4);
    expect(JSON.parse(large.out)).toMatchObject({ api_code: 'E_SIG_TOO_LARGE' });
    expect((await runWith({ stdin: ' \n' }, 'op', 'submit', ID)).code).toBe(2);
    expect((await run('op', 'submit', ID, join(folder, 'nothing'))).code).toBe(6);
    expect((await run('op', 'submit', ID, folder)).code).toBe(5);
    expect(asked()).toEqual([]);
  });

  test('that is refused ends with 4 and says the way out', async () => {
    const refused = {
      error: 'signed with -n git, need -n op-approval.v1@felhom.eu',
      code: 'E_SIG_NAMESPACE',
    };
    agent.answer({ submitOperation: () => ({ status: 422, refused }) });
    const ran = await runWith({ stdin: SIGNATURE }, 'op', 'submit', ID);
    expect(ran).toMatchObject({ code: 4, out: '' });
    expect(ran.err).toContain('-n git');
  });
});

describe('op sign', () => {
  const forwarded = async (...keys: readonly TestKey[]): Promise<Options> => {
    const ssh = await startSshAgent();
    for (const { path } of keys) ssh.add([path]);
    return { env: { SSH_AUTH_SOCK: ssh.socket } };
  };
  const told = async (...keys: readonly TestKey[]): Promise<SignersTold> => {
    const allowed = keys.map(({ line }, n) => allowLine(`anna${n}`, line)).join('');
    return (await trustOf({ allowed })).told;
  };
  const sign = ['op', 'sign', ID] as const;

  test('takes the only key that may approve, warns of what forwarding means, and hands in a good signature', async () => {
    const [mine, other] = [makeKey(), makeKey('ecdsa-256')];
    giving(await told(mine));
    const ran = await runWith(await forwarded(other, mine), ...sign, '--confirm', '4567');
    expect(ran.code).toBe(0);
    expect(ran.err).toContain('root on this host');
    const { signature } = Object(agent.asked.at(-1)?.body);
    const files = makeSigningFolder();
    writeFileSync(join(files, 'sig'), String(signature));
    writeFileSync(join(files, 'allowed'), allowLine('anna', mine.line));
    const out = execFileSync(
      'ssh-keygen',
      ['-Y', 'verify', '-f', join(files, 'allowed'), '-I', 'anna', '-n', APPROVAL_NAMESPACE].concat([
        '-s',
        join(files, 'sig'),
      ]),
      { input: MESSAGE, encoding: 'utf8' },
    );
    expect(out).toContain(mine.fingerprint);
  });

  test('needs the word, and bothers no ssh-agent without it', async () => {
    giving();
    const gone = { env: { SSH_AUTH_SOCK: join(folder, 'nobody') } };
    expect((await runWith(gone, ...sign)).code).toBe(2);
    const wrong = await runWith(gone, ...sign, '--confirm', '1111', '--json');
    expect(wrong.code).toBe(4);
    expect(JSON.parse(wrong.out)).toMatchObject({ api_code: 'E_WORD' });
    expect(asked().map(([route]) => route)).not.toContain('submitOperation');
  });

  test('asks a person for the word, after showing what is on the disk', async () => {
    const mine = makeKey();
    giving(await told(mine));
    const options = { ...(await forwarded(mine)), isTTY: true };
    const ran = await runWith({ ...options, stdin: '4567\n' }, ...sign, '--no-color');
    expect(ran.code).toBe(0);
    expect(ran.err.indexOf('képek')).toBeLessThan(ran.err.indexOf('Type 4567'));
    expect((await runWith({ ...options, stdin: 'yes\n' }, ...sign)).code).toBe(4);
  });

  test('asks which, when several may; and takes one by its fingerprint', async () => {
    const keys = [makeKey(), makeKey('ecdsa-384')] as const;
    giving(await told(...keys));
    const options = await forwarded(...keys);
    const which = await runWith(options, ...sign, '--confirm', '4567');
    expect(which.code).toBe(2);
    for (const { fingerprint } of keys) expect(which.err).toContain(fingerprint);
    const one = await runWith(options, ...sign, '--confirm', '4567', '--key', keys[1].fingerprint);
    expect(one.code).toBe(0);
    expect(one.err).toContain(`Signing with ${keys[1].fingerprint}`);
  });

  test('refuses with keys that may not, and says why each may not', async () => {
    const [expired, stranger] = [makeKey(), makeKey('rsa-3072')];
    const allowed = allowLine('anna', expired.line, 'valid-before="20200101Z"');
    giving((await trustOf({ allowed })).told);
    const options = await forwarded(expired, stranger);
    const ran = await runWith(options, ...sign, '--confirm', '4567', '--json');
    expect(ran.code).toBe(4);
    expect(JSON.parse(ran.out)).toMatchObject({ api_code: 'E_AGENT_NO_SIGNER' });
    expect(ran.err).toMatch(/ expired +anna /);
    expect(ran.err).toMatch(/ not a signer +- /);
    const named = await runWith(options, ...sign, '--confirm', '4567', '--key', expired.fingerprint);
    expect(named.code).toBe(4);
    expect(named.err).toContain('cannot approve here: expired');
  });

  test.each(['en', 'hu'])('without an ssh-agent says how to bring one (%s)', async (language) => {
    giving();
    const ran = await run(...sign, '--confirm', '4567', '--json', '--lang', language);
    expect(ran.code).toBe(4);
    expect(ran.err).toContain('ssh -A');
    expect(JSON.parse(ran.out)).toMatchObject({ api_code: 'E_AGENT_NONE' });
  });

  test('asks no ssh-agent when nobody could approve', async () => {
    giving({ ...NOBODY, ready: false, problems: [{ file: '/f', line: null, detail: 'it is missing' }] });
    const ran = await run(...sign, '--confirm', '4567', '--json');
    expect(JSON.parse(ran.out)).toMatchObject({ api_code: 'E_TRUST' });
    expect(ran.err).toContain('/f: it is missing');
  });
});

describe('op run of a signed operation', () => {
  const signed = make.operation({
    state: 'approved',
    approved_by: { how: 'signature', at: make.NOW, by: { door: 'root', vmid: null, name: null } },
    approvals: [approval('SHA256:x')],
  });
  beforeEach(() =>
    agent.answer({
      operation: () => ({ operation: signed }),
      runOperation: () => ({ operation: { ...signed, state: 'claimed' } }),
    }),
  );

  test('without the word and without a terminal is bad usage, and nothing runs', async () => {
    const ran = await run('op', 'run', ID);
    expect(ran.code).toBe(2);
    expect(ran.err).toContain('--confirm WORD');
    expect(asked().map(([route]) => route)).toEqual(['operation']);
  });

  test('asks for it at a terminal, after what will be lost', async () => {
    const ran = await runWith({ isTTY: true, stdin: '4567\n' }, 'op', 'run', ID, '--no-color');
    expect(ran.code).toBe(0);
    expect(ran.err.indexOf('everything on /dev/sdb is lost')).toBeLessThan(ran.err.indexOf('Type 4567'));
    expect(ran.err).toMatch(/^signed by +anna +ssh-ed25519 +SHA256:x/m);
    expect(asked().at(-1)).toEqual(['runOperation', { confirm: '4567' }]);
  });

  test('with the word runs at once', async () => {
    await run('op', 'run', ID, '--confirm', '4567');
    expect(asked()).toEqual([['runOperation', { confirm: '4567' }]]);
  });
});

test('op show tells what is to be signed, who signed, and when a file system was last mounted', async () => {
  const content = {
    device: '/dev/sdb1',
    size_bytes: 1024,
    fs_type: 'ext4',
    label: 'photos',
    uuid: null,
    last_mounted: make.NOW,
    last_mounted_on: '/srv\u001b[2J',
  };
  const operation = make.operation({
    state: 'approved',
    bytes: { made: make.NOW, expires: make.NOW, offline: false, wipe: 'quick', sha256: HASH },
    approvals: [approval('SHA256:x')],
    disk: { ...make.operation().disk, content: [content] },
  });
  agent.answer({ operation: () => ({ operation }) });
  const { out } = await run('op', 'show', ID);
  expect(out).toMatch(/^on it +\/dev\/sdb1 +1\.0 KiB +ext4 +photos +last mounted .* on \/srv␛\[2J$/m);
  expect(out).toMatch(/^to be signed +SHA-256 abab abab abab abab, until .*\(quick/m);
  expect(out).toMatch(/^signed by +anna +ssh-ed25519 +SHA256:x/m);
});

describe('signers check', () => {
  test('tells what the agent says', async () => {
    const key = makeKey();
    const { told } = await trustOf({ allowed: allowLine('anna', key.line) });
    agent.answer({ signers: () => ({ at: make.NOW, every_s: 1, signers: told }) });
    const ran = await run('signers', 'check');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/^anna +usable +ssh-ed25519 +SHA256:/m);
    expect(ran.out).toContain(key.fingerprint);
    const { out } = await run('signers', 'check', '--json');
    expect(allOutputs['signers-check'].parse(JSON.parse(out))).toMatchObject({ folder: null });
  });

  test('reads a folder without an agent, and names the line that is wrong', async () => {
    await agent.stop();
    const good = writeTrust({ allowed: allowLine('anna', makeKey().line) });
    const read = await run('signers', 'check', good);
    expect(read.code).toBe(0);
    const bad = writeTrust({ allowed: `# ours\n${allowLine('*', makeKey().line)}` });
    const ran = await run('signers', 'check', bad);
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(new RegExp(`^${bad}/allowed_signers:2: `, 'm'));
    expect((await run('signers', 'check', join(folder, 'nothing'))).code).toBe(1);
    agent = await startBareAgent({ at: { socketPath: join(folder, 'other.sock') } });
  });

  test('is not content with signers of whom none may approve', async () => {
    const allowed = [
      allowLine('anna', makeKey().line, 'valid-before="20260101Z"'),
      `bela namespaces="git" ${makeKey().line}\n`,
    ].join('');
    const ran = await run('signers', 'check', writeTrust({ allowed }));
    expect(ran.code).toBe(1);
    expect(ran.out).not.toContain('Ready');
    expect(ran.err).toContain('None of these keys may approve now');
  });
});

test("root's answer to a copied installation is sent and shown", async () => {
  agent.answer({ acceptInstall: () => ({ install: HASH }) });
  expect((await run('host', 'accept-install')).out).toContain(HASH);
  const { out } = await run('host', 'accept-install', '--json');
  expect(allOutputs['host-accept-install'].parse(JSON.parse(out))).toMatchObject({ install: HASH });
});

describe('The ledger', () => {
  const record = (n: number, detail: Record<string, string> = {}) => ({
    n,
    at: make.NOW,
    what: 'op.approved',
    by: null,
    subject: ID,
    detail,
    previous: String(n - 1).padStart(64, '0'),
    hash: String(n).padStart(64, '0'),
  });
  const keep = (...records: ReturnType<typeof record>[]) =>
    agent.answer({
      ledger: () => ({
        at: make.NOW,
        every_s: 1,
        records,
        count: records.length,
        intact: true,
        broken: null,
        anchor: { n: records.length, hash: String(records.length).padStart(64, '0') },
      }),
    });

  test('gives an anchor, which later finds that it was cut', async () => {
    keep(record(1), record(2), record(3));
    const whole = await run('ledger', 'verify');
    const [, anchor = ''] = /--anchor (\S+)/.exec(whole.out) ?? [];
    expect(anchor).toBe(`3:${'3'.padStart(64, '0')}`);
    expect((await run('ledger', 'verify', '--anchor', anchor)).code).toBe(0);
    keep(record(1), record(2));
    const cut = await run('ledger', 'verify', '--anchor', anchor, '--json');
    expect(cut.code).toBe(1);
    expect(allOutputs['ledger-verify'].parse(JSON.parse(cut.out))).toMatchObject({ intact: false });
    keep(record(1), record(2), { ...record(3), hash: 'f'.repeat(64) });
    expect((await run('ledger', 'verify', '--anchor', anchor)).code).toBe(1);
    expect((await run('ledger', 'verify', '--anchor', '3:xyz')).code).toBe(2);
  });

  test('shows signed bytes and signatures so that they can be taken from there', async () => {
    const files = makeSigningFolder();
    const key = makeKey('ed25519', { folder: files });
    writeFileSync(join(files, 'op.json'), MESSAGE);
    runSshKeygen('-q', '-Y', 'sign', '-n', APPROVAL_NAMESPACE, '-f', key.path, join(files, 'op.json'));
    const signature = readFileSync(join(files, 'op.json.sig'), 'utf8');
    // The longest message that there can be is not cut, either.
    const longest = `{"${'x'.repeat(MAX_MESSAGE_BYTES - 7)}":1}\n`;
    keep(record(1, { principal: 'anna', message: longest, signature }));
    const { out } = await run('ledger', 'show');
    expect(out).toMatch(/op\.approved +op_0123.* principal=anna$/m);
    const taken = out.split('\n').map((line) => line.trim());
    expect(taken).toContain(longest.trimEnd());
    const from = taken.indexOf('-----BEGIN SSH SIGNATURE-----');
    const to = taken.indexOf('-----END SSH SIGNATURE-----');
    expect(`${taken.slice(from, to + 1).join('\n')}\n`).toBe(signature);
  });
});
