// Puts the code of an agent's refusal, or of an operation's end, into words with the way out.
import { isTextKey, type Text } from './text.ts';

/** Nothing for a code of a newer agent: its own English words stand then. */
export function tellRefusal(text: Text, code: string | undefined): string | undefined {
  const key = `api.${code ?? ''}`;
  return isTextKey(key) ? text(key) : undefined;
}
