// The public halves of the private keys in a text, as far as they can be had without a passphrase.
import { createPublicKey, type webcrypto } from 'node:crypto';
import { readWire, wireMpint, wireString } from './wire.ts';

const BEGIN = '-----BEGIN ';
const KIND = /^([A-Z0-9 ]*PRIVATE KEY)-----/;
/** A header with a dash in it stands only before what is locked. */
const OPEN = /^[A-Z0-9 ]*PRIVATE KEY-----([^-]*)-----END /;
const PUTTY = 'PuTTY-User-Key-File-';
const PUTTY_PUBLIC = /^Public-Lines: *(\d+)[ \r]*\n(.*)/ms;
const MAGIC = 'openssh-key-v1\0';

/** Blobs of public keys. `beside` is the text of the `.pub` file, for what is locked. */
export function publicHalvesOf(text: string, beside: string | undefined): readonly Buffer[] {
  const blocks = text.split(BEGIN).slice(1);
  const opened = [...blocks.filter((block) => KIND.test(block)).map(ofBlock), ofPutty(text)];
  const locked = opened.includes(undefined);
  return [...opened.flatMap((blobs) => blobs ?? []), ...(locked ? ofPublicFile(beside ?? '') : [])];
}

/** Nothing for what cannot be looked into. */
function ofBlock(block: string): readonly Buffer[] | undefined {
  const base64 = OPEN.exec(block)?.[1];
  if (base64 === undefined) return undefined;
  return block.startsWith('OPENSSH ') ? ofOpenSsh(Buffer.from(base64, 'base64')) : ofPem(BEGIN + block);
}

/** OpenSSH's PROTOCOL.key: the public halves stand before what a passphrase locks. */
function ofOpenSsh(bytes: Buffer): readonly Buffer[] | undefined {
  try {
    return readWire(bytes, 'the private key', (wire) => {
      if (wire.raw(MAGIC.length).toString('latin1') !== MAGIC) return undefined;
      // Cipher, and how its key is made.
      for (let skipped = 0; skipped < 3; skipped += 1) wire.string();
      const blobs = Array.from({ length: Math.min(wire.uint32(), 16) }, () => wire.string());
      wire.rest();
      return blobs;
    });
  } catch {
    return undefined;
  }
}

function ofPem(pem: string): readonly Buffer[] | undefined {
  try {
    const blob = blobOf(createPublicKey(pem).export({ format: 'jwk' }));
    return blob === undefined ? undefined : [blob];
  } catch {
    return undefined;
  }
}

const EC = { 'P-256': 'nistp256', 'P-384': 'nistp384', 'P-521': 'nistp521' } as const;
const isCurve = (crv: string): crv is keyof typeof EC => Object.hasOwn(EC, crv);

function blobOf({ kty, crv = '', x = '', y = '', n = '', e = '' }: webcrypto.JsonWebKey): Buffer | undefined {
  const bytes = (text: string) => Buffer.from(text, 'base64url');
  if (kty === 'RSA') return Buffer.concat([wireString('ssh-rsa'), wireMpint(bytes(e)), wireMpint(bytes(n))]);
  if (crv === 'Ed25519') return Buffer.concat([wireString('ssh-ed25519'), wireString(bytes(x))]);
  if (!isCurve(crv)) return undefined;
  const point = Buffer.concat([Buffer.of(0x04), bytes(x), bytes(y)]);
  return Buffer.concat([`ecdsa-sha2-${EC[crv]}`, EC[crv], point].map(wireString));
}

function ofPutty(text: string): readonly Buffer[] {
  const [, count = '', rest = ''] = (text.startsWith(PUTTY) ? PUTTY_PUBLIC.exec(text) : null) ?? [];
  return [Buffer.from(rest.split('\n').slice(0, Number(count)).join(''), 'base64')];
}

const ofPublicFile = (text: string): readonly Buffer[] =>
  text.split('\n').map((line) => Buffer.from(line.trim().split(/[ \t]+/)[1] ?? '', 'base64'));
