// Whether a signature over a message counts: Node decides, by the strict rules of this folder, and then plain
// `ssh-keygen -Y verify` has to agree. Each has its own way of being wrong; both would have to be.
import type { RunTool } from '../base/run-tool.ts';
import type { ApiCode } from '../contracts/api-error.ts';
import { makeHarmless } from '../contracts/harmless.ts';
import { whyNotReady, type SignerState } from '../contracts/signers-told.ts';
import type { SigningPolicy } from '../contracts/signing-policy.ts';
import { askSshKeygen } from './ask-ssh-keygen.ts';
import { explainMisfit } from './explain-misfit.ts';
import { parseSignature } from './parse-signature.ts';
import { parsePublicKey, type PublicKey } from './public-key.ts';
import type { Trust } from './read-trust.ts';
import { SignatureRefusal } from './signature-refusal.ts';
import { stateOfSigner, type TrustedSigner } from './signer-state.ts';
import { formatArmor, parseArmor, parseSshsig, signedDataOf } from './sshsig.ts';

export type JudgeSignature = {
  /** The very bytes that were made to be signed. */
  readonly message: string;
  /** As it was handed in. */
  readonly armor: string;
  readonly trust: Trust;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Messages of other open operations, only to explain a mistake. */
  readonly others: readonly string[];
  readonly runTool: RunTool;
};

export type JudgedSignature =
  | {
      readonly state: 'good';
      readonly principal: string;
      /** `SHA256:…` */
      readonly fingerprint: string;
      readonly keyType: string;
      /** The signature as ssh-keygen(1) writes it, without what surrounded it. */
      readonly armor: string;
      /** The line of the allowed signers that it counts by. */
      readonly signerLine: string;
    }
  | {
      readonly state: 'refused';
      readonly code: ApiCode;
      /** An English sentence that names what was wrong. */
      readonly detail: string;
    };

/** Flags of a security key (WebAuthn): it was touched; its PIN, or a finger, was checked. */
const TOUCHED = 0x01;
const VERIFIED = 0x04;
/** What ssh-keygen(1) makes keys for; people who have several of them put a name behind it. */
const SSH_APPLICATION = /^ssh:[\x21-\x7e]*$/;

const CODES = {
  revoked: 'E_KEY_REVOKED',
  weak: 'E_KEY_WEAK',
  'on-host': 'E_KEY_ON_HOST',
  namespace: 'E_KEY_NAMESPACE',
  'not-yet': 'E_KEY_NOT_YET',
  expired: 'E_KEY_EXPIRED',
  'not-approver': 'E_OP_ROLE',
  'security-key-needed': 'E_SK_REQUIRED',
} as const satisfies Record<Exclude<SignerState, 'usable'>, ApiCode>;

/** These are told last: who signed has really signed, and may only not do so here. */
const ROLES: readonly SignerState[] = ['not-approver', 'security-key-needed'];

/** Never throws for what was handed in. */
export async function judgeSignature(request: JudgeSignature): Promise<JudgedSignature> {
  try {
    return await judge(request);
  } catch (error) {
    if (!(error instanceof SignatureRefusal)) throw error;
    return { state: 'refused', code: error.code, detail: error.message };
  }
}

async function judge(request: JudgeSignature): Promise<JudgedSignature> {
  const { message, trust, at, others, runTool } = request;
  const { policy } = trust;
  if (!trust.ready || policy === null) throw new SignatureRefusal('E_TRUST', whyNotReady(trust.told));
  const blob = parseArmor(request.armor);
  const sshsig = parseSshsig(blob);
  const key = parsePublicKey(sshsig.publicKey);
  const { fingerprint } = key;
  if (key.weak) throw new SignatureRefusal('E_KEY_WEAK', `the key ${fingerprint} is too short`);
  const signature = parseSignature(key, sshsig.signature);
  const signer = trust.signers.find((allowed) => allowed.key.blob.equals(key.blob));
  const fits = (candidate: string | Uint8Array) => signature.fits(signedDataOf(candidate, sshsig.hash));
  if (!fits(message)) {
    // Looking for the mistake costs many times as much as finding that there is one: not for strangers.
    const why = explainMisfit(message, signer === undefined ? undefined : { others, fits });
    throw new SignatureRefusal('E_SIG_BAD', why);
  }
  if (trust.revoked.has(key.blob.toString('base64'))) {
    throw new SignatureRefusal('E_KEY_REVOKED', `the key ${fingerprint} was revoked`);
  }
  demandTouch(key, signature.flags, policy);
  if (signer === undefined) {
    throw new SignatureRefusal('E_KEY_UNKNOWN', `the key ${fingerprint} is not among the allowed signers`);
  }
  const state = stateOfSigner(signer, policy, at);
  if (state !== 'usable' && !ROLES.includes(state)) throw refusalOf(state, signer);
  const { principal } = signer;
  const asked = { message, armor: formatArmor(blob), principal, fingerprint, at };
  const objection = await askSshKeygen(asked, trust, runTool);
  if (objection !== undefined) throw new SignatureRefusal('E_VERIFIERS', objection);
  if (state !== 'usable') throw refusalOf(state, signer);
  const { armor } = asked;
  return { state: 'good', principal, fingerprint, keyType: key.type, armor, signerLine: signer.text };
}

const refusalOf = (
  state: Exclude<SignerState, 'usable'>,
  { key, principal }: TrustedSigner,
): SignatureRefusal =>
  new SignatureRefusal(CODES[state], `the key ${key.fingerprint} of ${principal} is refused: ${state}`);

/** Whoever has the laptop could use a security key that is plugged in, but for the touch. */
function demandTouch({ application }: PublicKey, flags: number | null, policy: SigningPolicy): void {
  if (application === null || flags === null) return;
  if ((flags & ~(TOUCHED | VERIFIED)) !== 0) {
    throw new SignatureRefusal('E_SK_FLAGS', `the security key sent the flags 0x${flags.toString(16)}`);
  }
  if (!SSH_APPLICATION.test(application)) {
    throw new SignatureRefusal(
      'E_SK_APPLICATION',
      `it was made for ${makeHarmless(application, 64)}, not ssh:`,
    );
  }
  if ((flags & TOUCHED) === 0) throw new SignatureRefusal('E_SK_TOUCH', 'the security key was not touched');
  if (policy.pin && (flags & VERIFIED) === 0) {
    throw new SignatureRefusal('E_SK_PIN', 'the PIN of the security key was not checked');
  }
}
