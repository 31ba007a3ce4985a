// The word that a person types before something protected is stopped: the container's own name.
import { Refusal } from '../../daemon/refusal.ts';

export function checkWord(name: string, typed: string | undefined): void {
  if (typed === name) return;
  throw new Refusal(
    'E_WORD',
    typed === undefined
      ? `${name} is protected: its name has to be typed`
      : `the typed word is not ${name}, the name of the container`,
    { hint: `send confirm: ${name}` },
  );
}
