// What the keys of the sign view do, and why one is off. What makes other bytes, or ends a run, is asked
// about first.
import type { TextKey } from '../../src/base/texts/text.ts';
import { APPROVAL_NEEDS } from './needs.ts';
import {
  asked,
  gone,
  phaseOf,
  type Question,
  type SignView,
  type TheBytes,
  type Wish,
} from '../../state/sign-view.ts';
import { barredReason, isTypeable } from '../actions/act.ts';
import { toast } from '../input/toast.ts';
import type { CommandId } from '../keys.ts';
import { cancelIsLate } from '../pending/words.ts';
import type { Session } from '../session.ts';
import { laptopSteps } from './laptop-steps.ts';
import { printedBytes } from './printed-bytes.ts';

export type SignCommandId = Extract<CommandId, `sign.${string}`>;
type SignCommand = {
  readonly run: (session: Session) => void;
  readonly off: (view: SignView, now: number) => TextKey | undefined;
};

/** Whether only Esc works: the target is another one, or the bytes are none of this operation's. */
export const isStuck = ({ changed, bytes }: SignView): boolean => changed || bytes.state === 'unfit';

const unlessSigning = (view: SignView): TextKey | undefined =>
  phaseOf(view) === 'sign' ? undefined : 'off.sign-not-now';

/** Bytes that can still be signed. */
function unlessBytes(view: SignView, now: number): TextKey | undefined {
  const elsewhere = unlessSigning(view);
  if (elsewhere !== undefined) return elsewhere;
  if (view.bytes.state !== 'there') return 'off.sign-no-bytes';
  if (view.bytes.outdated) return 'off.sign-outdated';
  if (view.bytes.expires <= now) return 'off.sign-expired';
  return isTypeable(view.operation.confirm_word) ? undefined : 'actions.no-word';
}

const ask = (session: Session, what: Question['what'], opener: string) =>
  session.console.signing.change((view, now) => asked(view, { what, opener }, now));
const goTo = (session: Session, way: SignView['way']) =>
  session.console.signing.change((view, now) => gone(view, way, now));

/** Other bytes than those that are shown, alike in what was not asked for. */
function wishFor({ bytes }: SignView, what: Question['what']): Wish {
  if (bytes.state !== 'there') return { renew: true };
  const { wipe } = bytes.payload.args;
  return {
    renew: true,
    offline: what === 'offline' || bytes.offline,
    wipe: what === 'wipe' ? (wipe === 'full' ? 'quick' : 'full') : wipe,
  };
}

const isVoid = ({ outdated, expires }: TheBytes, now: number): boolean => outdated || expires <= now;

/** As they were, when they are over; nothing in particular when others have made theirs. */
const wishAgain = ({ bytes }: SignView): Wish =>
  bytes.state !== 'there' || bytes.outdated ? {} : { offline: bytes.offline, wipe: bytes.payload.args.wipe };

/** Does what a `y` was asked for. */
export function answerYes(session: Session, view: SignView, { what }: Question): void {
  const { signing } = session.console;
  if (isBarred(session)) return;
  if (what === 'cancel') signing.cancel();
  else signing.askBytes(wishFor(view, what));
}

/** Says why nothing is done now, when that is so. */
export function isBarred(session: Session): boolean {
  const reason = barredReason(session, APPROVAL_NEEDS);
  if (reason === undefined) return false;
  toast(session, 'sign.barred', { reason });
  return true;
}

export const signCommands: { readonly [C in SignCommandId]: SignCommand } = {
  'sign.laptop': { run: (session) => goTo(session, 'laptop'), off: unlessBytes },
  'sign.agent': {
    run: (session) => {
      goTo(session, 'agent');
      session.console.signing.listKeys();
    },
    off: unlessBytes,
  },
  'sign.offline': { run: (session) => goTo(session, 'offline'), off: unlessBytes },
  'sign.wipe': {
    run: (session) => ask(session, 'wipe', 'w'),
    off: (view) => unlessSigning(view) ?? (view.bytes.state === 'there' ? undefined : 'off.sign-no-bytes'),
  },
  'sign.longer': {
    run: (session) => ask(session, 'offline', 'o'),
    off: (view) =>
      unlessSigning(view) ??
      (view.bytes.state !== 'there'
        ? 'off.sign-no-bytes'
        : view.bytes.offline && !view.bytes.outdated
          ? 'off.sign-offline'
          : undefined),
  },
  'sign.renew': {
    run: (session) => {
      const { signing } = session.console;
      const view = signing.store.getState();
      if (view?.bytes.state === 'there' && !isVoid(view.bytes, session.now())) ask(session, 'renew', 'r');
      // There is nothing to lose: without `renew`, what somebody else has made meanwhile stays.
      else if (view !== null && !isBarred(session)) signing.askBytes(wishAgain(view));
    },
    off: unlessSigning,
  },
  'sign.copy': {
    run: (session) => {
      const view = session.console.signing.store.getState();
      if (view === null) return;
      const { halves } = laptopSteps(session, view.operation.id);
      const index = view.copied % halves.length;
      session.copy(halves[index] ?? '');
      session.console.signing.change((now) => ({ ...now, copied: index + 1 }));
      toast(session, index === 0 ? 'sign.copied-first' : 'sign.copied-second');
    },
    off: (view) => (view.way === 'laptop' ? unlessSigning(view) : 'off.sign-laptop-only'),
  },
  'sign.print': {
    run: (session) => {
      const { bytes } = session.console.signing.store.getState() ?? {};
      if (bytes?.state === 'there') session.showAside(printedBytes(session, bytes));
    },
    off: (view, now) => (view.way === 'offline' ? unlessBytes(view, now) : 'off.sign-offline-only'),
  },
  'sign.stop': {
    run: (session) => ask(session, 'cancel', 'x'),
    off: (view) =>
      phaseOf(view) !== 'running'
        ? 'op-action.not-running'
        : cancelIsLate(view.operation)
          ? 'op-action.too-late'
          : undefined,
  },
};

export const isSignCommand = (id: string): id is SignCommandId => Object.hasOwn(signCommands, id);

/** Why a key of the sign view does nothing here and now. */
export function signOff(session: Session, id: SignCommandId): TextKey | undefined {
  const view = session.console.signing.store.getState();
  if (view === null) return 'off.sign-view';
  if (isStuck(view)) return 'off.only-esc';
  if (view.doing !== null) return 'off.sign-busy';
  return signCommands[id].off(view, session.now());
}
