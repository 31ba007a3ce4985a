// Keys and pastes in the sign view. A word is typed and never pasted; only a signature is pasted, and
// only into its field. What is done goes through `isBarred`, as every action does.
import {
  asArmor,
  chooseKey,
  chosenKey,
  gone,
  isTooLong,
  isWhole,
  pastedMore,
  phaseOf,
  usableKeys,
  type SignView,
} from '../../state/sign-view.ts';
import { runCommand } from '../input/commands.ts';
import { toast } from '../input/toast.ts';
import { typeWord } from '../input/type-word.ts';
import { DEAF_MS, isUnseen } from '../input/unseen.ts';
import { allKeys, type KeyRow } from '../keys.ts';
import type { Session } from '../session.ts';
import { answerYes, isBarred, isSignCommand, isStuck, signOff, type SignCommandId } from './commands.ts';
import { signScrollLimit } from './draw.ts';

const PAGE = 8;
const ACCEPT = 'y';
const SCROLLS: Readonly<Record<string, number>> = { Down: 1, Up: -1, PgDn: PAGE, PgUp: -PAGE };

const rows: readonly (KeyRow & { readonly id: string })[] = allKeys;
const commandOf = (name: string): SignCommandId | undefined =>
  rows
    .filter((row) => row.places.includes('sign') && row.keys.includes(name))
    .map(({ id }) => id)
    .find(isSignCommand);

/** Where letters go into the word that belongs to the disk. */
const typesWord = (view: SignView): boolean =>
  phaseOf(view) === 'run' || (phaseOf(view) === 'sign' && view.way === 'agent');
/** Where a key does more than to look: it may have been on its way before that was asked. */
const confirms = (view: SignView): boolean => view.asking !== null || typesWord(view);
const hasField = (view: SignView): boolean => phaseOf(view) === 'sign' && view.way === 'offline';

/** `alone` is false for a key that arrived together with others. */
export function pressInSign(session: Session, name: string, alone: boolean): void {
  const { signing } = session.console;
  const view = signing.store.getState();
  if (view === null) return close(session);
  // Esc leaves and does nothing else: it works always, and at once.
  if (name === 'Esc') return back(session, view);
  const openFor = session.now() - view.since;
  // A clock that was set back must not shut the view for good; what is not seen is not answered.
  if (openFor < 0 || isUnseen(session)) return signing.change((now, at) => ({ ...now, since: at }));
  if (openFor < DEAF_MS && confirms(view)) return;
  const by = SCROLLS[name];
  if (by !== undefined) return move(session, view, by);
  if (isStuck(view)) return toast(session, 'sign.only-esc');
  if (view.asking !== null) {
    if (name === ACCEPT) return answerYes(session, view, view.asking);
    if (name === 'Enter' || name === 'n' || name === 'q') return unask(session);
    return;
  }
  if (view.doing !== null) return toast(session, 'sign.busy');
  if (typesWord(view)) return pressWord(session, view, name, alone);
  if (hasField(view) && (view.pasted !== '' || name === '-' || name === 'Enter')) {
    return pressField(session, view, name);
  }
  if (name === 'q') return close(session);
  const command = commandOf(name);
  if (command !== undefined) runCommand(session, command, name);
  else toast(session, 'toast.unbound.view', { key: name });
}

const close = (session: Session) => session.console.view.setState({ overlay: null });
const unask = ({ console }: Session) => console.signing.change((view) => ({ ...view, asking: null }));

/** One step back: a question, a wait, what was pasted, a way, the view itself. */
function back(session: Session, view: SignView): void {
  const { signing } = session.console;
  if (isStuck(view)) return close(session);
  if (view.asking !== null) return unask(session);
  if (view.doing?.what === 'sign') return signing.giveUp();
  if (hasField(view) && view.pasted !== '') {
    return signing.change((now) => ({ ...now, pasted: '', refusal: null }));
  }
  if (phaseOf(view) !== 'sign' || view.way === 'ways') return close(session);
  signing.giveUp();
  signing.change((now, at) => gone(now, 'ways', at));
}

/** Up and down choose among several keys that may sign; else they scroll. */
function move(session: Session, view: SignView, by: number): void {
  const { signing } = session.console;
  const isChoice = phaseOf(view) === 'sign' && view.way === 'agent' && usableKeys(view) > 1;
  if (isChoice && view.doing === null && (by === 1 || by === -1)) {
    return signing.change((now) => chooseKey(now, by));
  }
  const limit = signScrollLimit(session, view);
  signing.change((now) => ({
    ...now,
    scroll: Math.min(limit, Math.max(0, Math.min(now.scroll, limit) + by)),
  }));
}

function pressWord(session: Session, view: SignView, name: string, alone: boolean): void {
  const { signing } = session.console;
  if (name === 'Enter') return confirmWord(session, view, alone);
  const typed = typeWord(view.typed, name);
  if (typed !== undefined) signing.change((now) => ({ ...now, typed }));
}

function confirmWord(session: Session, view: SignView, alone: boolean): void {
  const { signing } = session.console;
  const word = view.operation.confirm_word;
  const isSigning = phaseOf(view) === 'sign';
  // The keys may have been added since: there is nothing to confirm before one can sign.
  if (isSigning && view.keys.state !== 'listing' && chosenKey(view) === undefined) return signing.listKeys();
  if (!alone) return toast(session, 'actions.enter-alone');
  if (view.typed !== word) return toast(session, 'actions.wrong-word', { word });
  if (isBarred(session)) return;
  if (!isSigning) return signing.run(word);
  if (!isOff(session, 'sign.agent')) signing.sign();
}

/** Says why it cannot be signed this way now, when that is so. */
function isOff(session: Session, id: SignCommandId): boolean {
  const off = signOff(session, id);
  if (off === undefined) return false;
  const text = session.text();
  toast(session, 'toast.off', { key: text('op-action.sign'), reason: text(off) });
  return true;
}

/** A signature that is typed, or comes without the marks of a paste: ends of lines belong to it. */
function pressField(session: Session, view: SignView, key: string): void {
  const { signing } = session.console;
  if (key === 'Enter') {
    if (view.pasted === '') return toast(session, 'sign.nothing-pasted');
    if (!isWhole(view.pasted)) return signing.change((now) => pastedMore(now, '\n'));
    return handIn(session, view);
  }
  if (key === 'Backspace' || key === 'Delete') {
    return signing.change((now) => ({ ...now, pasted: now.pasted.slice(0, -1) }));
  }
  const letter = key === 'Space' ? ' ' : key;
  if ([...letter].length === 1) signing.change((now) => pastedMore(now, letter));
}

function handIn(session: Session, view: SignView): void {
  if (isTooLong(view.pasted)) return toast(session, 'sign.too-long');
  if (!isOff(session, 'sign.offline') && !isBarred(session))
    session.console.signing.submit(asArmor(view.pasted));
}

/** Whether pasted text has a field to go to now. */
export function takesPaste({ console }: Session): boolean {
  const view = console.signing.store.getState();
  return view !== null && hasField(view) && !isStuck(view) && view.asking === null && view.doing === null;
}

/** Takes pasted text into the field, where there is one now. */
export function pasteInSign(session: Session, text: string): boolean {
  if (!takesPaste(session)) return false;
  session.console.signing.change((view) => pastedMore(view, text));
  return true;
}
