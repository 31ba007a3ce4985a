// Says to whoever asks too often when to come again.
import { Refusal } from '../refusal.ts';

/** `waitS`: as a rate gate gives it; 0 lets through. */
export function slowDown(waitS: number): void {
  if (waitS === 0) return;
  throw new Refusal('E_RATE', 'too many requests', {
    hint: `ask again in ${waitS} s`,
    retryAfterS: waitS,
  });
}
