// Digests, random names and secrets, and comparing secrets in constant time.
import { createHash, hash, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

/** SHA-256, hexadecimal. `domain` names what is digested, so that one kind never passes for another. */
export const sha256 = (domain: string, content: string | Uint8Array): string =>
  typeof content === 'string'
    ? // In one go: every request of a guest waits for one.
      hash('sha256', `${domain}\0${content}`)
    : createHash('sha256').update(`${domain}\0`).update(content).digest('hex');

/** As sha256sum(1) prints it: for what people compare by themselves. */
export const plainSha256 = (content: string): string => hash('sha256', content);

export const randomHex = (bytes: number): string => randomBytes(bytes).toString('hex');

/** 256 random bits in 43 letters that need no quoting. */
export const randomSecret = (): string => randomBytes(32).toString('base64url');

export const randomUuid = (): string => randomUUID();

/** Takes the same time wherever the two differ; of different lengths they are simply not equal. */
export function equalSecrets(one: string, other: string): boolean {
  const a = Buffer.from(one, 'utf8');
  const b = Buffer.from(other, 'utf8');
  return a.length === b.length && timingSafeEqual(a, b);
}
