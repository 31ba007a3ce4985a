// The messages of an ssh-agent that signing needs, apart from sockets: what is asked, and what an answer
// says. An answer that is anything else than announced counts as none.
import type { SignerCode } from '../contracts/signer.ts';
import { agentError } from './agent-error.ts';

const FAILURE = 5;
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
/** Without it, an RSA key signs with SHA-1. */
const RSA_SHA2_512 = 4;
const LENGTH_BYTES = 4;

export type Identity = { readonly blob: Buffer; readonly keyType: string; readonly comment: string };
export type AgentSignature = {
  readonly algorithm: string;
  /** As it stands in SSHSIG: the algorithm and what belongs to it. */
  readonly blob: Buffer;
};

export const identitiesRequest = (): Buffer => Buffer.of(REQUEST_IDENTITIES);

export function signRequest(keyBlob: Uint8Array, data: Uint8Array): Buffer {
  return Buffer.concat([
    Buffer.of(SIGN_REQUEST),
    stringOf(keyBlob),
    stringOf(data),
    // Other kinds of keys have no flags: OpenSSH ignores it for them, other agents refuse.
    numberOf(readText(createReader(keyBlob)) === 'ssh-rsa' ? RSA_SHA2_512 : 0),
  ]);
}

export function readIdentities(answer: Buffer): readonly Identity[] {
  // OpenSSH's says so when it is told to list nothing, some others while they are locked.
  const reader = openAnswer(answer, IDENTITIES_ANSWER, 'E_AGENT_EMPTY');
  const count = reader.number();
  const identities: Identity[] = [];
  // Ends with the answer's bytes, whatever number it announced.
  for (let index = 0; index < count; index += 1) {
    const blob = reader.string();
    const comment = reader.string().toString('utf8');
    identities.push({ blob, keyType: readText(createReader(blob)), comment });
  }
  reader.end();
  return identities;
}

export function readSignature(answer: Buffer): AgentSignature {
  const reader = openAnswer(answer, SIGN_RESPONSE, 'E_AGENT_REFUSED');
  const blob = reader.string();
  reader.end();
  return { algorithm: readText(createReader(blob)), blob };
}

type Reader = {
  readonly number: () => number;
  readonly string: () => Buffer;
  readonly end: () => void;
};

function openAnswer(answer: Buffer, wanted: number, onFailure: SignerCode): Reader {
  const type = answer[0];
  if (type === FAILURE) throw agentError(onFailure, 'the ssh-agent said no');
  if (type !== wanted) throw nonsense(`a message of type ${type ?? 'none'} in the place of ${wanted}`);
  return createReader(answer.subarray(1));
}

function createReader(bytes: Uint8Array): Reader {
  let rest = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const take = (length: number): Buffer => {
    if (length > rest.length) throw nonsense('a length that goes beyond its end');
    const taken = rest.subarray(0, length);
    rest = rest.subarray(length);
    return taken;
  };
  const number = () => take(LENGTH_BYTES).readUInt32BE();
  return {
    number,
    string: () => take(number()),
    end: () => {
      if (rest.length > 0) throw nonsense(`${rest.length} bytes too many`);
    },
  };
}

/** Names of keys and algorithms are printable ASCII (RFC 4251). */
function readText(reader: Reader): string {
  const text = reader.string().toString('latin1');
  if (!/^[\x21-\x7e]{1,64}$/.test(text)) throw nonsense('a name that is none');
  return text;
}

export function stringOf(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([numberOf(bytes.length), bytes]);
}

function numberOf(value: number): Buffer {
  const bytes = Buffer.alloc(LENGTH_BYTES);
  bytes.writeUInt32BE(value);
  return bytes;
}

const nonsense = (what: string) => agentError('E_AGENT_PROTOCOL', `the ssh-agent answered ${what}`);
