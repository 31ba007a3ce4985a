// What stands in the footer of the sign view: the keys that do something here and now.
import type { TextKey } from '../../src/base/texts/text.ts';
import { phaseOf, type SignView } from '../../state/sign-view.ts';
import { lineWidth, segment, type Line } from '../draw/line.ts';
import type { Model } from '../draw/model.ts';
import { allKeys, type KeyRow } from '../keys.ts';
import type { Session } from '../session.ts';
import { isSignCommand, isStuck, signOff } from './commands.ts';

const rows: readonly (KeyRow & { readonly id: string })[] = allKeys;

export function signPrompt(session: Session, model: Model): Line {
  const view = session.console.signing.store.getState();
  if (view === null) return [];
  const { text } = model;
  const leave: Line = [segment(' Esc ', 'key'), segment(text(leaveWords(view)), 'dim')];
  let room = session.size().columns - lineWidth(leave);
  const keys = lettersAreKeys(view) ? rows.filter((row) => isShown(session, view, row)) : [];
  const shown = keys
    .toSorted((a, b) => (a.footer ?? 0) - (b.footer ?? 0))
    .map((row): Line => [
      segment(` ${row.keys[0] ?? ''} `, 'key'),
      segment(row.label === undefined ? '' : text(row.label), 'dim'),
    ])
    // In their order: none is shown when one before it has no room.
    .filter((hint) => {
      room -= lineWidth(hint);
      return room >= 0;
    });
  const scroll: Line = [segment(`  ${text('sign.scrolls')}`, 'dim')];
  return [...shown.flat(), ...leave, ...(lineWidth(scroll) <= room ? scroll : [])];
}

function isShown(session: Session, view: SignView, row: KeyRow & { readonly id: string }): boolean {
  if (!isSignCommand(row.id) || signOff(session, row.id) !== undefined) return false;
  // While a signature is pasted, the other ways are one Esc away.
  return view.way !== 'offline' || row.id === 'sign.print' || row.id === 'sign.longer';
}

/** Whether letters are commands, and not part of a word, a signature, or the answer to a question. */
const lettersAreKeys = (view: SignView): boolean =>
  !isStuck(view) &&
  view.asking === null &&
  phaseOf(view) !== 'run' &&
  view.pasted === '' &&
  !(phaseOf(view) === 'sign' && view.way === 'agent');

function leaveWords(view: SignView): TextKey {
  if (isStuck(view)) return 'footer.sign.close';
  if (view.doing?.what === 'sign') return 'footer.sign.give-up';
  if (view.pasted !== '') return 'footer.sign.clear';
  return phaseOf(view) === 'sign' && view.way !== 'ways' ? 'footer.sign.ways' : 'footer.sign.close';
}
