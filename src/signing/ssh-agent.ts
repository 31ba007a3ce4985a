// The keys of the ssh-agent that SSH_AUTH_SOCK names, and signatures by them. No other socket is ever
// looked for: another's agent that happens to lie about would sign with another's key.
import { makeHarmless } from '../contracts/harmless.ts';
import { LIST_DEADLINE_MS, SIGN_DEADLINE_MS, type AgentKey, type Signer } from '../contracts/signer.ts';
import { agentError } from './agent-error.ts';
import {
  identitiesRequest,
  readIdentities,
  readSignature,
  signRequest,
  understand,
  type Identity,
} from './agent-messages.ts';
import { parseSignature } from './parse-signature.ts';
import { fingerprintOf, isCertificate, parsePublicKey, type PublicKey } from './public-key.ts';
import { SignatureRefusal } from './signature-refusal.ts';
import { formatArmor, formatSshsig, signedDataOf } from './sshsig.ts';
import { talkToAgent, type Conversation } from './talk-to-agent.ts';

export type SshAgentOptions = {
  /** Of SSH_AUTH_SOCK. */
  readonly socketPath: string | undefined;
  readonly listDeadlineMs?: number;
  readonly signDeadlineMs?: number;
};

const MAX_COMMENT = 200;
const HASH = 'sha512';

export function createSshAgent({
  socketPath,
  listDeadlineMs = LIST_DEADLINE_MS,
  signDeadlineMs = SIGN_DEADLINE_MS,
}: SshAgentOptions): Signer {
  return {
    listKeys: async (signal) =>
      talkToAgent(socketPath, { deadlineMs: listDeadlineMs, signal }, async (conversation) =>
        (await listIdentities(conversation)).map(tellKey),
      ),
    sign: async (fingerprint, message, signal) =>
      talkToAgent(socketPath, { deadlineMs: signDeadlineMs, signal }, async (conversation) => {
        const identity = await findIdentity(conversation, fingerprint);
        const key = readKey(identity);
        const data = signedDataOf(message, HASH);
        const answer = readSignature(await conversation.ask(signRequest(identity, data)));
        demandFit(key, answer, data);
        return formatArmor(
          formatSshsig({ publicKey: identity.blob, hash: HASH, signature: answer.signature }),
        );
      }),
  };
}

/** Certificates are left out: nobody may approve with one. */
async function listIdentities({ ask }: Conversation): Promise<readonly Identity[]> {
  const identities = readIdentities(await ask(identitiesRequest()));
  if (identities.length === 0) throw agentError('E_AGENT_EMPTY', 'the ssh-agent lists no keys');
  const plain = identities.filter(({ keyType }) => !isCertificate(keyType));
  if (plain.length === 0) {
    throw agentError('E_AGENT_NO_SIGNER', 'the ssh-agent has certificates only, which are not taken');
  }
  return plain;
}

const tellKey = ({ blob, keyType, comment }: Identity): AgentKey => ({
  fingerprint: fingerprintOf(blob),
  keyType,
  comment: makeHarmless(comment, MAX_COMMENT),
  touch: keyType.startsWith('sk-'),
});

async function findIdentity(conversation: Conversation, fingerprint: string): Promise<Identity> {
  const identities = await listIdentities(conversation);
  const identity = identities.find(({ blob }) => fingerprintOf(blob) === fingerprint);
  if (identity !== undefined) return identity;
  throw agentError('E_AGENT_NO_SIGNER', `the ssh-agent has no key ${fingerprint} now`);
}

/** A key that could not approve anything signs nothing, either. */
function readKey({ blob }: Identity): PublicKey {
  try {
    return parsePublicKey(blob);
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    throw agentError('E_AGENT_NO_SIGNER', error.message, error);
  }
}

/** An agent may sign by another algorithm, with another key or over something else: that never leaves here. */
function demandFit(
  key: PublicKey,
  { algorithm, signature }: { readonly algorithm: string; readonly signature: Buffer },
  data: Buffer,
): void {
  const wanted = key.type === 'ssh-rsa' ? 'rsa-sha2-512' : key.type;
  if (algorithm !== wanted) {
    throw agentError('E_AGENT_PROTOCOL', `the ssh-agent signed by ${algorithm} instead of ${wanted}`);
  }
  if (!understand(() => parseSignature(key, signature).fits(data))) {
    throw agentError('E_AGENT_PROTOCOL', 'the ssh-agent gave a signature that does not fit');
  }
}
