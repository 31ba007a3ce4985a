// How grave it is, how a guest finds itself.
import type { HealthStatus } from '../../src/contracts/facts/base-stack.ts';
import type { Tone } from './line.ts';

export const HEALTH_TONE = {
  ok: 'good',
  warn: 'warn',
  fail: 'bad',
  unknown: 'warn',
} as const satisfies Record<HealthStatus, Tone>;
