// What the kernel complained about in the last hour, from the journal or /dev/kmsg.
import { z } from 'zod';

export const kernelError = z.object({
  kind: z.enum(['oom', 'io', 'filesystem', 'machine-check', 'hung-task', 'other']),
  /** The newest message of its kind about its subject. */
  message: z.string(),
  /** The device, process or file system it is about, where the message names one. */
  subject: z.string().nullable(),
  first_at: z.number(),
  last_at: z.number(),
  count: z.number(),
});
export type KernelError = z.infer<typeof kernelError>;

export const kernelErrorFacts = z.object({
  /** Messages before this moment were not looked at. */
  since: z.number(),
  errors: z.array(kernelError),
});
export type KernelErrorFacts = z.infer<typeof kernelErrorFacts>;
