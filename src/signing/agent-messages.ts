// The messages of an ssh-agent that signing needs, apart from sockets: what is asked, and what an answer
// says. An answer that is anything else than announced counts as none.
import type { SignerCode } from '../contracts/signer.ts';
import { agentError } from './agent-error.ts';
import { SignatureRefusal } from './signature-refusal.ts';
import { readWire, wireString, wireUint32, type WireReader } from './wire.ts';

const FAILURE = 5;
const REQUEST_IDENTITIES = 11;
const IDENTITIES_ANSWER = 12;
const SIGN_REQUEST = 13;
const SIGN_RESPONSE = 14;
/** Without it, an RSA key signs with SHA-1. */
const RSA_SHA2_512 = 4;

export type Identity = { readonly blob: Buffer; readonly keyType: string; readonly comment: string };

export const identitiesRequest = (): Buffer => Buffer.of(REQUEST_IDENTITIES);

/** Other kinds of keys have no flags: OpenSSH ignores them there, other agents may refuse. */
export const signRequest = ({ blob, keyType }: Identity, data: Uint8Array): Buffer =>
  Buffer.concat([
    Buffer.of(SIGN_REQUEST),
    wireString(blob),
    wireString(data),
    wireUint32(keyType === 'ssh-rsa' ? RSA_SHA2_512 : 0),
  ]);

export const readIdentities = (answer: Buffer): readonly Identity[] =>
  // Some agents say no to this, too, while they are locked.
  readAnswer(answer, IDENTITIES_ANSWER, 'E_AGENT_EMPTY', (wire) => {
    const count = wire.uint32();
    const identities: Identity[] = [];
    // Ends with the bytes of the answer, whatever number it announced.
    for (let index = 0; index < count; index += 1) {
      const blob = wire.string();
      const comment = wire.string().toString('utf8');
      identities.push({ blob, keyType: nameAtStart(blob), comment });
    }
    return identities;
  });

/** As it stands in SSHSIG: its algorithm, and what belongs to that. */
export const readSignature = (answer: Buffer): { readonly algorithm: string; readonly signature: Buffer } =>
  readAnswer(answer, SIGN_RESPONSE, 'E_AGENT_REFUSED', (wire) => {
    const signature = wire.string();
    return { algorithm: nameAtStart(signature), signature };
  });

function readAnswer<T>(
  answer: Buffer,
  wanted: number,
  onFailure: SignerCode,
  read: (wire: WireReader) => T,
): T {
  const type = answer[0];
  if (type === FAILURE) throw agentError(onFailure, 'the ssh-agent said no');
  if (type !== wanted) throw nonsense(`it is of type ${type ?? 'none'} and not ${wanted}`);
  return understand(() => readWire(answer.subarray(1), 'it', read));
}

/** Names of keys and algorithms are printable ASCII (RFC 4251). */
function nameAtStart(bytes: Buffer): string {
  const name = readWire(bytes, 'a key or signature in it', (wire) => {
    const text = wire.text();
    wire.rest();
    return text;
  });
  if (!/^[\x21-\x7e]{1,64}$/.test(name)) throw nonsense('a name in it is none');
  return name;
}

/** What this folder's readers refuse in an agent's answer is the agent's fault. */
export function understand<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SignatureRefusal) throw nonsense(error.message);
    throw error;
  }
}

const nonsense = (what: string) => agentError('E_AGENT_PROTOCOL', `the ssh-agent's answer is none: ${what}`);
