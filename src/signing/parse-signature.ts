// One signature of one key (RFC 8709, 5656, 8332; OpenSSH's PROTOCOL.u2f): its parts, and whether it fits.
import { createHash, verify } from 'node:crypto';
import { makeHarmless } from '../contracts/harmless.ts';
import type { Curve, KeyType, PublicKey } from './public-key.ts';
import { malformed, SignatureRefusal } from './signature-refusal.ts';
import { readWire, wireUint32, type WireReader } from './wire.ts';

export type ParsedSignature = {
  readonly fits: (signed: Buffer) => boolean;
  /** What a security key says of how it was asked; null for every other key. */
  readonly flags: number | null;
};

type Fits = (key: PublicKey, signed: Buffer) => boolean;
type ReadSignature = (wire: WireReader, key: PublicKey) => { fits: Fits; flags?: number };

/** Only what belongs to the key: neither SHA-1, nor the signature of another kind of key. */
const ALGORITHMS = {
  'ssh-ed25519': { 'ssh-ed25519': (wire) => ({ fits: ed25519(wire.string()) }) },
  'ecdsa-sha2-nistp256': { 'ecdsa-sha2-nistp256': (wire) => ({ fits: ecdsa(wire.string(), 'nistp256') }) },
  'ecdsa-sha2-nistp384': { 'ecdsa-sha2-nistp384': (wire) => ({ fits: ecdsa(wire.string(), 'nistp384') }) },
  'ecdsa-sha2-nistp521': { 'ecdsa-sha2-nistp521': (wire) => ({ fits: ecdsa(wire.string(), 'nistp521') }) },
  'ssh-rsa': {
    'rsa-sha2-512': (wire, key) => ({ fits: rsa(wire.string(), key, 'sha512') }),
    'rsa-sha2-256': (wire, key) => ({ fits: rsa(wire.string(), key, 'sha256') }),
  },
  'sk-ssh-ed25519@openssh.com': {
    'sk-ssh-ed25519@openssh.com': (wire) => byToken(wire, ed25519(wire.string())),
  },
  'sk-ecdsa-sha2-nistp256@openssh.com': {
    'sk-ecdsa-sha2-nistp256@openssh.com': (wire) => byToken(wire, ecdsa(wire.string(), 'nistp256')),
  },
} as const satisfies Record<KeyType, Record<string, ReadSignature>>;

/** Throws a SignatureRefusal for what is no signature of such a key. */
export function parseSignature(key: PublicKey, blob: Buffer): ParsedSignature {
  const known: Readonly<Record<string, ReadSignature>> = ALGORITHMS[key.type];
  return readWire(blob, 'the signature', (wire) => {
    const algorithm = wire.text();
    const read = Object.hasOwn(known, algorithm) ? known[algorithm] : undefined;
    if (read === undefined) {
      throw new SignatureRefusal(
        'E_SIG_ALGORITHM',
        `a key of type ${key.type} signed by ${makeHarmless(algorithm, 64)}`,
      );
    }
    const { fits, flags } = read(wire, key);
    return { flags: flags ?? null, fits: (signed) => fits(key, signed) };
  });
}

function ed25519(signature: Buffer): Fits {
  if (signature.length !== 64)
    throw malformed(`a signature of ed25519 has 64 bytes, not ${signature.length}`);
  return ({ keyObject }, signed) => verify(null, signed, keyObject, signature);
}

function rsa(signature: Buffer, { modulusBytes }: PublicKey, hash: 'sha256' | 'sha512'): Fits {
  if (signature.length !== modulusBytes) throw malformed('an RSA signature is as long as its key');
  return ({ keyObject }, signed) => verify(hash, signed, keyObject, signature);
}

const CURVES = {
  nistp256: {
    hash: 'sha256',
    order: 'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551',
  },
  nistp384: {
    hash: 'sha384',
    order: 'ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973',
  },
  nistp521: {
    hash: 'sha512',
    order:
      '01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409',
  },
} as const satisfies Record<Curve, { hash: string; order: string }>;

function ecdsa(signature: Buffer, curve: Curve): Fits {
  const order = Buffer.from(CURVES[curve].order, 'hex');
  const padded = (number: Buffer): Buffer => {
    const bytes = Buffer.concat([Buffer.alloc(Math.max(0, order.length - number.length)), number]);
    if (bytes.length > order.length || bytes.compare(order) >= 0) {
      throw malformed('a number of the signature is out of range');
    }
    return bytes;
  };
  const [r, s] = readWire(signature, 'the signature', (wire) => [padded(wire.mpint()), padded(wire.mpint())]);
  return ({ keyObject }, signed) =>
    verify(
      CURVES[curve].hash,
      signed,
      { key: keyObject, dsaEncoding: 'ieee-p1363' },
      Buffer.concat([r ?? Buffer.alloc(0), s ?? Buffer.alloc(0)]),
    );
}

/** A security key signs what it was made for, how it was asked, how often, and only a digest of the rest. */
function byToken(wire: WireReader, fits: Fits): { fits: Fits; flags: number } {
  const flags = wire.byte();
  const counter = wire.uint32();
  return {
    flags,
    fits: (key, signed) =>
      fits(
        key,
        Buffer.concat([
          sha256(Buffer.from(key.application ?? '', 'latin1')),
          Buffer.of(flags),
          wireUint32(counter),
          sha256(signed),
        ]),
      ),
  };
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();
