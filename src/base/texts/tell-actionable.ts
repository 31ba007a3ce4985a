// An error that a person can act on, in the person's words: what the agent refuses and why it cannot be
// reached come with a code, which has words in both languages.
import type { ActionableError } from '../errors.ts';
import { tellRefusal } from './tell-refusal.ts';
import { isTextKey, type Text } from './text.ts';

export type ToldError = { readonly message: string; readonly hint: string | undefined };

/** May hold foreign text: what comes back still has to be made harmless where it is shown. */
export function tellActionable(text: Text, error: ActionableError): ToldError {
  const { kind, code, message, hint, peer } = error;
  if (code === undefined) return { message, hint };
  const told = tellRefusal(text, code, peer);
  // Where somebody answered there are words for the answer.
  if (kind === 'unreachable' && told === undefined) return tellUnreachable(text, code, message, peer);
  if (told === undefined) return { message, hint };
  // The agent's own sentence is English, and names what was wrong more closely than any code.
  return text.language === 'en' ? { message, hint: hint ?? told } : { message: told, hint: message };
}

function tellUnreachable(text: Text, code: string, detail: string, peer: ActionableError['peer']): ToldError {
  if (code === 'certificate') {
    return { message: text('agent.certificate', { detail }), hint: text('agent.certificate.hint') };
  }
  const key = `reason.${code}`;
  const reason = isTextKey(key) ? `${text(key)} (${detail})` : detail;
  const words = SILENCE[peer ?? 'agent'];
  return {
    message: text(words.message, { reason }),
    hint: text(code === 'no-permission' ? words.closed : words.hint),
  };
}

const SILENCE = {
  agent: { message: 'agent.silent', hint: 'agent.silent.hint', closed: 'agent.closed.hint' },
  controller: {
    message: 'controller.silent',
    hint: 'controller.silent.hint',
    closed: 'controller.closed.hint',
  },
} as const;
