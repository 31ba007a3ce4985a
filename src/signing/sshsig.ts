// Signatures of messages as ssh-keygen(1) writes them (OpenSSH's PROTOCOL.sshsig).
import { createHash } from 'node:crypto';
import { APPROVAL_NAMESPACE } from '../contracts/approval-payload.ts';
import { makeHarmless } from '../contracts/harmless.ts';
import {
  BEGIN_SIGNATURE as BEGIN,
  END_SIGNATURE as END,
  MAX_SIGNATURE_BYTES,
} from '../contracts/signature-text.ts';
import { malformed, SignatureRefusal } from './signature-refusal.ts';
import { readWire, wireString, wireUint32 } from './wire.ts';

/** Of the blob inside. */
export const MAX_BLOB_BYTES = 8 * 1024;

export type SshsigHash = 'sha256' | 'sha512';

export type Sshsig = {
  readonly publicKey: Buffer;
  readonly hash: SshsigHash;
  readonly signature: Buffer;
};

const MAGIC = 'SSHSIG';
const VERSION = 1;
const ARMOR_WIDTH = 70;

/**
 * The blob of the one block of armor that the text is. Other line ends (of Windows, of what is pasted), indents
 * and empty lines are what terminals and mails do; anything else beside it is refused. Throws a SignatureRefusal.
 */
export function parseArmor(text: string): Buffer {
  if (text.length > MAX_SIGNATURE_BYTES || Buffer.byteLength(text) > MAX_SIGNATURE_BYTES) {
    throw new SignatureRefusal('E_SIG_TOO_LARGE', `a signature has at most ${MAX_SIGNATURE_BYTES} bytes`);
  }
  const lines = text
    .split(/[\r\n]/)
    .map((line) => line.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
    .filter((line) => line !== '');
  const inside = lines.slice(1, -1);
  if (lines[0] !== BEGIN) throw armor(`it does not begin with ${BEGIN}`);
  if (lines.length < 2 || lines.at(-1) !== END) throw armor(`it does not end with ${END}`);
  if (inside.includes(BEGIN) || inside.includes(END)) throw armor('it is more than one signature');
  const base64 = inside.join('');
  const blob = Buffer.from(base64, 'base64');
  if (blob.length > MAX_BLOB_BYTES) {
    throw new SignatureRefusal('E_SIG_TOO_LARGE', `a decoded signature has at most ${MAX_BLOB_BYTES} bytes`);
  }
  // Only the one spelling of these bytes.
  if (base64 === '' || blob.toString('base64') !== base64) throw armor('what is inside is not base64');
  return blob;
}

const armor = (detail: string): SignatureRefusal => new SignatureRefusal('E_SIG_ARMOR', detail);

/** As ssh-keygen(1) writes it. */
export function formatArmor(blob: Uint8Array): string {
  const base64 = Buffer.from(blob).toString('base64');
  const lines = base64.match(new RegExp(`.{1,${ARMOR_WIDTH}}`, 'g')) ?? [];
  return [BEGIN, ...lines, END, ''].join('\n');
}

/** Throws a SignatureRefusal for what is not a signature for approvals, of the version that is known. */
export function parseSshsig(blob: Buffer): Sshsig {
  if (blob.length > MAX_BLOB_BYTES) {
    throw new SignatureRefusal('E_SIG_TOO_LARGE', `a decoded signature has at most ${MAX_BLOB_BYTES} bytes`);
  }
  return readWire(blob, 'the signature', (wire) => {
    if (wire.raw(MAGIC.length).toString('latin1') !== MAGIC)
      throw malformed(`it does not begin with ${MAGIC}`);
    const version = wire.uint32();
    if (version !== VERSION) throw new SignatureRefusal('E_SIG_VERSION', `it is of version ${version}`);
    const publicKey = wire.string();
    const namespace = wire.text();
    const reserved = wire.string();
    const hash = wire.text();
    const signature = wire.string();
    if (namespace !== APPROVAL_NAMESPACE) {
      throw new SignatureRefusal(
        'E_SIG_NAMESPACE',
        `signed with -n ${makeHarmless(namespace, 64)}, need -n ${APPROVAL_NAMESPACE}`,
      );
    }
    if (reserved.length > 0) throw malformed('its reserved field is not empty');
    if (!isHash(hash)) {
      throw new SignatureRefusal('E_SIG_HASH', `it is over a hash by ${makeHarmless(hash, 64)}`);
    }
    return { publicKey, hash, signature };
  });
}

const isHash = (hash: string): hash is SshsigHash => hash === 'sha256' || hash === 'sha512';

export const formatSshsig = ({ publicKey, hash, signature }: Sshsig): Buffer =>
  Buffer.concat([
    Buffer.from(MAGIC, 'latin1'),
    wireUint32(VERSION),
    ...[publicKey, APPROVAL_NAMESPACE, '', hash, signature].map(wireString),
  ]);

/** What a key signs when it signs this message for approvals. */
export const signedDataOf = (message: string | Uint8Array, hash: SshsigHash = 'sha512'): Buffer =>
  Buffer.concat([
    Buffer.from(MAGIC, 'latin1'),
    ...[APPROVAL_NAMESPACE, '', hash, createHash(hash).update(message).digest()].map(wireString),
  ]);
