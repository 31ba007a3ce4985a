// The sign view as lines: above all that the signed bytes say, below what can be done now. What is asked
// stays in sight at every size; what does not fit scrolls.
import { phaseOf, type SignView } from '../../state/sign-view.ts';
import type { Drawn } from '../actions/menu.ts';
import { barredReason } from '../actions/act.ts';
import { folded } from '../draw/field.ts';
import { blank, cutLine, segment, wrap, type Line } from '../draw/line.ts';
import { ruled, type Model } from '../draw/model.ts';
import type { Box } from '../draw/screen.ts';
import { scrolledTo } from '../draw/window.ts';
import { layoutOf } from '../layout.ts';
import { lostBanner } from '../lost-banner.ts';
import { operationLines } from '../pending/detail.ts';
import { stateTone } from '../pending/words.ts';
import { rehearsalBanner } from '../rehearsal-banner.ts';
import type { Session } from '../session.ts';
import { isStuck } from './commands.ts';
import { diskLine, messageLines } from './message-lines.ts';
import { APPROVAL_NEEDS } from './needs.ts';
import { runSection } from './run-section.ts';
import { tellNo } from './tell-no.ts';
import { waySection } from './way-section.ts';

/** What can be done now. */
export type Section = {
  readonly title: string;
  /** Scrolls away where there is no room. */
  readonly lines: readonly Line[];
  /** Stays in sight. */
  readonly foot: readonly Line[];
};

type Composed = { readonly drawn: Drawn; readonly scrollLimit: number };

/** Lines of the message that stay above what can be done; with less room, all of it scrolls together. */
const MIN_MESSAGE = 5;
/** With less than this to scroll in, there is no line left for the disk. */
const MIN_SCROLLED = 3;
const MAX_REFUSAL = 4;

export function drawSign(session: Session, model: Model, box: Box): Drawn {
  const view = session.console.signing.store.getState();
  return view === null ? { covers: true, lines: [] } : compose(session, view, model, box).drawn;
}

/** How far the view can be scrolled at the size that the terminal has. */
export function signScrollLimit(session: Session, view: SignView): number {
  const model = session.model();
  const { bodyColumns: width, bodyRows } = layoutOf(session.size());
  const banners = lostBanner(session, model, width).length + rehearsalBanner(model).length;
  return compose(session, view, model, { width, height: bodyRows - banners }).scrollLimit;
}

function compose(session: Session, view: SignView, model: Model, box: Box): Composed {
  const { width, height } = box;
  const { operation } = view;
  const title: Line = cutLine(
    [
      segment(`${model.text(phaseOf(view) === 'sign' ? 'sign.title' : 'sign.title-run')} `, 'title'),
      segment(operation.id, 'strong'),
      segment('  '),
      segment(model.text(`op.state.${operation.state}`), stateTone[operation.state]),
    ],
    width,
  );
  const section = sectionOf(session, view, model, width);
  const foot = [...refusalLines(view, model, width), ...section.foot].slice(-Math.max(1, height - 2));
  const message = factLines(view, model, width);
  const rule = ruled(model, section.title, width);
  const room = Math.max(0, height - 1 - foot.length);
  const apart = room - section.lines.length - 1;
  if (apart >= Math.min(message.length, MIN_MESSAGE)) {
    const shown = windowed(message, view.scroll, apart, model);
    return {
      drawn: { covers: true, lines: [title, ...shown.lines, rule, ...section.lines, ...foot] },
      scrollLimit: shown.limit,
    };
  }
  const disk =
    view.bytes.state === 'there' && room > MIN_SCROLLED ? [diskLine(view.bytes, model, width)] : [];
  const lines = [rule, ...section.lines, blank, ...message];
  const shown = windowed(lines, view.scroll, room - disk.length, model);
  return {
    drawn: { covers: true, lines: [title, ...disk, ...shown.lines, ...foot] },
    scrollLimit: shown.limit,
  };
}

/** The part that has room, and below it how much does not. */
function windowed(lines: readonly Line[], scroll: number, height: number, { text }: Model) {
  if (lines.length <= height) return { lines, limit: 0 };
  const room = Math.max(0, height - 1);
  const limit = lines.length - room;
  const from = Math.min(scroll, limit);
  const below = lines.length - from - room;
  const hint: Line =
    below > 0
      ? [segment(text('actions.more-lines', { count: below }), 'warn')]
      : [segment(text('sign.end'), 'dim')];
  return { lines: [...scrolledTo(lines, from, room), ...(height > 0 ? [hint] : [])], limit };
}

/** Drawn from the message itself. Where there is none, from what the agent lists, and that is said. */
function factLines(view: SignView, model: Model, width: number): readonly Line[] {
  const { bytes, operation } = view;
  if (bytes.state === 'there') {
    const { args, fstype } = bytes.payload;
    const over = phaseOf(view) === 'ended';
    const head = over ? model.text('sign.was-signed') : model.text(`sign.what.${args.wipe}`, { fstype });
    return [...wrap(head, width, over ? 'dim' : 'bad'), ...messageLines(bytes, model, width)];
  }
  if (bytes.state === 'asking') return wrap(model.text('sign.asking'), width, 'dim');
  if (bytes.state === 'unfit') return wrap(model.text(`sign.unfit.${bytes.why}`), width, 'bad');
  if (phaseOf(view) === 'sign') return wrap(model.text('sign.no-bytes'), width, 'dim');
  return [
    ...wrap(model.text('sign.as-listed'), width, 'dim'),
    ...folded(operationLines(operation, model, width), width),
  ];
}

function sectionOf(session: Session, view: SignView, model: Model, width: number): Section {
  const { text } = model;
  const title = text('sign.now');
  if (view.changed) return { title, lines: [], foot: wrap(text('actions.changed'), width, 'bad') };
  if (isStuck(view)) return { title, lines: [], foot: wrap(text('sign.only-esc'), width, 'bad') };
  const section =
    phaseOf(view) === 'sign' ? waySection(session, view, model, width) : runSection(view, model, width);
  const isIdle = view.doing === null && phaseOf(view) !== 'ended';
  const barred = isIdle ? barredReason(session, APPROVAL_NEEDS) : undefined;
  if (barred !== undefined) {
    const key = phaseOf(view) === 'running' ? 'sign.last-known' : 'sign.barred';
    return { ...section, foot: wrap(text(key, { reason: barred }), width, 'bad') };
  }
  if (view.asking === null) return section;
  const { what } = view.asking;
  const kind = view.bytes.state === 'there' ? view.bytes.payload.args.wipe : 'full';
  const key = what === 'wipe' ? (`sign.ask-wipe.${kind}` as const) : (`sign.ask.${what}` as const);
  return {
    title,
    lines: wrap(text(key), width),
    foot: [
      [
        segment(' y ', 'key'),
        segment(text('actions.yes'), what === 'cancel' ? 'bad' : 'plain'),
        segment('   '),
        segment(` ${text('actions.cancel')} `, 'selected'),
        segment(`  ${text('actions.cancel-keys')}`, 'dim'),
      ],
    ],
  };
}

function refusalLines({ refusal }: SignView, { text }: Model, width: number): readonly Line[] {
  if (refusal === null) return [];
  const lines = wrap(tellNo(text, refusal.error), width, 'bad');
  return lines.length <= MAX_REFUSAL ? lines : lines.slice(0, MAX_REFUSAL);
}
