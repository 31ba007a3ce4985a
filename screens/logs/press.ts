// Keys and pastes in the log view: moving, its commands, and the line of a search.
import { endOf, scrolledTo, type LogView } from '../../state/log-view.ts';
import { runCommand } from '../input/commands.ts';
import { toast } from '../input/toast.ts';
import { MAX_TYPED, typeLine } from '../input/type-line.ts';
import { allKeys, type KeyRow } from '../keys.ts';
import { layoutOf } from '../layout.ts';
import type { Session } from '../session.ts';
import { goToMatch, isLogCommand, type LogCommandId } from './commands.ts';
import { firstInSight } from './window.ts';

const SIDEWAYS = 16;
const rows: readonly (KeyRow & { readonly id: string })[] = allKeys;
const commandOf = (name: string): LogCommandId | undefined =>
  rows
    .filter((row) => row.places.includes('logs') && row.keys.includes(name))
    .map(({ id }) => id)
    .find(isLogCommand);

export function pressInLogs(session: Session, name: string): void {
  const view = session.console.logs.store.getState();
  if (view === null) return close(session);
  if (view.typing !== null) return pressInSearch(session, view, view.typing, name);
  if (name === 'Esc' && view.query !== '') return change(session, { query: '', found: null });
  if (name === 'Esc' || name === 'q' || name === 'L') return close(session);
  if (move(session, view, name)) return;
  const command = commandOf(name);
  if (command !== undefined) runCommand(session, command, name);
  else if (name !== 'Enter') toast(session, 'toast.unbound.view', { key: name });
}

const close = (session: Session) => session.console.view.setState({ overlay: null });
const change = (session: Session, to: Partial<LogView>) =>
  session.console.logs.change((view) => ({ ...view, ...to }));

function move(session: Session, view: LogView, name: string): boolean {
  const { logs } = session.console;
  const page = Math.max(1, layoutOf(session.size()).bodyRows - 2);
  const by: Readonly<Record<string, number>> = {
    j: 1,
    Down: 1,
    k: -1,
    Up: -1,
    PgDn: page,
    'Ctrl+d': Math.ceil(page / 2),
    PgUp: -page,
    'Ctrl+u': -Math.ceil(page / 2),
  };
  const step = by[name];
  if (step !== undefined) {
    const first = firstInSight(session, view);
    const last = firstInSight(session, { ...view, follow: true });
    // Whoever reaches the end by moving down follows on.
    const reached = step > 0 && first + step >= last && view.feed.state === 'reading';
    logs.change((now) =>
      reached ? { ...now, follow: true } : scrolledTo(now, Math.min(last, first + step)),
    );
    return true;
  }
  if (name === 'g' || name === 'Home') logs.change((now) => scrolledTo(now, now.dropped));
  else if (name === 'G' || name === 'End')
    logs.change((now) => ({ ...scrolledTo(now, endOf(now)), follow: true }));
  else if (name === 'l' || name === 'Right') shift(session, view, SIDEWAYS);
  else if (name === 'h' || name === 'Left') shift(session, view, -SIDEWAYS);
  else return false;
  return true;
}

/** What is wrapped has nothing at its side. */
function shift(session: Session, view: LogView, by: number): void {
  if (!view.wrap) change(session, { left: Math.max(0, view.left + by) });
}

function pressInSearch(
  session: Session,
  view: LogView,
  { before }: NonNullable<LogView['typing']>,
  name: string,
): void {
  if (name === 'Esc') return change(session, { typing: null, query: before, found: null });
  if (name === 'Enter') {
    change(session, { typing: null });
    // The newest first: what is looked for in a log has just happened.
    if (view.query !== '') goToMatch(session, -1);
    return;
  }
  const query = typeLine(view.query, name);
  if (query !== undefined) change(session, { query, found: null });
}

/** Whether pasted text has a line to go to now. */
export const takesLogPaste = ({ console }: Session): boolean => {
  const view = console.logs.store.getState();
  return view !== null && view.typing !== null;
};

export function pasteInLogs(session: Session, text: string): boolean {
  if (!takesLogPaste(session)) return false;
  const line = (text.split(/[\r\n]/)[0] ?? '').replace(/\p{Cc}/gu, '');
  session.console.logs.change((view) => ({
    ...view,
    query: (view.query + line).slice(0, MAX_TYPED),
    found: null,
  }));
  return true;
}
