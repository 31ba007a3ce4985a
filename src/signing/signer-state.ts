// Whether an allowed signer may sign now, and else why not: one answer for who is told and for who is judged.
import { APPROVAL_NAMESPACE } from '../contracts/approval-payload.ts';
import type { SignerState } from '../contracts/signers-told.ts';
import type { SigningPolicy } from '../contracts/signing-policy.ts';
import type { AllowedSigner } from './allowed-signers.ts';

export type TrustedSigner = AllowedSigner & {
  readonly revoked: boolean;
  /** The private half lies on this host. */
  readonly onHost: boolean;
};

type Rule = (signer: TrustedSigner, policy: SigningPolicy, at: number) => boolean;

/** The first that holds is told. */
const RULES: readonly (readonly [Exclude<SignerState, 'usable'>, Rule])[] = [
  ['revoked', ({ revoked }) => revoked],
  ['weak', ({ key }) => key.weak],
  ['on-host', ({ onHost }) => onHost],
  ['namespace', ({ namespaces }) => !namespaces.includes(APPROVAL_NAMESPACE)],
  ['not-yet', ({ validAfter }, _policy, at) => validAfter !== null && at < validAfter],
  ['expired', ({ validBefore }, _policy, at) => validBefore !== null && at >= validBefore],
  ['not-approver', ({ principal }, { approvers }) => approvers?.includes(principal) === false],
  ['security-key-needed', ({ key }, policy) => policy.security_key && key.application === null],
];

export const stateOfSigner = (signer: TrustedSigner, policy: SigningPolicy, at: number): SignerState =>
  RULES.find(([, holds]) => holds(signer, policy, at))?.[0] ?? 'usable';
