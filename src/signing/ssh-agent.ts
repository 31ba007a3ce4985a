// The keys of the ssh-agent that SSH_AUTH_SOCK names, and signatures by them. No other socket is ever
// looked for: another's agent that happens to lie about would sign with another's key.
import { createHash } from 'node:crypto';
import { APPROVAL_NAMESPACE } from '../contracts/approval-payload.ts';
import { makeHarmless } from '../contracts/harmless.ts';
import { SIGN_DEADLINE_MS, type AgentKey, type Signer } from '../contracts/signer.ts';
import { agentError } from './agent-error.ts';
import {
  identitiesRequest,
  readIdentities,
  readSignature,
  signRequest,
  stringOf,
  type AgentSignature,
  type Identity,
} from './agent-messages.ts';
import { talkToAgent, type Conversation } from './talk-to-agent.ts';

export type SshAgentOptions = {
  /** Of SSH_AUTH_SOCK. */
  readonly socketPath: string | undefined;
  readonly listDeadlineMs?: number;
  readonly signDeadlineMs?: number;
};

/** An agent that waits for a touch does not even list: that must be told soon. */
const LIST_DEADLINE_MS = 5000;
const MAX_COMMENT = 200;

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
        const identities = await listIdentities(conversation);
        const identity = identities.find(({ blob }) => fingerprintOf(blob) === fingerprint);
        if (identity === undefined) {
          throw agentError('E_AGENT_NO_SIGNER', `the ssh-agent has no key ${fingerprint}`);
        }
        const answer = await conversation.ask(signRequest(identity.blob, signedDataOf(message)));
        return armorOf(identity, readSignature(answer));
      }),
  };
}

/** Certificates are left out: nobody may approve with one. */
async function listIdentities({ ask }: Conversation): Promise<readonly Identity[]> {
  const identities = readIdentities(await ask(identitiesRequest()));
  if (identities.length === 0) throw agentError('E_AGENT_EMPTY', 'the ssh-agent lists no keys');
  const plain = identities.filter(({ keyType }) => !/-cert-v\d\d@openssh\.com$/.test(keyType));
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

const fingerprintOf = (blob: Buffer): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;

/** PROTOCOL.sshsig of OpenSSH. */
const MAGIC = Buffer.from('SSHSIG');
const HASH = 'sha512';

const signedDataOf = (message: string): Buffer =>
  Buffer.concat([
    MAGIC,
    ...[APPROVAL_NAMESPACE, '', HASH, createHash(HASH).update(message).digest()].map(stringOf),
  ]);

function armorOf({ blob: key, keyType }: Identity, { algorithm, blob: signature }: AgentSignature): string {
  const wanted = keyType === 'ssh-rsa' ? 'rsa-sha2-512' : keyType;
  if (algorithm !== wanted) {
    throw agentError('E_AGENT_PROTOCOL', `the ssh-agent signed with ${algorithm} in the place of ${wanted}`);
  }
  const version = Buffer.of(0, 0, 0, 1);
  const blob = Buffer.concat([
    MAGIC,
    version,
    ...[key, APPROVAL_NAMESPACE, '', HASH, signature].map(stringOf),
  ]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}
