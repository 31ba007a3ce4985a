// What an approval needs beyond a signature of an allowed signer: `policy.yaml` beside the files of signers.
// It can only ask for more. A member that is not known is refused: misspelt, it would ask for less.
import { z } from 'zod';

const wholeTo = (most: number) => {
  const words = `a whole number from 1 to ${most}`;
  return z.int(words).min(1, words).max(most, words).default(most);
};

const operationPolicy = z
  .strictObject({
    /** How many people must sign; more than one is not there yet, and refuses everything. */
    threshold: z.literal(1, 'only 1 is there in this version, so nobody can approve').default(1),
    /** How long the bytes can be signed. */
    lifetime_minutes: wholeTo(60),
    offline_hours: wholeTo(24),
    /** Names of allowed signers; without it every one of them. */
    approvers: z.array(z.string().min(1)).min(1).optional(),
    security_key: z.boolean().default(false),
    /** Of the security key; that it is touched is always demanded. */
    pin: z.boolean().default(false),
  })
  .refine(({ pin, security_key }) => security_key || !pin, {
    path: ['pin'],
    error: 'a PIN is of a security key: set security_key: true as well',
  });

export const signingPolicy = z.strictObject({
  /** Demanded, so that an emptied file is not taken for one that asks for nothing. */
  version: z.literal(1, 'the line "version: 1" must be there'),
  storage_wipe: operationPolicy.prefault({}),
});
/** Of one operation. */
export type SigningPolicy = z.infer<typeof operationPolicy>;

export const DEFAULT_SIGNING_POLICY: SigningPolicy = operationPolicy.parse({});
