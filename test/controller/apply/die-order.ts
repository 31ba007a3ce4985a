// What a controller that is to be killed is told (reconcile-and-die.ts).
import { z } from 'zod';

export const dieOrder = z.object({
  socketPath: z.string(),
  dataFolder: z.string(),
  config: z.unknown(),
  /** As `Hands.onStage` names them. */
  stage: z.string(),
  settleS: z.number(),
});
export type DieOrder = z.infer<typeof dieOrder>;
