// A line of the token log, `local-tokens.log`: a token that was minted, or one that was revoked. Other
// programs of the host may add lines; `v` is the VMID.
import { z } from 'zod';
import { vmid } from './vmid.ts';

const id = z.string().regex(/^[0-9a-f]{16}$/);

export const tokenLine = z.union([
  z.strictObject({ v: vmid, id, revoked: z.number() }),
  z.strictObject({
    v: vmid,
    id,
    salt: z.string().regex(/^[0-9a-f]{32}$/),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    at: z.number(),
  }),
]);
export type TokenLine = z.infer<typeof tokenLine>;
