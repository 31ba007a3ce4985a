// The files that say who may approve: whose they are, what is in them, and which keys lie on this host.
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runTool, type RunTool } from '../../src/base/run-tool.ts';
import { signersTold } from '../../src/contracts/signers-told.ts';
import { readTrust } from '../../src/signing/read-trust.ts';
import { MAX_TRUST_FILE_BYTES } from '../../src/signing/trust-file.ts';
import { allowLine, makeKey, makeSigningFolder, signByKeygen } from './keys.ts';
import { makeSecurityKey } from './make-sk.ts';
import { judgeTest, MESSAGE, NOON, readTestTrust, trustOf, writeTrust } from './trust-folder.ts';

const NOBODY = 65_534;
const { line: KEY } = makeSecurityKey();
const ANNA = allowLine('anna', KEY);

test('files as they should be are ready, and tell each signer with its state', async () => {
  const [plain, expired, early, weak, revoked] = [
    makeKey(),
    makeKey(),
    makeKey(),
    makeKey('rsa-2048'),
    makeKey(),
  ];
  const allowed = [
    '# signers\n',
    allowLine('anna', plain.line),
    allowLine('bela', expired.line, 'valid-before="20260101Z"'),
    allowLine('cili', early.line, 'valid-after="20270101Z"'),
    allowLine('dani', weak.line),
    allowLine('edit', revoked.line),
    `feri namespaces="git" ${makeSecurityKey().line}\n`,
    ANNA,
  ].join('');
  const { ready, told, policy } = await trustOf({ allowed, revoked: `${revoked.line}\n` });
  expect(signersTold.parse(told)).toEqual(told);
  expect({ ready, problems: told.problems }).toEqual({ ready: true, problems: [] });
  expect(told.signers.map(({ principal, state, line }) => `${line} ${principal} ${state}`)).toEqual([
    '2 anna usable',
    '3 bela expired',
    '4 cili not-yet',
    '5 dani weak',
    '6 edit revoked',
    '7 feri namespace',
    '8 anna usable',
  ]);
  expect(told.signers[0]).toMatchObject({ fingerprint: plain.fingerprint, key_type: 'ssh-ed25519' });
  expect(told.signers[1]).toMatchObject({ valid_after: null, valid_before: Date.UTC(2026, 0, 1) });
  expect(policy).toMatchObject({ threshold: 1, lifetime_minutes: 60, offline_hours: 24 });
});

test('a missing file of signers or of revoked keys lets nobody approve; a missing policy is the least', async () => {
  const folder = writeTrust({ allowed: ANNA });
  expect(await readTestTrust(folder)).toMatchObject({ ready: true });
  rmSync(join(folder, 'revoked_signers'));
  const without = await readTestTrust(folder);
  expect(without).toMatchObject({ ready: false });
  const revoked = join(folder, 'revoked_signers');
  expect(without.told.problems).toEqual([
    { file: revoked, line: null, detail: `it is missing, so nobody can approve: touch ${revoked}` },
  ]);
  rmSync(join(folder, 'allowed_signers'));
  expect((await readTestTrust(folder)).told.problems).toHaveLength(2);
  expect((await readTestTrust(join(folder, 'nowhere'))).told.problems).toMatchObject([
    { file: join(folder, 'nowhere'), detail: expect.stringMatching(/there is no folder/) },
  ]);
});

test('a file in which nobody stands is not ready', async () => {
  for (const allowed of ['', '\n', '# nobody\n']) {
    const { ready, told } = await trustOf({ allowed });
    expect({ ready, detail: told.problems[0]?.detail }).toEqual({
      ready: false,
      detail: 'nobody stands in it: add a line for who may sign',
    });
  }
});

test.each(['allowed_signers', 'revoked_signers', 'policy.yaml'])(
  '%s that others could have written, or that is no plain file, counts for nothing',
  async (name) => {
    const folder = writeTrust({ allowed: ANNA, policy: 'version: 1\n' });
    const path = join(folder, name);
    const other = join(folder, 'other');
    copyFileSync(path, other);
    const problem = async () => {
      const { ready, told } = await readTestTrust(folder);
      return { ready, problems: told.problems };
    };
    const refused = (detail: RegExp) => ({
      ready: false,
      problems: [{ file: path, line: null, detail: expect.stringMatching(detail) }],
    });
    expect(await problem()).toEqual({ ready: true, problems: [] });
    for (const mode of [0o664, 0o646, 0o622]) {
      chmodSync(path, mode);
      expect(await problem()).toEqual(refused(/others may write it: chown root .* && chmod go-w/));
    }
    chmodSync(path, 0o600);
    expect(await problem()).toMatchObject({ ready: true });
    chownSync(path, NOBODY, NOBODY);
    expect(await problem()).toEqual(refused(/others may write it/));
    rmSync(path);
    symlinkSync(other, path);
    expect(await problem()).toEqual(refused(/it is a link/));
    rmSync(path);
    mkdirSync(path);
    expect(await problem()).toEqual(refused(/no regular file/));
    rmSync(path, { recursive: true });
    execFileSync('mkfifo', [path]);
    expect(await problem()).toEqual(refused(/no regular file/));
    rmSync(path);
    writeFileSync(path, '#'.repeat(MAX_TRUST_FILE_BYTES + 1));
    expect(await problem()).toEqual(refused(/larger than 65536 bytes/));
  },
);

test('a file as large as is taken is read, and one of 256 KiB is not parsed', async () => {
  const { line } = makeKey();
  const allowed = allowLine('anna', line);
  const full = allowed + '#'.repeat(MAX_TRUST_FILE_BYTES - allowed.length);
  expect(await trustOf({ allowed: full })).toMatchObject({ ready: true });
  expect(await trustOf({ allowed: allowed.repeat(2000) })).toMatchObject({ ready: false, signers: [] });
});

test('a folder into which others may write counts for nothing, nor one below such a folder, but for those like /tmp', async () => {
  const above = makeSigningFolder();
  const folder = writeTrust({ allowed: ANNA }, mkdtempSync(join(above, 'trust-')));
  const detail = async () => (await readTestTrust(folder)).told.problems.map(({ detail }) => detail);
  expect(await detail()).toEqual([]);
  chmodSync(folder, 0o775);
  expect(await detail()).toEqual([expect.stringContaining(`others may write into ${folder}:`)]);
  // Whoever may make files in it could make a policy that is missing, sticky or not.
  chmodSync(folder, 0o1777);
  expect(await detail()).toEqual([expect.stringContaining(`others may write into ${folder}:`)]);
  chmodSync(folder, 0o755);
  chmodSync(above, 0o777);
  expect(await detail()).toEqual([expect.stringContaining(`others may write into ${above}:`)]);
  chmodSync(above, 0o1777);
  expect(await detail()).toEqual([]);
  chownSync(above, NOBODY, NOBODY);
  expect(await detail()).toEqual([expect.stringContaining(`others may write into ${above}:`)]);
});

test('a path over a link is refused, and names the folder itself', async () => {
  const above = makeSigningFolder();
  const folder = writeTrust({ allowed: ANNA }, mkdtempSync(join(above, 'trust-')));
  const link = join(above, 'link');
  symlinkSync(folder, link);
  expect((await readTestTrust(link)).told.problems).toMatchObject([
    { file: link, detail: `its path leads over a link: name the folder itself, ${folder}` },
  ]);
});

test('what is copied to the other hosts of a cluster is refused before it is touched', async () => {
  for (const folder of ['/etc/pve', '/etc/pve/felhom', '/etc/./pve/../pve/x', '//etc/pve']) {
    expect((await readTestTrust(folder)).told.problems).toMatchObject([
      { detail: expect.stringMatching(/^\/etc\/pve is copied to other hosts/) },
    ]);
  }
  expect((await readTestTrust('/etc/pvex')).told.problems).toMatchObject([
    { detail: 'there is no folder /etc/pvex' },
  ]);
});

test.each([
  ['nothing', '', 1, /version/],
  ['another version', 'version: 2\n', 1, /version/],
  ['a threshold that is not there yet', 'version: 1\nstorage_wipe:\n  threshold: 2\n', 3, /only 1 is there/],
  ['a threshold of nobody', 'version: 1\nstorage_wipe:\n  threshold: 0\n', 3, /only 1 is there/],
  [
    'a lifetime that is too long',
    'version: 1\nstorage_wipe:\n  lifetime_minutes: 61\n',
    3,
    /lifetime_minutes: a whole number from 1 to 60/,
  ],
  ['a lifetime of nothing', 'version: 1\nstorage_wipe:\n  lifetime_minutes: 0\n', 3, /lifetime_minutes/],
  ['a time offline that is too long', 'version: 1\nstorage_wipe:\n  offline_hours: 25\n', 3, /offline_hours/],
  ['nobody as approver', 'version: 1\nstorage_wipe:\n  approvers: []\n', 3, /approvers/],
  ['a word that is misspelt', 'version: 1\nstorage_wipe:\n  securitykey: true\n', 3, /securitykey/],
  ['an operation that is not known', 'version: 1\nstorage_whipe: {}\n', 2, /storage_whipe/],
  ['a yes that is none', 'version: 1\nstorage_wipe:\n  security_key: yes\n', 3, /security_key/],
  ['a PIN of any key', 'version: 1\nstorage_wipe:\n  pin: true\n', 3, /security_key: true as well/],
  ['a member twice', 'version: 1\nstorage_wipe:\n  pin: false\n  pin: false\n', 4, /unique/],
  ['two documents', 'version: 1\n---\nversion: 1\n', 2, /./],
  ['what is no YAML', 'version: [1\n', 2, /./],
  ['a list', '- 1\n', 1, /./],
  ['no version in words', 'storage_wipe:\n  pin: false\n', 1, /the line "version: 1" must be there/],
  [
    'a misspelt word, told',
    'version: 1\nstorage_wipe:\n  lifetime: 5\n',
    3,
    /storage_wipe: "lifetime" is not known: see whether it is misspelt, else take it out/,
  ],
])('a policy with %s lets nobody approve, and names the line', async (_what, policy, line, detail) => {
  const trust = await trustOf({ allowed: ANNA, policy });
  expect(trust).toMatchObject({ ready: false, policy: null, told: { policy: null } });
  expect(trust.told.problems).toEqual([
    { file: expect.stringMatching(/policy\.yaml$/), line, detail: expect.stringMatching(detail) },
  ]);
});

test('a policy that asks for more is told, and who does not meet it', async () => {
  const plain = makeKey();
  const policy =
    'version: 1\nstorage_wipe:\n  lifetime_minutes: 30\n  offline_hours: 8\n  approvers: [anna]\n  security_key: true\n  pin: true\n';
  const allowed = `${ANNA}${allowLine('anna', plain.line)}${allowLine('bela', makeSecurityKey().line)}`;
  const { told } = await trustOf({ allowed, policy });
  expect(told).toMatchObject({
    ready: true,
    policy: {
      threshold: 1,
      lifetime_minutes: 30,
      offline_hours: 8,
      approvers: ['anna'],
      security_key: true,
      pin: true,
    },
    signers: [{ state: 'usable' }, { state: 'security-key-needed' }, { state: 'not-approver' }],
  });
});

test('the digest changes with every byte of any of the three files', async () => {
  const texts = { allowed: ANNA, revoked: '', policy: 'version: 1\n' };
  const digests = await Promise.all(
    [
      texts,
      { ...texts, allowed: `${ANNA} ` },
      { ...texts, revoked: '\n' },
      { ...texts, policy: 'version: 1 \n' },
      { allowed: ANNA },
      { allowed: '', revoked: ANNA },
    ].map(async (of) => (await trustOf(of)).digest),
  );
  expect(new Set(digests).size).toBe(digests.length);
  expect((await trustOf(texts)).digest).toBe(digests[0]);
});

test('a key whose private half lies on this host is refused, however it is kept there', async () => {
  const home = makeSigningFolder();
  const put = (name: string, from: string) => {
    mkdirSync(join(home, name, '..'), { recursive: true });
    copyFileSync(from, join(home, name));
  };
  const kept = [
    makeKey('ed25519'),
    makeKey('ecdsa-384'),
    makeKey('ed25519', { passphrase: 'secret' }),
    makeKey('rsa-3072', { pem: true }),
    makeKey('ecdsa-256', { pem: true }),
  ];
  for (const [at, { path }] of kept.entries()) put(`.ssh/deep/er/key${at}`, path);
  const locked = makeKey('ecdsa-521', { pem: true, passphrase: 'secret' });
  put('.ssh/locked', locked.path);
  put('.ssh/locked.pub', `${locked.path}.pub`);
  const pkcs8 = makeKey('ecdsa-256', { pem: true });
  execFileSync('openssl', [
    'pkcs8',
    '-topk8',
    '-nocrypt',
    '-in',
    pkcs8.path,
    '-out',
    join(home, '.ssh/pkcs8'),
  ]);
  const putty = makeKey();
  const base64 = putty.blob.toString('base64').replaceAll(/.{64}/g, '$&\r\n');
  writeFileSync(
    join(home, '.ssh/laptop.ppk'),
    `PuTTY-User-Key-File-3: ssh-ed25519\r\nEncryption: none\r\nComment: x\r\nPublic-Lines: 2\r\n${base64}\r\nPrivate-Lines: 1\r\nAAAA\r\n`,
  );
  // These are elsewhere: only the public half is here.
  const away = [makeKey(), makeKey('rsa-3072')];
  for (const [at, { path }] of away.entries()) put(`.ssh/away${at}.pub`, `${path}.pub`);
  writeFileSync(join(home, '.ssh/authorized_keys'), away.map(({ line }) => `${line}\n`).join(''));
  const all = [...kept, locked, pkcs8, putty, ...away];
  const allowed = all.map(({ line }, at) => allowLine(`key${at}`, line)).join('');
  const folder = writeTrust({ allowed });
  const trust = await readTestTrust(folder, { keyFolders: [join(home, '.ssh')] });
  expect(trust.told.problems).toEqual([]);
  expect(trust.told.signers.map(({ state }) => state)).toEqual([
    ...Array.from({ length: 8 }, () => 'on-host'),
    'usable',
    'usable',
  ]);
  const [first] = kept;
  const armor = first === undefined ? '' : signByKeygen(first, MESSAGE);
  expect(await judgeTest({ armor, trust })).toMatchObject({ code: 'E_KEY_ON_HOST' });
});

test('folders of everybody who logs in are looked into; a folder that is not there holds nothing', async () => {
  const homes = makeSigningFolder();
  const key = makeKey();
  mkdirSync(join(homes, 'bela/.ssh'), { recursive: true });
  mkdirSync(join(homes, 'without'));
  copyFileSync(key.path, join(homes, 'bela/.ssh/id'));
  const folder = writeTrust({ allowed: allowLine('anna', key.line) });
  const states = async (...keyFolders: string[]) => {
    const { told } = await readTestTrust(folder, { keyFolders });
    return [told.signers[0]?.state, ...told.problems];
  };
  expect(await states(`${homes}/*/.ssh`)).toEqual(['on-host']);
  expect(await states(`${homes}/*/.gnupg`, `${homes}/nowhere`, '/nowhere/*/.ssh')).toEqual(['usable']);
  expect(await states(`${homes}/nowhere`, `${homes}/*/.ssh`)).toEqual(['on-host']);
});

test('the private file of a security key holds no key, so it may lie on the host', async () => {
  const home = makeSigningFolder();
  const token = makeSecurityKey();
  // What ssh-keygen writes begins with the public half; the rest is not looked at.
  const string = (content: string | Buffer) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([length, Buffer.from(content)]);
  };
  const head = ['none', 'none', ''].map(string);
  const blob = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...head,
    Buffer.of(0, 0, 0, 1),
    string(token.blob),
  ]);
  const pem = `-----BEGIN OPENSSH PRIVATE KEY-----\n${blob.toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
  writeFileSync(join(home, 'id_ed25519_sk'), pem);
  const folder = writeTrust({ allowed: allowLine('anna', token.line) });
  const { told } = await readTestTrust(folder, { keyFolders: [home] });
  expect(told).toMatchObject({ ready: true, signers: [{ state: 'usable' }] });
});

test('odd things among keys are passed by: a FIFO, a socket’s place, a device behind a link, a loop of links', async () => {
  const home = makeSigningFolder();
  execFileSync('mkfifo', [join(home, 'fifo')]);
  symlinkSync('/dev/zero', join(home, 'zero'));
  symlinkSync(home, join(home, 'loop'));
  symlinkSync('nowhere', join(home, 'dangling'));
  writeFileSync(join(home, 'half'), '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n');
  writeFileSync(join(home, 'empty'), '');
  writeFileSync(join(home, 'two\nlines'), '-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n');
  const { told } = await readTestTrust(writeTrust({ allowed: ANNA }), { keyFolders: [home] });
  expect(told.problems).toEqual([]);
});

test('a file that is far too large for a key stops nobody, whoever has put it among his keys', async () => {
  const home = makeSigningFolder();
  const huge = join(home, 'huge');
  writeFileSync(huge, '');
  truncateSync(huge, 64 * 1024 ** 3);
  const { told } = await readTestTrust(writeTrust({ allowed: ANNA }), { keyFolders: [home] });
  expect(told.problems).toEqual([]);
});

test('what cannot be looked into could hold a key: nobody can approve until it can', async () => {
  const folder = writeTrust({ allowed: ANNA });
  const hanging: RunTool = async (request) =>
    request.file === 'find'
      ? Promise.resolve({ state: 'timeout', stdout: '', stuck: false })
      : runTool(request);
  const { ready, told } = await readTrust({
    folder,
    keyFolders: ['/root/.ssh'],
    runTool: hanging,
    now: NOON,
  });
  expect({ ready, problems: told.problems }).toEqual({
    ready: false,
    problems: [
      {
        file: '/root/.ssh',
        line: null,
        detail: 'whether private keys of signers lie there cannot be seen: find: timeout',
      },
    ],
  });
});

test('without ssh-keygen nobody can approve, and it is said before anybody signs', async () => {
  const without: RunTool = async () => Promise.resolve({ state: 'missing' });
  const { told } = await readTestTrust(writeTrust({ allowed: ANNA }), { runTool: without });
  expect(told.problems).toEqual([
    {
      file: '',
      line: null,
      detail: 'ssh-keygen cannot be run (missing), and it has to agree: apt install openssh-client',
    },
  ]);
});
