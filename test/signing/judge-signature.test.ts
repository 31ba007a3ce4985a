// What counts as an approval: every kind of key, and every refusal by its code.
import { createPrivateKey, sign } from 'node:crypto';
import { existsSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { runTool, type RunTool } from '../../src/base/run-tool.ts';
import { APPROVAL_NAMESPACE, formatApproval } from '../../src/contracts/approval-payload.ts';
import type { ApiCode } from '../../src/contracts/api-error.ts';
import {
  formatArmor,
  formatSshsig,
  MAX_BLOB_BYTES,
  parseArmor,
  signedDataOf,
} from '../../src/signing/sshsig.ts';
import { readWire, wireMpint, wireString, wireUint32 } from '../../src/signing/wire.ts';
import { pseudoRandom } from '../contracts/pseudo-random.ts';
import { allowLine, GOOD_KINDS, makeKey, runSshKeygen, signByKeygen, signByNode } from './keys.ts';
import { makeSecurityKey, PIN, signBySecurityKey, SK_KINDS, TOUCHED } from './make-sk.ts';
import { acceptedByKeygen, judgeTest, MESSAGE, PAYLOAD, trustOf } from './trust-folder.ts';

/** Whoever asks ssh-keygen about what was to be refused before has asked too much of it. */
const notReached: RunTool = async () => Promise.reject(new Error('ssh-keygen was reached'));
/** A second verifier that finds everything good: what is refused now, ours refuses. */
const agreeable: RunTool = async ({ args }) => {
  const principal = args[args.indexOf('-I') + 1] ?? '';
  const stdout = `Good "${APPROVAL_NAMESPACE}" signature for ${principal} with ED25519 key ${told.fingerprint}\n`;
  return Promise.resolve({ state: 'ended', code: 0, stdout, stderr: '' });
};
const told = { fingerprint: '' };
const refused = (code: ApiCode, detail: unknown = expect.any(String)) => ({ state: 'refused', code, detail });

/** Anna's key, and the files that allow it. */
async function anna(
  kind: Parameters<typeof makeKey>[0] = 'ed25519',
  options: Parameters<typeof makeKey>[1] = {},
) {
  const key = makeKey(kind, options);
  told.fingerprint = key.fingerprint;
  return { key, trust: await trustOf({ allowed: allowLine('anna', key.line) }) };
}

test.each(GOOD_KINDS)('a signature by %s counts, with either hash, and says who signed', async (kind) => {
  const key = makeKey(kind);
  const allowed = allowLine('anna@felhom.eu', key.line);
  const trust = await trustOf({ allowed });
  expect(trust.told.problems).toEqual([]);
  for (const hash of ['sha512', 'sha256']) {
    const armor = signByKeygen(key, MESSAGE, { hash });
    expect(await judgeTest({ armor, trust })).toEqual({
      state: 'good',
      principal: 'anna@felhom.eu',
      fingerprint: key.fingerprint,
      keyType: key.line.split(' ')[0],
      armor,
      signerLine: allowed.trimEnd(),
    });
  }
});

test('an RSA signature counts with either of its two SHA-2 algorithms', async () => {
  const { key, trust } = await anna('rsa-3072', { pem: true });
  for (const digest of ['sha256', 'sha512'] as const) {
    expect(await judgeTest({ armor: signByNode(key, MESSAGE, { digest }), trust })).toMatchObject({
      state: 'good',
    });
  }
});

test.each(SK_KINDS)('a signature by %s counts when it was touched, and by no other flags', async (kind) => {
  const key = makeSecurityKey(kind);
  const trust = await trustOf({ allowed: allowLine('anna', key.line) });
  const judged = async (flags: number) => judgeTest({ armor: signBySecurityKey(key, MESSAGE, flags), trust });
  expect(await judged(TOUCHED)).toMatchObject({ state: 'good', fingerprint: key.fingerprint });
  expect(await judged(TOUCHED | PIN)).toMatchObject({ state: 'good' });
  expect(await judged(0)).toEqual(refused('E_SK_TOUCH'));
  expect(await judged(PIN)).toEqual(refused('E_SK_TOUCH'));
  for (const flag of [0x02, 0x08, 0x10, 0x20, 0x40, 0x80]) {
    expect(await judged(TOUCHED | flag)).toEqual(refused('E_SK_FLAGS'));
  }
});

test('ssh-keygen alone takes a security key that nobody touched', async () => {
  const key = makeSecurityKey();
  const allowed = allowLine('anna', key.line);
  expect(await acceptedByKeygen({ allowed, armor: signBySecurityKey(key, MESSAGE, 0) })).toBe(true);
});

test('a security key that was made for a web page is refused, one with a name behind ssh: is not', async () => {
  const judged = async (application: string) => {
    const key = makeSecurityKey('sk-ed25519', application);
    const trust = await trustOf({ allowed: allowLine('anna', key.line) });
    return judgeTest({ armor: signBySecurityKey(key, MESSAGE), trust });
  };
  expect(await judged('ssh:felhom')).toMatchObject({ state: 'good' });
  for (const application of ['https://felhom.eu', '', 'xssh:', 'ssh:\u0000', 'SSH:']) {
    expect(await judged(application)).toEqual(refused('E_SK_APPLICATION'));
  }
});

test('the policy can ask for a security key and for its PIN', async () => {
  const [plain, token] = [makeKey(), makeSecurityKey()];
  const allowed = allowLine('anna', plain.line) + allowLine('bela', token.line);
  const policy = 'version: 1\nstorage_wipe:\n  security_key: true\n  pin: true\n';
  const trust = await trustOf({ allowed, policy });
  expect(await judgeTest({ armor: signByKeygen(plain, MESSAGE), trust })).toEqual(refused('E_SK_REQUIRED'));
  expect(await judgeTest({ armor: signBySecurityKey(token, MESSAGE), trust })).toEqual(refused('E_SK_PIN'));
  const withPin = signBySecurityKey(token, MESSAGE, TOUCHED | PIN);
  expect(await judgeTest({ armor: withPin, trust })).toMatchObject({ state: 'good', principal: 'bela' });
});

test('the policy can name the approvers, and then only their signatures count', async () => {
  const [anna, bela] = [makeKey(), makeKey()];
  const trust = await trustOf({
    allowed: allowLine('anna', anna.line) + allowLine('bela', bela.line),
    policy: 'version: 1\nstorage_wipe: { approvers: [bela] }\n',
  });
  expect(await judgeTest({ armor: signByKeygen(anna, MESSAGE), trust })).toEqual(refused('E_OP_ROLE'));
  expect(await judgeTest({ armor: signByKeygen(bela, MESSAGE), trust })).toMatchObject({ state: 'good' });
});

test('a key that is nobody’s, revoked, not yet or no longer valid, or for other things is refused', async () => {
  const key = makeKey();
  const armor = signByKeygen(key, MESSAGE);
  const judged = async (allowed: string, revoked = '') =>
    judgeTest({ armor, trust: await trustOf({ allowed, revoked }), runTool: notReached });
  expect(await judged(allowLine('bela', makeKey().line))).toEqual(refused('E_KEY_UNKNOWN'));
  expect(await judged(allowLine('anna', key.line), `${key.line} gone\n`)).toEqual(refused('E_KEY_REVOKED'));
  // Also where its line was taken out already.
  expect(await judged(allowLine('bela', makeKey().line), key.line)).toEqual(refused('E_KEY_REVOKED'));
  expect(await judged(allowLine('anna', key.line, 'valid-after="20260803120001Z"'))).toEqual(
    refused('E_KEY_NOT_YET'),
  );
  expect(await judged(allowLine('anna', key.line, 'valid-before="202608031200Z"'))).toEqual(
    refused('E_KEY_EXPIRED'),
  );
  expect(await judged(`anna namespaces="git,file" ${key.line}\n`)).toEqual(refused('E_KEY_NAMESPACE'));
  const bounded = allowLine('anna', key.line, 'valid-after="202608031200Z",valid-before="20260803120001Z"');
  expect(await judgeTest({ armor, trust: await trustOf({ allowed: bounded }) })).toMatchObject({
    state: 'good',
  });
});

test('ssh-keygen reads the file of revoked keys as it is written: comments, weak keys, security keys', async () => {
  const { key } = await anna();
  const others = [makeKey('rsa-2048'), makeSecurityKey(), makeSecurityKey('sk-ecdsa'), makeKey('ecdsa-521')];
  const revoked = ['# gone', '', ...others.map(({ line }) => `  ${line} of somebody`), '\t# the end'].join(
    '\n',
  );
  const trust = await trustOf({ allowed: allowLine('anna', key.line), revoked });
  expect(await judgeTest({ armor: signByKeygen(key, MESSAGE), trust })).toMatchObject({ state: 'good' });
});

test('a revoked security key is revoked even when it was not touched', async () => {
  const key = makeSecurityKey();
  const trust = await trustOf({ allowed: allowLine('anna', key.line), revoked: key.line });
  expect(await judgeTest({ armor: signBySecurityKey(key, MESSAGE, 0), trust })).toEqual(
    refused('E_KEY_REVOKED'),
  );
});

test.each(['rsa-1024', 'rsa-2048'] as const)(
  '%s is too short here, though ssh-keygen takes it',
  async (kind) => {
    const { key, trust } = await anna(kind);
    const armor = signByKeygen(key, MESSAGE);
    expect(trust.told).toMatchObject({ ready: true, signers: [{ state: 'weak' }] });
    expect(await judgeTest({ armor, trust, runTool: notReached })).toEqual(refused('E_KEY_WEAK'));
    const elsewhere = await trustOf({ allowed: allowLine('bela', makeKey().line) });
    expect(await judgeTest({ armor, trust: elsewhere })).toEqual(refused('E_KEY_WEAK'));
    expect(await acceptedByKeygen({ allowed: trust.allowedText, armor })).toBe(true);
  },
);

test('SHA-1 with RSA is refused, and so is every algorithm that is not of the key', async () => {
  const { key, trust } = await anna('rsa-3072', { pem: true });
  const judged = async (change: Parameters<typeof signByNode>[2]) =>
    judgeTest({ armor: signByNode(key, MESSAGE, change), trust, runTool: notReached });
  expect(await judged({ digest: 'sha1' })).toEqual(refused('E_SIG_ALGORITHM'));
  for (const algorithm of [
    'ssh-rsa',
    'ssh-ed25519',
    'rsa-sha2-512-cert-v01@openssh.com',
    '',
    'constructor',
  ]) {
    expect(await judged({ algorithm })).toEqual(refused('E_SIG_ALGORITHM'));
  }
  // The name of one over the other.
  expect(await judged({ algorithm: 'rsa-sha2-512', digest: 'sha256' })).toEqual(refused('E_SIG_BAD'));
});

test('an RSA signature is as long as its key, and an ECDSA key names its own curve', async () => {
  const rsa = await anna('rsa-3072', { pem: true });
  const number = sign('sha512', signedDataOf(MESSAGE), createPrivateKey(readFileSync(rsa.key.path)));
  const judged = async (bytes: Buffer) => {
    const signature = Buffer.concat([wireString('rsa-sha2-512'), wireString(bytes)]);
    const armor = formatArmor(formatSshsig({ publicKey: rsa.key.blob, hash: 'sha512', signature }));
    return judgeTest({ armor, trust: rsa.trust });
  };
  expect(await judged(number)).toMatchObject({ state: 'good' });
  for (const bytes of [Buffer.concat([Buffer.of(0), number]), number.subarray(1), number.subarray(0, 0)]) {
    expect(await judged(bytes)).toEqual(refused('E_SIG_MALFORMED'));
  }
  const ecdsa = await anna('ecdsa-256');
  const { signature } = partsOf(signByKeygen(ecdsa.key, MESSAGE));
  const publicKey = Buffer.from(
    ecdsa.key.blob.toString('latin1').replace(/nistp256(?=\0)/, 'nistp384'),
    'latin1',
  );
  expect(publicKey.equals(ecdsa.key.blob)).toBe(false);
  const armor = formatArmor(formatSshsig({ publicKey, hash: 'sha512', signature }));
  expect(await judgeTest({ armor, trust: ecdsa.trust })).toEqual(
    refused('E_SIG_MALFORMED', 'the public key is on another curve than its type says'),
  );
});

test('a certificate is refused, also of a key that may approve', async () => {
  const { key, trust } = await anna();
  const ca = makeKey();
  runSshKeygen('-q', '-s', ca.path, '-I', 'id', '-n', 'anna', '-V', '+1d', `${key.path}.pub`);
  const [type = '', base64 = ''] = readFileSync(`${key.path}-cert.pub`, 'utf8').split(' ');
  const { signature } = partsOf(signByKeygen(key, MESSAGE));
  const armor = formatArmor(
    formatSshsig({ publicKey: Buffer.from(base64, 'base64'), hash: 'sha512', signature }),
  );
  expect(await judgeTest({ armor, trust, runTool: notReached })).toEqual(refused('E_CERTIFICATE'));
  const line = `anna namespaces="${APPROVAL_NAMESPACE}" ${type} ${base64}\n`;
  expect(await judgeTest({ armor, trust: await trustOf({ allowed: line }) })).toEqual(refused('E_TRUST'));
});

test('a kind of key that is not taken is refused by its kind', async () => {
  const { key, trust } = await anna();
  const { signature } = partsOf(signByKeygen(key, MESSAGE));
  for (const type of [
    'ssh-dss',
    'ssh-ed448',
    'webauthn-sk-ecdsa-sha2-nistp256@openssh.com',
    'toString',
    '',
  ]) {
    const publicKey = wireString(type);
    const armor = formatArmor(formatSshsig({ publicKey, hash: 'sha512', signature }));
    expect(await judgeTest({ armor, trust, runTool: notReached })).toEqual(refused('E_KEY_TYPE'));
  }
});

test('the parts of a signature must be what they are: version, namespace, hash, nothing reserved, nothing more', async () => {
  const { key, trust } = await anna();
  const { publicKey, signature } = partsOf(signByKeygen(key, MESSAGE));
  type Parts = {
    magic?: string;
    version?: number;
    namespace?: string;
    reserved?: string;
    hash?: string;
    more?: string;
  };
  const judged = async (parts: Parts) => {
    const {
      magic = 'SSHSIG',
      version = 1,
      namespace = APPROVAL_NAMESPACE,
      reserved = '',
      hash = 'sha512',
      more = '',
    } = parts;
    const strings = [publicKey, namespace, reserved, hash, signature].map(wireString);
    const blob = Buffer.concat([Buffer.from(magic), wireUint32(version), ...strings, Buffer.from(more)]);
    return judgeTest({ armor: formatArmor(blob), trust });
  };
  expect(await judged({})).toMatchObject({ state: 'good' });
  expect(await judged({ magic: 'SSHSIH' })).toEqual(refused('E_SIG_MALFORMED'));
  expect(await judged({ version: 0 })).toEqual(refused('E_SIG_VERSION'));
  expect(await judged({ version: 2 })).toEqual(refused('E_SIG_VERSION'));
  expect(await judged({ namespace: '' })).toEqual(refused('E_SIG_NAMESPACE'));
  expect(await judged({ reserved: 'x' })).toEqual(refused('E_SIG_MALFORMED'));
  expect(await judged({ hash: 'sha1' })).toEqual(refused('E_SIG_HASH'));
  expect(await judged({ hash: 'SHA512' })).toEqual(refused('E_SIG_HASH'));
  // What was signed says which hash it was.
  expect(await judged({ hash: 'sha256' })).toEqual(refused('E_SIG_BAD'));
  expect(await judged({ more: '\0' })).toEqual(refused('E_SIG_MALFORMED'));
});

test('a signature for git is told what it was made for, and what it needs', async () => {
  const { key, trust } = await anna();
  const armor = signByKeygen(key, MESSAGE, { namespace: 'git' });
  expect(await judgeTest({ armor, trust, runTool: notReached })).toEqual(
    refused('E_SIG_NAMESPACE', 'signed with -n git, need -n op-approval.v1@felhom.eu'),
  );
  const hostile = signByKeygen(key, MESSAGE, { namespace: '\u001b[2J\u202e' });
  expect(await judgeTest({ armor: hostile, trust })).toMatchObject({
    detail: expect.stringMatching(/^signed with -n ␛\P{C}*$/u),
  });
});

test('line ends, indents and empty lines of terminals and mails are taken; text beside it is not', async () => {
  const { key, trust } = await anna();
  const armor = signByKeygen(key, MESSAGE);
  const lines = armor.trimEnd().split('\n');
  const taken = [
    lines.join('\r\n'),
    // As a terminal pastes.
    lines.join('\r'),
    `\n\n   \r\n${lines.map((line) => `  \t${line}  `).join('\n')}\n\n\n`,
    [lines[0], lines.slice(1, -1).join(''), lines.at(-1)].join('\n'),
    [
      lines[0],
      ...lines
        .slice(1, -1)
        .join('')
        .split(/(.{20})/),
      lines.at(-1),
    ].join('\n'),
  ];
  for (const text of taken) {
    // What is kept is what ssh-keygen wrote.
    expect(await judgeTest({ armor: text, trust })).toMatchObject({ state: 'good', armor });
  }
  const refusedTexts = [
    '',
    'hello',
    MESSAGE,
    `${armor}and more`,
    `before\n${armor}`,
    armor + armor,
    `\ufeff${armor}`,
    lines.slice(1).join('\n'),
    lines.slice(0, -1).join('\n'),
    [lines[0], lines.at(-1)].join('\n'),
    lines[0] ?? '',
    armor.replace('BEGIN SSH', 'BEGIN PGP'),
    armor.replace('\nU1NI', '\nU1 NI'),
    armor.replace('\nU1NI', '\nU1-I'),
    armor.replace('\nU1NI', '\nU1N\u00a0I'),
    armor.replaceAll('\n', '\v'),
    armor.replace('\n-----END', '=\n-----END'),
    armor.replace('\n-----END', '====\n-----END'),
  ];
  for (const text of refusedTexts) {
    expect(await judgeTest({ armor: text, trust, runTool: notReached })).toEqual(refused('E_SIG_ARMOR'));
  }
});

test('ssh-keygen alone takes text after the end', async () => {
  const { key, trust } = await anna();
  const armor = `${signByKeygen(key, MESSAGE)}and another thing\n`;
  expect(await acceptedByKeygen({ allowed: trust.allowedText, armor })).toBe(true);
});

test('what is too large is refused before anything is made of it', async () => {
  const { key, trust } = await anna();
  const armor = signByKeygen(key, MESSAGE);
  const megabyte = formatArmor(Buffer.alloc(1024 * 1024, 'x'));
  const texts = [
    megabyte,
    armor + ' '.repeat(1024 * 1024),
    '\n'.repeat(16 * 1024 + 1),
    'é'.repeat(9 * 1024),
    formatArmor(Buffer.alloc(MAX_BLOB_BYTES + 1)),
  ];
  for (const text of texts) {
    expect(await judgeTest({ armor: text, trust, runTool: notReached })).toEqual(refused('E_SIG_TOO_LARGE'));
  }
});

test('lengths that lie are malformed, however large they claim to be', async () => {
  const { key, trust } = await anna();
  const blob = parseArmor(signByKeygen(key, MESSAGE));
  const judged = async (bytes: Buffer) =>
    judgeTest({ armor: formatArmor(bytes), trust, runTool: notReached });
  for (const length of [1, 5, 9, 10, 14, 40, blob.length - 1]) {
    expect(await judged(blob.subarray(0, length))).toEqual(refused('E_SIG_MALFORMED'));
  }
  for (const length of [0xffffffff, 0x7fffffff, blob.length, blob.length - 13]) {
    const lying = Buffer.from(blob);
    lying.writeUInt32BE(length, 10);
    expect(await judged(lying)).toEqual(refused('E_SIG_MALFORMED'));
  }
});

test('a key that is no key is malformed: off its curve, a number that is spelt in another way', async () => {
  const { trust } = await anna();
  const judged = async (...fields: readonly (string | Buffer)[]) => {
    const publicKey = Buffer.concat(fields.map(wireString));
    const signature = wireString('x');
    return judgeTest({
      armor: formatArmor(formatSshsig({ publicKey, hash: 'sha512', signature })),
      trust,
      runTool: notReached,
    });
  };
  const point = Buffer.alloc(65, 7).fill(4, 0, 1);
  const modulus = Buffer.alloc(385, 0xff).fill(0, 0, 1);
  const exponent = Buffer.of(1, 0, 1);
  const bad: readonly (readonly (string | Buffer)[])[] = [
    ['ssh-ed25519', Buffer.alloc(31)],
    ['ssh-ed25519', Buffer.alloc(33)],
    ['ssh-ed25519', Buffer.alloc(32), 'more'],
    ['ecdsa-sha2-nistp256', 'nistp256', point],
    ['ecdsa-sha2-nistp256', 'nistp384', point],
    ['ecdsa-sha2-nistp256', 'nistp256', Buffer.of(0)],
    ['ecdsa-sha2-nistp256', 'nistp256', Buffer.alloc(33, 2)],
    ['ssh-rsa', exponent, Buffer.alloc(384, 0xff)],
    ['ssh-rsa', exponent, Buffer.concat([Buffer.of(0), modulus])],
    ['ssh-rsa', exponent, Buffer.from(modulus).fill(0xfe, 384)],
    ['ssh-rsa', exponent, Buffer.alloc(64, 0x7f)],
    ['ssh-rsa', exponent, Buffer.alloc(4000, 0x7f)],
    ['ssh-rsa', Buffer.of(1), modulus],
    ['ssh-rsa', Buffer.of(2), modulus],
    ['ssh-rsa', Buffer.alloc(0), modulus],
    ['ssh-rsa', Buffer.of(0), modulus],
    ['ssh-rsa', Buffer.alloc(384, 0x7f), modulus],
    ['ssh-rsa', exponent],
  ];
  for (const fields of bad) expect(await judged(...fields)).toEqual(refused('E_SIG_MALFORMED'));
});

test('a point of ed25519 for which everybody can sign is no key', async () => {
  // Those of order 1, 2, 4 and 8, each with either sign, and in the spellings beyond the prime (RFC 8032, 5.1).
  const points = [
    '0100000000000000000000000000000000000000000000000000000000000000',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000000',
    'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
    '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  ].flatMap((hex) => {
    const [point, other] = [Buffer.from(hex, 'hex'), Buffer.from(hex, 'hex')];
    other[31] = (other[31] ?? 0) | 0x80;
    return [point, other];
  });
  for (const point of points) {
    for (const type of ['ssh-ed25519', 'sk-ssh-ed25519@openssh.com']) {
      const application = type === 'ssh-ed25519' ? [] : [wireString('ssh:')];
      const blob = Buffer.concat([wireString(type), wireString(point), ...application]);
      const trust = await trustOf({ allowed: allowLine('anna', `${type} ${blob.toString('base64')}`) });
      expect([point.toString('hex'), trust.ready]).toEqual([point.toString('hex'), false]);
    }
  }
  // What everybody can make: the neutral point, and zero.
  const [neutral = Buffer.alloc(32)] = points;
  const publicKey = Buffer.concat([wireString('ssh-ed25519'), wireString(neutral)]);
  const signature = Buffer.concat([
    wireString('ssh-ed25519'),
    wireString(Buffer.concat([neutral, Buffer.alloc(32)])),
  ]);
  const armor = formatArmor(formatSshsig({ publicKey, hash: 'sha512', signature }));
  const allowed = allowLine('anna', `ssh-ed25519 ${publicKey.toString('base64')}`);
  expect(await acceptedByKeygen({ allowed, armor })).toBe(true);
  const { trust } = await anna();
  expect(await judgeTest({ armor, trust, runTool: notReached })).toEqual(refused('E_SIG_MALFORMED'));
});

test('ECDSA numbers have one spelling and a range; the twin of a signature is one more signature of the same bytes', async () => {
  const { key, trust } = await anna('ecdsa-256', { pem: true });
  const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
  const bytesOf = (number: bigint) => Buffer.from(number.toString(16).padStart(66, '0'), 'hex');
  const both = sign('sha256', signedDataOf(MESSAGE), {
    key: createPrivateKey(readFileSync(key.path)),
    dsaEncoding: 'ieee-p1363',
  });
  const [r, s] = [both.subarray(0, 32), both.subarray(32)];
  const judged = async (message: string, ...mpints: readonly Buffer[]) => {
    const signature = Buffer.concat([wireString('ecdsa-sha2-nistp256'), wireString(Buffer.concat(mpints))]);
    const armor = formatArmor(formatSshsig({ publicKey: key.blob, hash: 'sha512', signature }));
    return judgeTest({ armor, trust, message });
  };
  const twin = bytesOf(order - BigInt(`0x${s.toString('hex')}`));
  expect(await judged(MESSAGE, wireMpint(r), wireMpint(s))).toMatchObject({ state: 'good' });
  // It is the maths of ECDSA. It approves nothing else, and an operation is approved only once.
  expect(await judged(MESSAGE, wireMpint(r), wireMpint(twin))).toMatchObject({ state: 'good' });
  const other = formatApproval({ ...PAYLOAD, nonce: 'd'.repeat(64) });
  expect(await judged(other, wireMpint(r), wireMpint(twin))).toEqual(refused('E_SIG_BAD'));
  const zero = wireString(Buffer.alloc(0));
  const long = (number: Buffer) => wireString(Buffer.concat([Buffer.alloc(2), number]));
  for (const mpints of [
    [wireMpint(r), zero],
    [zero, wireMpint(s)],
    [wireMpint(r), wireMpint(bytesOf(order))],
    [wireMpint(bytesOf(order)), wireMpint(s)],
    [wireMpint(r), wireMpint(bytesOf(order + BigInt(`0x${s.toString('hex')}`)))],
    [long(r), wireMpint(s)],
    [wireMpint(r), long(s)],
    [wireMpint(r), wireMpint(s), wireMpint(s)],
    [wireMpint(r)],
  ]) {
    expect(await judged(MESSAGE, ...mpints)).toEqual(refused('E_SIG_MALFORMED'));
  }
});

test('a changed member of the message, or a changed byte of it, is not what was signed', async () => {
  const { key, trust } = await anna();
  const armor = signByKeygen(key, MESSAGE);
  const judged = async (message: string) => judgeTest({ armor, trust, message, runTool: notReached });
  let changed = 0;
  for (const message of otherMessages()) {
    changed += 1;
    expect(message).not.toBe(MESSAGE);
    expect(await judged(message)).toEqual(refused('E_SIG_BAD'));
  }
  expect(changed).toBeGreaterThan(25);
  for (let at = 0; at < MESSAGE.length; at += 1) {
    const letter = String.fromCodePoint((MESSAGE.codePointAt(at) ?? 0) ^ 1);
    const message = MESSAGE.slice(0, at) + letter + MESSAGE.slice(at + 1);
    expect(await judged(message)).toEqual(refused('E_SIG_BAD'));
  }
});

test('three thousand signatures with one byte changed: none counts, with a second verifier that finds all good', async () => {
  const random = pseudoRandom(20_260_803);
  const seen = new Map<string, number>();
  const token = makeSecurityKey();
  const cases = [];
  for (const kind of ['ed25519', 'ecdsa-256', 'rsa-3072'] as const) {
    const { key, trust } = await anna(kind);
    cases.push({ trust, armor: signByKeygen(key, MESSAGE), fingerprint: key.fingerprint });
  }
  cases.push({
    trust: await trustOf({ allowed: allowLine('anna', token.line) }),
    armor: signBySecurityKey(token, MESSAGE),
    fingerprint: token.fingerprint,
  });
  for (const { trust, armor, fingerprint } of cases) {
    told.fingerprint = fingerprint;
    const judged = async (text: string) => judgeTest({ armor: text, trust, runTool: agreeable });
    // The second verifier of this test lets everything through: whatever is refused, ours refuses.
    expect(await judged(armor)).toMatchObject({ state: 'good' });
    const blob = parseArmor(armor);
    for (let round = 0; round < 800; round += 1) {
      const bytes = Buffer.from(round % 2 === 0 ? blob : Buffer.from(armor, 'latin1'));
      const at = random(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 + random(255));
      const text = round % 2 === 0 ? formatArmor(bytes) : bytes.toString('latin1');
      const result = await judged(text);
      const same = result.state === 'good' && parseArmor(text).equals(blob);
      // A line end that became another kind of blank changes nothing of the signature.
      const outcome = result.state === 'refused' ? result.code : same ? 'same' : 'good';
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
  }
  expect(seen.get('good')).toBeUndefined();
  expect(seen.get('same') ?? 0).toBeLessThan(20);
  expect([...seen.keys()]).toEqual(expect.arrayContaining(['E_SIG_BAD', 'E_SIG_ARMOR', 'E_SIG_MALFORMED']));
});

test('what people do to the bytes before they sign is explained, and counts for nothing', async () => {
  const { key, trust } = await anna();
  const other = formatApproval({ ...PAYLOAD, op_id: `op_${'9'.repeat(24)}` });
  const bare = MESSAGE.trimEnd();
  const base64 = Buffer.from(MESSAGE).toString('base64');
  const judged = async (signed: string | Buffer) =>
    judgeTest({ armor: signByKeygen(key, signed), trust, others: [other], runTool: notReached });
  const explained: readonly (readonly [string | Buffer, string])[] = [
    [bare, 'these bytes were signed without the end of their line'],
    [`${MESSAGE}\n`, 'these bytes were signed with an empty line more'],
    [`${bare}\r\n`, 'these bytes were signed with the line end of Windows (CRLF)'],
    [`\ufeff${MESSAGE}`, 'these bytes were signed with a byte order mark before them'],
    [
      Buffer.from(`\ufeff${bare}\r\n`, 'utf16le'),
      'these bytes were signed as UTF-16, as PowerShell writes files',
    ],
    [base64, 'these bytes were signed as base64: decode them first'],
    [`${base64.replaceAll(/.{64}/g, '$&\n')}\n`, 'these bytes were signed as base64: decode them first'],
    [other, 'the signature is for another operation that is open'],
    ['anything', 'the signature does not fit these bytes'],
  ];
  for (const [signed, detail] of explained)
    expect(await judged(signed)).toEqual(refused('E_SIG_BAD', detail));
});

test('a stranger’s signature is not looked into: it costs one check', async () => {
  const { trust } = await anna();
  const armor = signByKeygen(makeKey(), MESSAGE.trimEnd());
  expect(await judgeTest({ armor, trust })).toEqual(
    refused('E_SIG_BAD', 'the signature does not fit these bytes'),
  );
});

test('ssh-keygen has to agree, about who signed, too; what it says otherwise is told', async () => {
  const { key, trust } = await anna();
  const armor = signByKeygen(key, MESSAGE);
  const judged = async (tool: RunTool) => judgeTest({ armor, trust, runTool: tool });
  const ended =
    (code: number, stdout: string, stderr = ''): RunTool =>
    async () =>
      Promise.resolve({ state: 'ended', code, stdout, stderr });
  const good = `Good "${APPROVAL_NAMESPACE}" signature for anna with ED25519 key ${key.fingerprint}\n`;
  expect(await judged(ended(0, good))).toMatchObject({ state: 'good' });
  for (const tool of [
    ended(255, '', 'Could not verify signature.\n'),
    ended(255, good),
    ended(0, ''),
    ended(0, good.replace('anna', 'bela')),
    ended(0, good.replace(key.fingerprint, makeKey().fingerprint)),
    ended(0, good.replace(APPROVAL_NAMESPACE, 'git')),
    ended(0, `${good}${good}`),
    async () => Promise.resolve({ state: 'missing' as const }),
    async () => Promise.resolve({ state: 'timeout' as const, stdout: good, stuck: false }),
    async () => Promise.resolve({ state: 'too-large' as const }),
    async () => Promise.reject(new Error('no more processes')),
  ]) {
    expect(await judged(tool)).toEqual(refused('E_VERIFIERS'));
  }
  expect(await judged(ended(255, '', 'Could not\u001b[2J verify.\n'))).toEqual(
    refused('E_VERIFIERS', 'ssh-keygen does not agree (255): Could not␛[2J verify.'),
  );
  const wrong = signByKeygen(key, 'anything');
  expect(await judgeTest({ armor: wrong, trust, runTool: ended(0, good) })).toEqual(refused('E_SIG_BAD'));
});

test('ssh-keygen is asked about the moment of the agent’s clock, not about its own', async () => {
  const key = makeKey();
  const at = Date.UTC(2031, 0, 1);
  const allowed = allowLine('anna', key.line, 'valid-after="20301231Z",valid-before="20310102Z"');
  const armor = signByKeygen(key, MESSAGE);
  expect(await judgeTest({ armor, trust: await trustOf({ allowed }, at), at })).toMatchObject({
    state: 'good',
  });
});

test('what ssh-keygen gets are open files without a name: nobody can put others there, and nothing is left behind', async () => {
  const { key, trust } = await anna();
  const asked: { words: readonly string[]; files: readonly string[] }[] = [];
  const watched: RunTool = async (request) => {
    const { args, stdin = -1, inherit = [] } = request;
    const files = [stdin, ...inherit].map((fd) => readlinkSync(`/proc/self/fd/${fd}`));
    asked.push({ words: args.filter((word) => word.startsWith('/')), files });
    return runTool(request);
  };
  const armor = signByKeygen(key, MESSAGE);
  expect(await judgeTest({ armor, trust, runTool: watched })).toMatchObject({ state: 'good' });
  const gone = expect.stringMatching(/ \(deleted\)$/);
  expect(asked).toEqual([
    { words: ['/dev/fd/3', '/dev/fd/4', '/dev/fd/5'], files: [gone, gone, gone, gone] },
  ]);
  expect(asked[0]?.files.map((file) => existsSync(dirname(file)))).toEqual([false, false, false, false]);
});

test('files that cannot be trusted let nobody approve, and the refusal names the line', async () => {
  const key = makeKey();
  const trust = await trustOf({ allowed: `${allowLine('anna', key.line)}nonsense\n` });
  expect(await judgeTest({ armor: signByKeygen(key, MESSAGE), trust, runTool: notReached })).toEqual(
    refused('E_TRUST', expect.stringMatching(/allowed_signers:2: after the name must stand namespaces=/)),
  );
});

/** The message with each member changed, each left out, and with one more. */
function* otherMessages(): Generator<string> {
  const text = MESSAGE.trimEnd();
  for (const [member] of text.matchAll(/"[a-z_0-9]+":(?:"[^"]*"|\d+)/g)) {
    const at = member.indexOf(':') + 1;
    const value = member.slice(at);
    const other = value.startsWith('"') ? `"x${value.slice(1)}` : `${value}1`;
    yield `${text.replace(member, member.slice(0, at) + other)}\n`;
    yield `${text.replace(new RegExp(`,?${member.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`), '')}\n`;
  }
  yield `{"aa":1,${text.slice(1)}\n`;
  yield `${text}\n\n`;
  yield text;
}

function partsOf(armor: string): { publicKey: Buffer; signature: Buffer } {
  return readWire(parseArmor(armor), 'it', (wire) => {
    wire.raw(10);
    const publicKey = wire.string();
    for (let skipped = 0; skipped < 3; skipped += 1) wire.string();
    return { publicKey, signature: wire.string() };
  });
}
