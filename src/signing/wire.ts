// The data types of SSH (RFC 4251, section 5): every length is checked before anything is taken, and nothing
// may be left over.
import { malformed } from './signature-refusal.ts';

export type WireReader = {
  readonly byte: () => number;
  readonly uint32: () => number;
  readonly raw: (length: number) => Buffer;
  /** All that is left. */
  readonly rest: () => Buffer;
  readonly string: () => Buffer;
  /** A byte a letter: names of the protocol are ASCII, and what is not equals none of them. */
  readonly text: () => string;
  /** A number above zero in its one spelling, without the byte that only keeps it positive. */
  readonly mpint: () => Buffer;
};

/** Throws a SignatureRefusal (E_SIG_MALFORMED) when something is missing, or left over. */
export function readWire<T>(bytes: Buffer, what: string, read: (wire: WireReader) => T): T {
  let at = 0;
  const raw = (length: number): Buffer => {
    if (length > bytes.length - at) throw malformed(`${what} ends too early`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const uint32 = () => raw(4).readUInt32BE();
  const string = () => raw(uint32());
  const result = read({
    byte: () => raw(1).readUInt8(),
    uint32,
    raw,
    rest: () => raw(bytes.length - at),
    string,
    text: () => string().toString('latin1'),
    mpint: () => magnitude(string(), what),
  });
  if (at !== bytes.length) throw malformed(`${what} has ${bytes.length - at} bytes too many`);
  return result;
}

function magnitude(mpint: Buffer, what: string): Buffer {
  const [first = 0, second = 0] = mpint;
  const positive = first < 0x80;
  const shortest = first !== 0 || second >= 0x80;
  if (!positive || !shortest) throw malformed(`${what} holds a number in a spelling that is not its own`);
  return first === 0 ? mpint.subarray(1) : mpint;
}

export function wireUint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function wireString(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([wireUint32(bytes.length), bytes]);
}

/** Of a number above zero, most significant byte first. */
export function wireMpint(number: Uint8Array): Buffer {
  const start = number.findIndex((byte) => byte !== 0);
  const shortest = number.subarray(start);
  return wireString((shortest[0] ?? 0) < 0x80 ? shortest : Buffer.concat([Buffer.of(0), shortest]));
}
