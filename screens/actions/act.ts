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
import { tellSilence } from '../containers/controller-line.ts';
import { openProgram, tellProblem } from '../open-program.ts';
import type { Action, Actor, Outcome } from './action.ts';

const TYPEABLE = /^[\x21-\x7e]{2,64}$/;

/** Why nothing at all is done now by this one, whatever it is; nothing when something may be. */
function closedReason(session: Session, by: Actor): string | undefined {
  const text = session.text();
  const { source, view } = session.console;
  if (session.readOnly) return text('off.read-only');
  if (by === 'agent' && source.call === undefined) return text('off.no-actions');
  if (view.getState().frozenAt !== null) return text('actions.frozen');
  if (by === 'agent') return agentSilence(session);
  return by === 'controller' ? controllerSilence(session) : undefined;
}

function agentSilence(session: Session): string | undefined {
  const text = session.text();
  const { connection } = session.model();
  if (connection === undefined || connection.state === 'connected') return undefined;
  const age = formatDuration(session.now() - connection.since, text.language);
  return text(connection.state === 'lost' ? 'actions.lost' : 'actions.refused-agent', { age });
}

/** Where one is expected and says nothing, its facts fail; where none ever was, there are none. */
function controllerSilence(session: Session): string | undefined {
  const text = session.text();
  const silence = tellSilence(session.model());
  if (silence !== undefined) return silence;
  return session.console.source.callController === undefined ? text('off.no-controller') : undefined;
}

/** Why nothing is done that is judged by these facts; nothing when something may be. */
export function barredReason(
  session: Session,
  needs: readonly Subject[],
  by: Actor = 'agent',
): string | undefined {
  const closed = closedReason(session, by);
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
  const barred = barredReason(session, action.needs, action.by);
  if (barred !== undefined) return barred;
  const text = session.text();
  if (session.asked.has(keyOf(action))) return text('actions.under-way');
  if (action.off !== undefined) return action.off;
  if (action.by === 'terminal') {
    const problem = session.programs.problem(action.opens);
    return problem === undefined ? undefined : tellProblem(text, problem);
  }
  return action.tier >= 2 && !isTypeable(action.word) ? text('actions.no-word') : undefined;
}

/**
 * Does it, when it may be done, and says what came of it. The person may have gone elsewhere by then.
 * `answers` are what was filled in, where it asks for something.
 */
export function act(session: Session, action: Action, answers: readonly string[] = []): void {
  const text = session.text();
  const { view } = session.console;
  const say = (words: string) =>
    view.setState({ toast: { text: words, at: session.now(), kind: 'outcome' } });
  const refusal = refusalOf(session, action);
  if (refusal !== undefined) {
    return say(text('actions.refused', { action: action.label, reason: refusal }));
  }
  if (action.by === 'terminal') return openProgram(session, action.opens);
  // What destroys data is not done from here: whoever signs first sees all that is signed.
  if (action.tier === 3) return openSignView(session, action.signs);
  say(text(`actions.asked.${action.by}`, { action: action.label, target: action.targetName }));
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
  void runBy(session, action, answers)
    .finally(() => session.asked.delete(keyOf(action)))
    .then(done, (error: unknown) =>
      say(text('actions.refused', { action: action.label, reason: tellError(text, error) })),
    );
}

/** An actor that went away since it was let through refuses it like any other. */
async function runBy(
  session: Session,
  action: Exclude<Action, { by: 'terminal' } | { tier: 3 }>,
  answers: readonly string[],
): Promise<Outcome> {
  const { call, callController } = session.console.source;
  const text = session.text();
  if (action.by === 'agent') {
    if (call === undefined) throw new ActionableError('unreachable', text('off.no-actions'));
    return action.run(call);
  }
  if (callController === undefined) throw new ActionableError('unreachable', text('off.no-controller'));
  return action.run(callController, answers);
}

const keyOf = ({ id, target }: Action): string => `${id} ${target}`;

/** What was wrong, and what to do about it where whoever was asked says. */
export function tellError(text: Text, error: unknown): string {
  if (!(error instanceof ActionableError)) return messageOf(error);
  const { message, hint } = tellActionable(text, error);
  return hint === undefined ? message : `${message} ${hint}`;
}
