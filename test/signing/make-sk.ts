// Security keys that are not there: their keys and signatures, made by the rule of OpenSSH's PROTOCOL.u2f, with
// whatever flags the test wants.
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { fingerprintOf } from '../../src/signing/public-key.ts';
import { formatArmor, formatSshsig, signedDataOf } from '../../src/signing/sshsig.ts';
import { wireString, wireUint32 } from '../../src/signing/wire.ts';
import { ecdsaPair } from './keys.ts';

export type SkKind = 'sk-ed25519' | 'sk-ecdsa';
export const SK_KINDS = ['sk-ed25519', 'sk-ecdsa'] as const satisfies readonly SkKind[];

/** Flags of what a security key says: it was touched; its PIN was checked. */
export const TOUCHED = 0x01;
export const PIN = 0x04;

export type SecurityKey = {
  readonly kind: SkKind;
  readonly privateKey: KeyObject;
  readonly application: string;
  readonly blob: Buffer;
  /** `sk-ssh-ed25519@openssh.com AAAA…` */
  readonly line: string;
  readonly fingerprint: string;
};

const TYPES = {
  'sk-ed25519': 'sk-ssh-ed25519@openssh.com',
  'sk-ecdsa': 'sk-ecdsa-sha2-nistp256@openssh.com',
} as const;

export function makeSecurityKey(kind: SkKind = 'sk-ed25519', application = 'ssh:'): SecurityKey {
  const { publicKey, privateKey } =
    kind === 'sk-ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  const number = (text: string) => Buffer.from(text, 'base64url');
  const point = kind === 'sk-ed25519' ? number(x) : Buffer.concat([Buffer.of(4), number(x), number(y)]);
  const type = TYPES[kind];
  const fields = kind === 'sk-ed25519' ? [type, point] : [type, 'nistp256', point];
  const blob = Buffer.concat([...fields, application].map(wireString));
  const line = `${type} ${blob.toString('base64')}`;
  return { kind, privateKey, application, blob, line, fingerprint: fingerprintOf(blob) };
}

/** Armored, over a message for approvals. */
export const signBySecurityKey = (key: SecurityKey, message: string, flags = TOUCHED, counter = 7): string =>
  formatArmor(
    formatSshsig({
      publicKey: key.blob,
      hash: 'sha512',
      signature: tokenSignature(key, signedDataOf(message), flags, counter),
    }),
  );

export function tokenSignature(
  { kind, privateKey, application }: SecurityKey,
  signed: Buffer,
  flags: number,
  counter: number,
): Buffer {
  const said = Buffer.concat([Buffer.of(flags), wireUint32(counter)]);
  const data = Buffer.concat([sha256(Buffer.from(application)), said, sha256(signed)]);
  const signature = kind === 'sk-ed25519' ? sign(null, data, privateKey) : ecdsaPair(privateKey, data, '256');
  return Buffer.concat([wireString(TYPES[kind]), wireString(signature), said]);
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
