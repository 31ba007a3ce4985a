// Why a fact is missing, in a few words, with the technical detail behind them. One sentence for
// every screen and text.
import type { Text, TextKey } from './text.ts';

type KeyOfReason = Extract<TextKey, `reason.${string}`>;
type ReasonWord<K> = K extends `reason.${infer Code}` ? Code : never;

/** The detail may be foreign text: what comes back still has to be made harmless where it is shown. */
export function tellMissing(
  text: Text,
  { code, detail }: { readonly code: ReasonWord<KeyOfReason>; readonly detail: string },
): string {
  const reason = text(`reason.${code}`);
  return detail === '' ? reason : `${reason} (${detail})`;
}
