// Keys in the menu of actions and in the dialog that asks before one. Nothing is done here: what is
// confirmed goes to `act`, which decides.
import { changeList, isOverlay, type OverlayOf } from '../../state/view.ts';
import { act, refusalOf } from '../actions/act.ts';
import { askedAbout, type Action } from '../actions/action.ts';
import { actionsOf, askedAction, targetsOf } from '../actions/actions-of.ts';
import type { Session } from '../session.ts';
import { whereIs } from '../where.ts';
import { toast } from './toast.ts';
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
  choose(session, overlay, action, name);
}

function choose(session: Session, { rowIds }: OverlayOf<'actions'>, action: Action, key: string): void {
  const refusal = refusalOf(session, action);
  if (refusal !== undefined) {
    return toast(session, 'actions.refused', { action: action.label, reason: refusal });
  }
  // The sign view asks for itself what a dialog would.
  if (action.tier === 0 || action.tier === 3) {
    close(session);
    return act(session, action);
  }
  session.console.view.setState({
    overlay: {
      kind: 'confirm',
      rowIds,
      action: action.id,
      title: `${action.label}: ${action.targetName}`,
      held: askedAbout(action),
      opener: key,
      openedAt: session.now(),
      typed: '',
      scroll: 0,
    },
  });
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
  if (name === overlay.opener && action.tier === 1) return;
  if (action.tier === 1) {
    if (name === ACCEPT) confirmed(session, action);
    else if (name === 'Enter' || name === 'n' || name === 'q') close(session);
    return;
  }
  if (name === 'Enter') {
    if (!alone) return toast(session, 'actions.enter-alone');
    if (overlay.typed === action.word) return confirmed(session, action);
    return toast(session, 'actions.wrong-word', { word: action.word });
  }
  const typed = typeWord(overlay.typed, name);
  if (typed !== undefined) change({ typed });
}

const SCROLLS: Readonly<Record<string, number>> = { Down: 1, Up: -1, PgDn: PAGE, PgUp: -PAGE };

/** Closed before it is done, so that no second key can confirm it again. */
function confirmed(session: Session, action: Action): void {
  close(session);
  changeList(session.console.view, { marks: new Set() });
  act(session, action);
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
