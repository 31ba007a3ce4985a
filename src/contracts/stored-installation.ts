// The agent's own file about the installation that it belongs to.
import { z } from 'zod';

const hex = z.string().regex(/^[0-9a-f]{64}$/);

export const storedInstallation = z.object({
  version: z.literal(1),
  /** Random. Who has it, the board's UUID and the machine id can tell what is signed here: it is kept for root. */
  id: hex,
  /** The digest over all three, as it was when they were put down. */
  install: hex,
});
export type StoredInstallation = z.infer<typeof storedInstallation>;
