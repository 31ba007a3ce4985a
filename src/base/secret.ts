// Secrets: made at random, compared without telling by the time it takes.
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 bits, as letters that need no quoting anywhere. */
export const makeSecret = (): string => randomBytes(32).toString('base64url');

/** Digests are compared, so that not even the length shows. */
export function isSameSecret(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
