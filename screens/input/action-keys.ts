// Keys in the menu of actions and in the dialog that asks before one. Nothing is done here: what is
// confirmed goes to `act`, which decides.
import { changeList, isOverlay, type OverlayOf } from '../../state/view.ts';
import { act, refusalOf, tellError } from '../actions/act.ts';
import { askedAbout, fieldsOf, type Action, type Field } from '../actions/action.ts';
import { actionsOf, askedAction, targetsOf } from '../actions/actions-of.ts';
import type { Session } from '../session.ts';
import { whereIs } from '../where.ts';
import { toast } from './toast.ts';
import { MAX_TYPED, typeLine } from './type-line.ts';
import { typeWord } from './type-word.ts';
import { DEAF_MS, isUnseen } from './unseen.ts';

const PAGE = 8;
const ACCEPT = 'y';

export function pressInMenu(session: Session, name: string): void {
  const overlay = overlayOf(session, 'actions');
  if (overlay === undefined) return;
  if (name === 'Esc' || name === 'q' || name === 'a') return close(session);
  const actions = actionsHere(session, overlay.rowIds);
  const move = name === 'j' || name === 'Down' ? 1 : name === 'k' || name === 'Up' ? -1 : 0;
  if (move !== 0) {
    const choice = Math.min(actions.length - 1, Math.max(0, overlay.choice + move));
    return session.console.view.setState({ overlay: { ...overlay, choice } });
  }
  // Enter opens and never acts: a menu is no exception.
  if (name === 'Enter') return toast(session, 'actions.enter', { last: actions.length });
  const index =
    name === 'l' || name === 'Right' ? overlay.choice : /^[1-9]$/.test(name) ? Number(name) - 1 : -1;
  const action = actions[index];
  if (action === undefined) return;
  if (targetsOf(actions) !== overlay.held) {
    close(session);
    return toast(session, 'actions.changed-menu');
  }
  choose(session, overlay.rowIds, action, name);
}

/**
 * Goes on with an action on these rows, as its tier asks. `key` is what chose it, and never confirms it.
 * What is looked at anew first is looked at now, and asked about when it is there.
 */
function choose(session: Session, rowIds: readonly string[], action: Action, key: string): void {
  const refusal = refusalOf(session, action);
  if (refusal !== undefined) {
    return toast(session, 'actions.refused', { action: action.label, reason: refusal });
  }
  // The sign view asks for itself what a dialog would.
  if (action.tier === 0 || action.tier === 3) {
    close(session);
    return act(session, action);
  }
  if (action.by === 'controller' && action.looksFirst !== undefined) {
    return lookFirst(session, rowIds, action, key);
  }
  ask(session, rowIds, action, key);
}

function ask(session: Session, rowIds: readonly string[], action: Action, key: string): void {
  session.console.view.setState({
    toast: null,
    overlay: {
      kind: 'confirm',
      rowIds,
      action: action.id,
      title: `${action.label}: ${action.targetName}`,
      held: askedAbout(action),
      opener: key,
      openedAt: session.now(),
      answers: [],
      typed: fieldsOf(action)[0]?.initial ?? '',
      scroll: 0,
    },
  });
}

/** Asks once the plan is there, unless the person has gone elsewhere. */
function lookFirst(session: Session, rowIds: readonly string[], { id, label }: Action, key: string): void {
  const { view, basePlan } = session.console;
  close(session);
  const before = view.getState();
  toast(session, 'actions.looking', { action: label });
  void basePlan.look().then(
    () => {
      const now = view.getState();
      if (now.overlay !== null || now.screen !== before.screen) return;
      const model = session.model();
      const action = actionsOf(model, whereIs(now, model).screen, rowIds).find((each) => each.id === id);
      if (action === undefined) return toast(session, 'actions.changed-menu');
      const refusal = refusalOf(session, action);
      if (refusal !== undefined) return toast(session, 'actions.refused', { action: label, reason: refusal });
      ask(session, rowIds, action, key);
    },
    (error: unknown) =>
      toast(session, 'actions.refused', { action: label, reason: tellError(session.text(), error) }),
  );
}

/** `alone` is false for a key that arrived together with others. */
export function pressInDialog(session: Session, name: string, alone: boolean): void {
  const overlay = overlayOf(session, 'confirm');
  if (overlay === undefined) return;
  const change = (to: Partial<OverlayOf<'confirm'>>) =>
    session.console.view.setState({ overlay: { ...overlay, ...to } });
  const openFor = session.now() - overlay.openedAt;
  // A clock that was set back must not shut the dialog for good; what is not seen is not answered.
  if (openFor < 0 || isUnseen(session)) return change({ openedAt: session.now() });
  if (openFor < DEAF_MS) return;
  if (name === 'Esc') return close(session);
  const { screen } = whereIs(session.console.view.getState(), session.model());
  const action = askedAction(session.model(), screen, overlay);
  if (action === undefined) return toast(session, 'actions.only-esc');
  const by = SCROLLS[name];
  if (by !== undefined) return change({ scroll: Math.max(0, overlay.scroll + by) });
  const field = fieldsOf(action)[overlay.answers.length];
  if (field !== undefined) return pressInField(session, overlay, action, field, name);
  if (name === overlay.opener && action.tier === 1) return;
  if (action.tier === 1) {
    if (name === ACCEPT) confirmed(session, action, overlay.answers);
    else if (name === 'Enter' || name === 'n' || name === 'q') close(session);
    return;
  }
  if (name === 'Enter') {
    if (!alone) return toast(session, 'actions.enter-alone');
    if (overlay.typed === action.word) return confirmed(session, action, overlay.answers);
    return toast(session, 'actions.wrong-word', { word: action.word });
  }
  const typed = typeWord(overlay.typed, name);
  if (typed !== undefined) change({ typed });
}

const SCROLLS: Readonly<Record<string, number>> = { Down: 1, Up: -1, PgDn: PAGE, PgUp: -PAGE };

/** A field is filled in, and Enter goes on to the next; nothing is done yet. */
function pressInField(
  session: Session,
  overlay: OverlayOf<'confirm'>,
  action: Action,
  field: Field,
  name: string,
): void {
  const change = (to: Partial<OverlayOf<'confirm'>>) =>
    session.console.view.setState({ overlay: { ...overlay, ...to } });
  if (name === 'Enter') {
    const problem = field.problem(overlay.typed);
    if (problem !== undefined)
      return toast(session, 'actions.refused', { action: field.label, reason: problem });
    const answers = [...overlay.answers, overlay.typed.trim()];
    const next = fieldsOf(action)[answers.length];
    // The question itself is read before it is answered.
    const since = next === undefined ? { openedAt: session.now() } : {};
    return change({ answers, typed: next?.initial ?? '', ...since });
  }
  const typed = typeLine(overlay.typed, name);
  if (typed !== undefined) change({ typed });
}

/** The field that is being filled in now; nothing where a dialog asks whether to do it. */
function fieldNow(session: Session): OverlayOf<'confirm'> | undefined {
  const overlay = overlayOf(session, 'confirm');
  if (overlay === undefined || session.now() - overlay.openedAt < DEAF_MS) return undefined;
  const model = session.model();
  const { screen } = whereIs(session.console.view.getState(), model);
  const action = askedAction(model, screen, overlay);
  return action !== undefined && overlay.answers.length < fieldsOf(action).length ? overlay : undefined;
}

export const takesField = (session: Session): boolean => fieldNow(session) !== undefined;

/** Takes the first line of what is pasted into the field, where there is one now. */
export function pasteInField(session: Session, text: string): boolean {
  const overlay = fieldNow(session);
  if (overlay === undefined) return false;
  const line = (text.split(/[\r\n]/)[0] ?? '').replace(/\p{Cc}/gu, '');
  const typed = (overlay.typed + line).slice(0, MAX_TYPED);
  session.console.view.setState({ overlay: { ...overlay, typed } });
  return true;
}

/** Closed before it is done, so that no second key can confirm it again. */
function confirmed(session: Session, action: Action, answers: readonly string[]): void {
  close(session);
  changeList(session.console.view, { marks: new Set() });
  act(session, action, answers);
}

const close = (session: Session) => session.console.view.setState({ overlay: null });

function overlayOf<K extends 'actions' | 'confirm'>(session: Session, kind: K): OverlayOf<K> | undefined {
  const { overlay } = session.console.view.getState();
  return isOverlay(overlay, kind) ? overlay : undefined;
}

function actionsHere(session: Session, rowIds: readonly string[]): readonly Action[] {
  const model = session.model();
  return actionsOf(model, whereIs(session.console.view.getState(), model).screen, rowIds);
}

/** By its name from the palette, where the row is selected by then. */
export function chooseById(session: Session, rowId: string, id: string): void {
  const action = actionsHere(session, [rowId]).find((each) => each.id === id);
  if (action === undefined) return toast(session, 'actions.changed-menu');
  choose(session, [rowId], action, 'Enter');
}
