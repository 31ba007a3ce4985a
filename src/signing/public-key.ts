// Public keys as SSH writes them (RFC 4253, 5656, 8709; OpenSSH's PROTOCOL.u2f), for those few kinds that may
// approve anything.
import { createHash, createPublicKey, type KeyObject, type webcrypto } from 'node:crypto';
import { makeHarmless } from '../contracts/harmless.ts';
import { malformed, SignatureRefusal } from './signature-refusal.ts';
import { readWire, type WireReader } from './wire.ts';

export type Curve = 'nistp256' | 'nistp384' | 'nistp521';

export type PublicKey = {
  /** `ssh-ed25519`, … */
  readonly type: KeyType;
  readonly blob: Buffer;
  /** `SHA256:…`, as ssh-keygen(1) prints it. */
  readonly fingerprint: string;
  readonly keyObject: KeyObject;
  /** Of ECDSA keys. */
  readonly curve: Curve | null;
  /** Of RSA keys. */
  readonly modulusBytes: number | null;
  /** What a security key was made for; null for every other key. */
  readonly application: string | null;
  /** It is too short to count. */
  readonly weak: boolean;
};

type Parts = Partial<Pick<PublicKey, 'curve' | 'modulusBytes' | 'application' | 'weak'>> & {
  readonly jwk: webcrypto.JsonWebKey;
};

const KINDS = {
  'ssh-ed25519': (wire) => ed25519(wire),
  'ecdsa-sha2-nistp256': (wire) => ecdsa(wire, 'nistp256'),
  'ecdsa-sha2-nistp384': (wire) => ecdsa(wire, 'nistp384'),
  'ecdsa-sha2-nistp521': (wire) => ecdsa(wire, 'nistp521'),
  'ssh-rsa': (wire) => rsa(wire),
  'sk-ssh-ed25519@openssh.com': (wire) => ({ ...ed25519(wire), application: wire.text() }),
  'sk-ecdsa-sha2-nistp256@openssh.com': (wire) => ({ ...ecdsa(wire, 'nistp256'), application: wire.text() }),
} as const satisfies Record<string, (wire: WireReader) => Parts>;
export type KeyType = keyof typeof KINDS;

const isKeyType = (type: string): type is KeyType => Object.hasOwn(KINDS, type);
export const isCertificate = (type: string): boolean => /-cert-v\d\d@openssh\.com$/.test(type);

const MIN_RSA_BITS = 3072;
/** What ssh-keygen(1) itself does not take; and what would cost too long. */
const RSA_BITS_AT_ALL = { least: 1024, most: 16_384 };
const MAX_RSA_EXPONENT_BYTES = 4;

/** Throws a SignatureRefusal. A key that is too short is read, so that it can be told which one it is. */
export function parsePublicKey(blob: Buffer): PublicKey {
  return readWire(blob, 'the public key', (wire) => {
    const type = wire.text();
    if (isCertificate(type)) {
      throw new SignatureRefusal('E_CERTIFICATE', `${told(type)} is a certificate, not a plain key`);
    }
    if (!isKeyType(type))
      throw new SignatureRefusal('E_KEY_TYPE', `keys of type ${told(type)} are not taken`);
    const { jwk, ...parts } = KINDS[type](wire);
    return {
      curve: null,
      modulusBytes: null,
      application: null,
      weak: false,
      ...parts,
      type,
      blob,
      fingerprint: fingerprintOf(blob),
      keyObject: keyObjectOf(jwk),
    };
  });
}

export const fingerprintOf = (blob: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

function keyObjectOf(jwk: webcrypto.JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    // A point that is not on its curve, for one.
    throw malformed('the public key is none');
  }
}

/** The points of order 1, 2, 4 and 8, without the sign: under them fits what anybody can make. */
const EVERYBODYS: ReadonlySet<string> = new Set([
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
]);
/** A second spelling of another point. */
const BEYOND_THE_PRIME = /^(?:e[d-f]|f.)f{60}7f$/;

function ed25519(wire: WireReader): Parts {
  const point = wire.string();
  if (point.length !== 32) throw malformed(`a public key of ed25519 has 32 bytes, not ${point.length}`);
  const height = Buffer.from(point);
  height[31] = (height[31] ?? 0) & 0x7f;
  const hex = height.toString('hex');
  // Neither OpenSSL nor OpenSSH minds.
  if (EVERYBODYS.has(hex) || BEYOND_THE_PRIME.test(hex)) throw malformed('the public key is nobody’s');
  return { jwk: { kty: 'OKP', crv: 'Ed25519', x: point.toString('base64url') } };
}

const CURVES = {
  nistp256: { crv: 'P-256', bytes: 32 },
  nistp384: { crv: 'P-384', bytes: 48 },
  nistp521: { crv: 'P-521', bytes: 66 },
} as const satisfies Record<Curve, { crv: string; bytes: number }>;

function ecdsa(wire: WireReader, curve: Curve): Parts {
  if (wire.text() !== curve) throw malformed(`the public key is on another curve than its type says`);
  const point = wire.string();
  const { crv, bytes } = CURVES[curve];
  // Uncompressed: the only form that SSH has.
  if (point[0] !== 0x04 || point.length !== 1 + 2 * bytes) throw malformed('the public key is no point');
  return {
    curve,
    jwk: {
      kty: 'EC',
      crv,
      x: point.subarray(1, 1 + bytes).toString('base64url'),
      y: point.subarray(1 + bytes).toString('base64url'),
    },
  };
}

function rsa(wire: WireReader): Parts {
  const exponent = wire.mpint();
  const modulus = wire.mpint();
  const bits = modulus.length * 8 - Math.clz32(modulus[0] ?? 0) + 24;
  const odd = (number: Buffer) => ((number.at(-1) ?? 0) & 1) === 1;
  if (bits < RSA_BITS_AT_ALL.least || bits > RSA_BITS_AT_ALL.most || !odd(modulus)) {
    throw malformed(`no RSA key has such a modulus (${bits} bits)`);
  }
  const isOne = exponent.length === 1 && exponent[0] === 1;
  if (exponent.length > MAX_RSA_EXPONENT_BYTES || !odd(exponent) || isOne) {
    throw malformed('no RSA key has such an exponent');
  }
  return {
    modulusBytes: modulus.length,
    weak: bits < MIN_RSA_BITS,
    jwk: { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') },
  };
}

const told = (type: string): string => makeHarmless(type, 64);
