// Who may approve operations on this host, as its files say, told to whoever is about to sign: screens and
// commands judge no key themselves.
import { z } from 'zod';

export const SIGNER_STATES = [
  'usable',
  'expired',
  'not-yet',
  'revoked',
  /** Too short. A line with a kind of key that is not taken is a problem of the file. */
  'weak',
  /** Its private half lies on this host, which could then approve by itself. */
  'on-host',
  /** Its line is for other namespaces. */
  'namespace',
  /** The policy names others. */
  'not-approver',
  /** The policy asks for a security key. */
  'security-key-needed',
] as const;
export const signerState = z.enum(SIGNER_STATES);
export type SignerState = z.infer<typeof signerState>;

export const signerRow = z.object({
  principal: z.string(),
  /** `SHA256:…`, as ssh-keygen(1) prints it. */
  fingerprint: z.string(),
  key_type: z.string(),
  state: signerState,
  /** Milliseconds since the epoch; null where the line sets no bound. */
  valid_after: z.number().nullable(),
  valid_before: z.number().nullable(),
  /** Line of the file of allowed signers. */
  line: z.number(),
});
export type SignerRow = z.infer<typeof signerRow>;

export const signersTold = z.object({
  /** Not ready: nobody can approve anything, and `problems` say why. */
  ready: z.boolean(),
  problems: z.array(
    z.object({
      /** Its path; empty for what is about no file. */
      file: z.string(),
      /** From 1; null when it is about the whole file. */
      line: z.number().nullable(),
      /** An English sentence: what is wrong and what to do. */
      detail: z.string(),
    }),
  ),
  signers: z.array(signerRow),
  /** Null when it cannot be read. */
  policy: z
    .object({
      threshold: z.number(),
      lifetime_minutes: z.number(),
      offline_hours: z.number(),
      /** Null: every signer. */
      approvers: z.array(z.string()).nullable(),
      security_key: z.boolean(),
      pin: z.boolean(),
    })
    .nullable(),
  /** What a signature must be made for (`ssh-keygen -Y sign -n`). */
  namespace: z.string(),
});
export type SignersTold = z.infer<typeof signersTold>;

/** `FILE:LINE: what is wrong`, as far as there is a file and a line. */
export function tellProblem({ file, line, detail }: SignersTold['problems'][number]): string {
  const place = line === null ? file : `${file}:${line}`;
  return place === '' ? detail : `${place}: ${detail}`;
}

/** The first of what is wrong: why nobody can approve. */
export const whyNotReady = ({ problems: [problem] }: SignersTold): string =>
  problem === undefined ? 'nobody may sign here yet' : tellProblem(problem);
