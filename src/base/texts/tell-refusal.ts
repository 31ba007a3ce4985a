// Puts the code of an agent's refusal, of an operation's end, or of why an ssh-agent does not sign, into words
// with the way out.
import { isTextKey, type Text } from './text.ts';

/** Nothing for a code of a newer agent: its own English words stand then. `peer`: some of a controller's differ. */
export function tellRefusal(text: Text, code: string | undefined, peer?: 'controller'): string | undefined {
  const own = peer === undefined ? [] : [`controller.${code ?? ''}`];
  const key = [...own, `api.${code ?? ''}`, `signer.${code ?? ''}`].find(isTextKey);
  return key === undefined ? undefined : text(key);
}
