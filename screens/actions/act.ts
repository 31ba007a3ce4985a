// The one place where an action is let through or refused, and where what came of it is said. Whatever
// a menu or a dialog shows, nothing is done that this does not let through.
import { ActionableError, messageOf } from '../../src/base/errors.ts';
import { tellActionable } from '../../src/base/texts/tell-actionable.ts';
import type { Text } from '../../src/base/texts/text.ts';
import { formatDuration } from '../../src/base/units.ts';
import type { Subject } from '../../src/contracts/all-facts.ts';
import { freshnessOf } from '../../src/contracts/freshness.ts';
import { goToRow } from '../../state/view.ts';
import type { Session } from '../session.ts';
import { openSignView } from '../sign/open-sign-view.ts';
import type { Action, Outcome } from './action.ts';

const TYPEABLE = /^[\x21-\x7e]{2,64}$/;

/** Why nothing at all is done now, whatever it is; nothing when something may be. */
function closedReason(session: Session): string | undefined {
  const text = session.text();
  const { source, view } = session.console;
  const { connection } = session.model();
  if (session.readOnly) return text('off.read-only');
  if (source.call === undefined) return text('off.no-actions');
  if (view.getState().frozenAt !== null) return text('actions.frozen');
  if (connection === undefined || connection.state === 'connected') return undefined;
  const age = formatDuration(session.now() - connection.since, text.language);
  return text(connection.state === 'lost' ? 'actions.lost' : 'actions.refused-agent', { age });
}

/** Why nothing is done that is judged by these facts; nothing when something may be. */
export function barredReason(session: Session, needs: readonly Subject[]): string | undefined {
  const closed = closedReason(session);
  if (closed !== undefined) return closed;
  const text = session.text();
  const { observations } = session.console.shown.getState();
  for (const subject of needs) {
    const state = freshnessOf(observations[subject], session.now());
    if (state === 'live' || state === 'ageing') continue;
    return text('actions.stale', { facts: text(`subject.${subject}`), state: text(`freshness.${state}`) });
  }
  return undefined;
}

/** A word that can be typed; an empty one would be confirmed by Enter alone. */
export const isTypeable = (word: string): boolean => TYPEABLE.test(word);

/** Why this is not done now; nothing when it would be. */
export function refusalOf(session: Session, action: Action): string | undefined {
  const barred = barredReason(session, action.needs);
  if (barred !== undefined) return barred;
  const text = session.text();
  if (session.asked.has(keyOf(action))) return text('actions.under-way');
  if (action.off !== undefined) return action.off;
  return action.tier >= 2 && !isTypeable(action.word) ? text('actions.no-word') : undefined;
}

/** Does it, when it may be done, and says what came of it. The person may have gone elsewhere by then. */
export function act(session: Session, action: Action): void {
  const text = session.text();
  const { view, source } = session.console;
  const say = (words: string) =>
    view.setState({ toast: { text: words, at: session.now(), kind: 'outcome' } });
  const refusal = refusalOf(session, action);
  if (refusal !== undefined || source.call === undefined) {
    return say(text('actions.refused', { action: action.label, reason: refusal ?? '' }));
  }
  // What destroys data is not done from here: whoever signs first sees all that is signed.
  if (action.tier === 3) return openSignView(session, action.signs);
  say(text('actions.asked', { action: action.label, target: action.targetName }));
  const { screen } = view.getState();
  const done = ({ said, goTo: next }: Outcome) => {
    const now = view.getState();
    if (next !== undefined && now.screen === screen && now.overlay === null) {
      goToRow(view, next.screen, next.rowId);
    }
    say(said);
    session.console.poller.refresh();
  };
  session.asked.add(keyOf(action));
  void action
    .run(source.call)
    .finally(() => session.asked.delete(keyOf(action)))
    .then(done, (error: unknown) =>
      say(text('actions.refused', { action: action.label, reason: tellError(text, error) })),
    );
}

const keyOf = ({ id, target }: Action): string => `${id} ${target}`;

/** What was wrong, and what to do about it where the agent says. */
function tellError(text: Text, error: unknown): string {
  if (!(error instanceof ActionableError)) return messageOf(error);
  const { message, hint } = tellActionable(text, error);
  return hint === undefined ? message : `${message} ${hint}`;
}
