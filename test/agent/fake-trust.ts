// Who may sign, as a test says, with signatures that are no more than a name and a digest: for what the agent does
// about signatures. That real ones are judged rightly is tested where they are judged.
import { plainSha256 } from '../../src/base/digest.ts';
import { APPROVAL_NAMESPACE } from '../../src/contracts/approval-payload.ts';
import type { SignersTold } from '../../src/contracts/signers-told.ts';
import type { TrustPorts } from '../../src/agent/operations/trust-ports.ts';

export const signedBy = (principal: string, message: string): string =>
  `${principal} ${plainSha256(message)}`;

export type FakeTrust = {
  readonly ports: TrustPorts;
  readonly principals: Set<string>;
  readonly revoked: Set<string>;
  policy: NonNullable<SignersTold['policy']>;
  /** What is wrong with the files. */
  problem: string | undefined;
};

export function createFakeTrust(principals: readonly string[] = ['anna']): FakeTrust {
  const fake: FakeTrust = {
    principals: new Set(principals),
    revoked: new Set(),
    policy: {
      threshold: 1,
      lifetime_minutes: 60,
      offline_hours: 24,
      approvers: null,
      security_key: false,
      pin: false,
    },
    problem: undefined,
    ports: {
      readTrust: async () => {
        const { problem, policy } = fake;
        const ready = problem === undefined;
        const problems = ready
          ? []
          : [{ file: '/etc/felhom-agent/allowed_signers', line: 1, detail: problem }];
        return Promise.resolve({
          ready,
          digest: plainSha256(JSON.stringify([...fake.principals, ...fake.revoked, policy, problem])),
          told: { ready, problems, signers: [], policy, namespace: APPROVAL_NAMESPACE },
        });
      },
      judgeSignature: async ({ message, armor }) => {
        const [principal = '', digest] = armor.split(' ');
        const refused = (
          code: 'E_KEY_UNKNOWN' | 'E_KEY_REVOKED' | 'E_SIG_BAD' | 'E_OP_ROLE',
          detail: string,
        ) => Promise.resolve({ state: 'refused', code, detail } as const);
        if (digest !== plainSha256(message)) return refused('E_SIG_BAD', 'it does not fit');
        if (!fake.principals.has(principal)) return refused('E_KEY_UNKNOWN', `${principal} is nobody`);
        if (fake.revoked.has(principal))
          return refused('E_KEY_REVOKED', `the key of ${principal} was revoked`);
        if (fake.policy.approvers?.includes(principal) === false) return refused('E_OP_ROLE', 'no approver');
        return Promise.resolve({
          state: 'good',
          principal,
          fingerprint: `SHA256:${principal}`,
          keyType: 'ssh-ed25519',
          armor,
          signerLine: `${principal} namespaces="${APPROVAL_NAMESPACE}" ssh-ed25519 AAAA`,
        } as const);
      },
    },
  };
  return fake;
}
