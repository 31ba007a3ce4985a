// What the doctor says: findings, worst first, each with its evidence, cause and cure.
import { z } from 'zod';

/** A key of the text tables with its parameters; the parameters may hold foreign text. */
export const message = z.object({
  text: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
});
export type Message = z.infer<typeof message>;

export const severity = z.enum(['warn', 'fail']);
export type Severity = z.infer<typeof severity>;

export const finding = z.object({
  /** The rule that found it. */
  rule: z.string(),
  /** Rule and subject: the same trouble keeps its id from one examination to the next. */
  id: z.string(),
  severity,
  /** What it is about: a mount point, a device, a container; empty for the machine as a whole. */
  subject: z.string(),
  /** Milliseconds since the epoch: since when, as far as the facts tell, else when it was first seen. */
  since: z.number(),
  what: message,
  evidence: z.array(message),
  cause: message,
  cure: message,
});
export type Finding = z.infer<typeof finding>;

/** What became of one rule. */
export const ruleAnswer = z.object({
  rule: z.string(),
  state: z.enum(['ok', 'found', 'unknown', 'explained']),
  /** Why it could not be told (`unknown`), or which rule explains it (`explained`). */
  because: message.nullable(),
});
export type RuleAnswer = z.infer<typeof ruleAnswer>;

export const examination = z.object({
  at: z.number(),
  findings: z.array(finding),
  rules: z.array(ruleAnswer),
});
export type Examination = z.infer<typeof examination>;
