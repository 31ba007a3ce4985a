// Why the agent or the ssh-agent said no: its code, what was wrong, and what to do about it.
import { ActionableError, messageOf } from '../../src/base/errors.ts';
import { tellActionable } from '../../src/base/texts/tell-actionable.ts';
import { tellRefusal } from '../../src/base/texts/tell-refusal.ts';
import type { Text } from '../../src/base/texts/text.ts';

/** May hold foreign text. */
export function tellNo(text: Text, error: unknown): string {
  if (!(error instanceof ActionableError)) return messageOf(error);
  const { code, kind } = error;
  const named = code === undefined || kind === 'unreachable' ? '' : `${code}: `;
  if (code?.startsWith('E_AGENT_') === true) return `${named}${tellRefusal(text, code) ?? error.message}`;
  const { message, hint } = tellActionable(text, error);
  if (hint === undefined || hint === message) return `${named}${message}`;
  return `${named}${message}${/[.!?…:]$/.test(message) ? '' : '.'} ${hint}`;
}
