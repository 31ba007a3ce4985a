// The schema of a `Reading` nested in facts, for JSON that says of each part whether it could be read.
import { z } from 'zod';
import { REASON_CODES } from './reading.ts';

/** `{state:"ok",value,at,source}` or `{state:"absent"|"failed",code,detail,at,source}`. */
export const readingOf = <T extends z.ZodType>(value: T) =>
  z.discriminatedUnion('state', [
    z.object({ state: z.literal('ok'), value, at: z.number(), source: z.string() }),
    z.object({
      state: z.enum(['absent', 'failed']),
      code: z.enum(REASON_CODES),
      detail: z.string(),
      at: z.number(),
      source: z.string(),
    }),
  ]);
