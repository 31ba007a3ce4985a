// From names of keys to commands: what lies on top takes the key first, then two-key commands,
// then the table of keys for the place that is shown.
import { allKeys, type KeyRow, type CommandId } from '../keys.ts';
import type { Session } from '../session.ts';
import { whereIs } from '../where.ts';
import { runCommand } from './commands.ts';
import { overlayKeys } from './overlay-keys.ts';
import { toast } from './toast.ts';

type Bound = KeyRow & { readonly id: CommandId };
const rows: readonly Bound[] = allKeys;
/** Keys that begin a two-key command. */
const STARTERS = new Set(
  rows
    .flatMap((row) => row.keys)
    .filter((key) => key.includes(' '))
    .map((key) => key.split(' ')[0] ?? ''),
);
/** These work whatever lies on top. */
const ALWAYS: ReadonlySet<CommandId> = new Set(['suspend', 'repaint', 'leave']);

/** `alone` is false for a key that arrived together with others. */
export function pressKey(session: Session, name: string, alone = true): void {
  const { view } = session.console;
  const before = view.getState();
  const pair = before.pendingKey === null ? undefined : `${before.pendingKey} ${name}`;
  view.setState({ pendingKey: null, toast: null });

  const always = rows.find(
    (row) =>
      ALWAYS.has(row.id) && (row.keys.includes(name) || (pair !== undefined && row.keys.includes(pair))),
  );
  if (always !== undefined) return runCommand(session, always.id, name);
  if (name === 'Ctrl+c') {
    view.setState({ pendingKey: name });
    return toast(session, 'toast.again');
  }
  if (before.overlay !== null) return overlayKeys[before.overlay.kind].press(session, name, alone);

  const { place } = whereIs(before, session.model());
  const here = (key: string) => rows.find((row) => row.keys.includes(key) && row.places.includes(place));
  const bound = (pair === undefined ? undefined : here(pair)) ?? here(name);
  if (bound !== undefined) return runCommand(session, bound.id, name);
  if (STARTERS.has(name)) return view.setState({ pendingKey: name });
  const elsewhere = rows.some((row) => row.keys.includes(name));
  if (elsewhere) toast(session, 'toast.off', { key: name, reason: session.text()('off.not-here') });
  else toast(session, 'toast.unbound', { key: name });
}

/** Whether keys go into a line that is being typed. */
export function isTyping(session: Session): boolean {
  const { overlay } = session.console.view.getState();
  if (overlay === null) return false;
  const { paste, takesWhole } = overlayKeys[overlay.kind];
  return paste !== undefined || takesWhole?.(session) === true;
}

/** Pasted text goes into a line that is being typed, and nowhere else. */
export function pasteText(session: Session, text: string): void {
  const { overlay } = session.console.view.getState();
  const keys = overlay === null ? undefined : overlayKeys[overlay.kind];
  if (keys?.pasteWhole?.(session, text) === true) return;
  const typed = keys?.paste;
  if (typed === undefined) {
    const confirms = overlay?.kind === 'confirm' || overlay?.kind === 'sign';
    return toast(session, confirms ? 'actions.paste' : 'toast.paste');
  }
  typed(session, (text.split(/[\r\n]/)[0] ?? '').replace(/\p{Cc}/gu, ''));
}
