// Keys of people who approve, and their signatures: made by the real ssh-keygen, or in Node from the same key
// where the test wants what ssh-keygen would never write.
import { execFileSync } from 'node:child_process';
import { createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { APPROVAL_NAMESPACE } from '../../src/contracts/approval-payload.ts';
import { formatArmor, formatSshsig, signedDataOf, type SshsigHash } from '../../src/signing/sshsig.ts';
import { wireMpint, wireString } from '../../src/signing/wire.ts';

export type Kind = 'ed25519' | 'ecdsa-256' | 'ecdsa-384' | 'ecdsa-521' | 'rsa-1024' | 'rsa-2048' | 'rsa-3072';

/** All kinds that may approve, but for security keys (make-sk.ts). */
export const GOOD_KINDS = ['ed25519', 'ecdsa-256', 'ecdsa-384', 'ecdsa-521', 'rsa-3072'] as const;

export type TestKey = {
  readonly kind: Kind;
  /** Of the private key; the public one is beside it as `.pub`. */
  readonly path: string;
  readonly folder: string;
  /** `ssh-ed25519 AAAA…`, without the comment. */
  readonly line: string;
  readonly blob: Buffer;
  /** `SHA256:…`, as ssh-keygen told it. */
  readonly fingerprint: string;
};

/** A folder that goes away with the test, for nobody but root. */
export function makeSigningFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-signing-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const runSshKeygen = (...args: readonly string[]): string =>
  execFileSync('ssh-keygen', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

export type MakeKey = { readonly folder?: string; readonly passphrase?: string; readonly pem?: true };

/** By ssh-keygen(1), in a folder of its own or in the one that is given. */
export function makeKey(kind: Kind = 'ed25519', options: MakeKey = {}): TestKey {
  const folder = options.folder ?? makeSigningFolder();
  const path = join(mkdtempSync(join(folder, 'key-')), 'key');
  const [type = '', bits] = kind.split('-');
  const size = bits === undefined ? [] : ['-b', bits];
  const form = options.pem === undefined ? [] : ['-m', 'PEM'];
  const comment = `of a test, ${kind}`;
  const secret = options.passphrase ?? '';
  runSshKeygen('-q', '-t', type, ...size, ...form, '-N', secret, '-C', comment, '-f', path);
  return readKey(kind, path);
}

function readKey(kind: Kind, path: string): TestKey {
  const [type = '', base64 = ''] = readFileSync(`${path}.pub`, 'utf8').split(' ');
  const [, fingerprint = ''] = runSshKeygen('-l', '-f', `${path}.pub`).split(' ');
  const folder = join(path, '..');
  return { kind, path, folder, line: `${type} ${base64}`, blob: Buffer.from(base64, 'base64'), fingerprint };
}

/** `ssh-keygen -Y sign`, as a technician does it. */
export function signByKeygen(
  key: Pick<TestKey, 'path' | 'folder'>,
  message: string | Uint8Array,
  { namespace = APPROVAL_NAMESPACE, hash = 'sha512' }: { namespace?: string; hash?: string } = {},
): string {
  const file = join(mkdtempSync(join(key.folder, 'signed-')), 'op.json');
  writeFileSync(file, message);
  runSshKeygen('-q', '-Y', 'sign', '-n', namespace, '-O', `hashalg=${hash}`, '-f', key.path, file);
  return readFileSync(`${file}.sig`, 'utf8');
}

export type SignByNode = {
  readonly hash?: SshsigHash;
  /** Of the signature, in the place of the one that belongs to the key. */
  readonly algorithm?: string;
  /** Of RSA. */
  readonly digest?: 'sha1' | 'sha256' | 'sha512';
};

/** The same by Node, from a key that was made with `pem`. */
export function signByNode(
  key: TestKey,
  message: string,
  { hash = 'sha512', ...rest }: SignByNode = {},
): string {
  const signature = signatureBlob(key, signedDataOf(message, hash), rest);
  return formatArmor(formatSshsig({ publicKey: key.blob, hash, signature }));
}

function signatureBlob(
  { kind, path }: TestKey,
  data: Buffer,
  { algorithm, digest = 'sha512' }: Omit<SignByNode, 'hash'> = {},
): Buffer {
  if (kind === 'ed25519') throw new Error('ssh-keygen writes ed25519 keys in a form that Node does not read');
  const key = createPrivateKey(readFileSync(path));
  if (kind.startsWith('rsa')) {
    const name = { sha1: 'ssh-rsa', sha256: 'rsa-sha2-256', sha512: 'rsa-sha2-512' }[digest];
    return Buffer.concat([wireString(algorithm ?? name), wireString(sign(digest, data, key))]);
  }
  const bits = kind.split('-')[1] ?? '';
  return Buffer.concat([
    wireString(algorithm ?? `ecdsa-sha2-nistp${bits}`),
    wireString(ecdsaPair(key, data, bits)),
  ]);
}

/** The two numbers of an ECDSA signature, as SSH writes them. */
export function ecdsaPair(key: KeyObject, data: Buffer, bits: string): Buffer {
  const digest = { '256': 'sha256', '384': 'sha384', '521': 'sha512' }[bits];
  const both = sign(digest, data, { key, dsaEncoding: 'ieee-p1363' });
  const half = both.length / 2;
  return Buffer.concat([wireMpint(both.subarray(0, half)), wireMpint(both.subarray(half))]);
}

/** A line of `allowed_signers`. */
export const allowLine = (principal: string, line: string, options = ''): string =>
  `${principal} namespaces="${APPROVAL_NAMESPACE}"${options === '' ? '' : `,${options}`} ${line}\n`;
