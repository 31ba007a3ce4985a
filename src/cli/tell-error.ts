// Tells what went wrong: to a person on stderr, to a script also as its one document. A bug is
// called one, with its stack only for those who ask.
import { ActionableError, messageOf } from '../base/errors.ts';
import { tellActionable } from '../base/texts/tell-actionable.ts';
import type { Text } from '../base/texts/text.ts';
import type { Output } from './print.ts';

export type ErrorListener = {
  readonly out: Output;
  readonly err: Output;
  readonly text: Text;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly wantsJson: boolean;
};

export function tellError(error: unknown, { out, err, text, env, wantsJson }: ErrorListener): void {
  const name = { text: 'felhom: ', style: 'bad' } as const;
  if (error instanceof ActionableError) {
    const { kind: code, code: api_code, answer } = error;
    const { message, hint } = tellActionable(text, error);
    const isNamed = api_code?.startsWith('E_') === true;
    // The same code as on the screen and in the pages of help.
    err.line(name, isNamed ? `${api_code}: ${message}` : message);
    if (hint !== undefined) err.line(hint);
    if (api_code === 'E_WORD') err.line(text('confirm.option'));
    // A usage error is the script's own mistake: it gets no document.
    if (wantsJson && code !== 'usage') {
      out.json({
        error: message,
        code,
        ...(hint === undefined ? {} : { hint }),
        ...(isNamed ? { api_code } : {}),
        ...(answer === undefined ? {} : { answer }),
      });
    }
    return;
  }
  err.line(name, text('error.bug', { message: messageOf(error) }));
  if ((env['FELHOM_DEBUG'] ?? '') === '') err.line(text('error.bug.hint'));
  else if (error instanceof Error) for (const row of (error.stack ?? '').split('\n')) err.line(row);
}
