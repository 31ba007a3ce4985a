// The menu of actions and the dialog that asks before one, as lines.
import { isOverlay, type OverlayOf, type ViewState } from '../../state/view.ts';
import { fit } from '../../src/base/cells.ts';
import { blank, lineText, segment, wrap, type Line } from '../draw/line.ts';
import { ruled, type Model } from '../draw/model.ts';
import type { Box, Screen } from '../draw/screen.ts';
import { scrolledTo } from '../draw/window.ts';
import type { Session } from '../session.ts';
import { refusalOf } from './act.ts';
import { fieldsOf, type Action } from './action.ts';
import { actionsOf, askedAction } from './actions-of.ts';

export type Drawn = {
  /** Takes the whole body, or stands below what is left of it. */
  readonly covers: boolean;
  readonly lines: readonly Line[];
};

/** Each with its number; those that destroy last, apart and red; those that are off with the reason. */
export function drawMenu(
  session: Session,
  screen: Screen,
  { rowIds, choice }: OverlayOf<'actions'>,
  model: Model,
  box: Box,
): Drawn {
  const actions = actionsOf(model, screen, rowIds);
  const rows = actions.map((action, index) => menuRow(session, action, index, index === choice, box));
  const apart = actions.findIndex(({ destroys }) => destroys);
  const chosen = actions[choice];
  const lines: Line[] = [
    [
      segment(`${model.text('actions.title')} `, 'title'),
      segment(chosen?.targetName ?? '', 'strong'),
      segment(`  ${model.text('actions.choose', { last: actions.length })}`, 'dim'),
    ],
    ...rows.slice(0, apart < 0 ? undefined : apart),
    ...(apart < 0 ? [] : [ruled(model, model.text('actions.destroying'), box.width), ...rows.slice(apart)]),
    ...(chosen === undefined ? [] : wrap(refusalOf(session, chosen) ?? chosen.what, box.width, 'dim')),
  ];
  const covers = lines.length > Math.floor(box.height / 2);
  // On a small terminal the row that is chosen stays in sight.
  const scroll = covers ? Math.max(0, choice + (apart >= 0 && choice >= apart ? 3 : 2) - box.height) : 0;
  return { covers, lines: scrolledTo(lines, scroll, box.height) };
}

function menuRow(session: Session, action: Action, index: number, isChosen: boolean, box: Box): Line {
  const off = refusalOf(session, action);
  const row: Line = [
    segment(` ${index + 1} `, off === undefined ? 'key' : 'dim'),
    segment(action.label, off === undefined ? (action.destroys ? 'bad' : 'plain') : 'dim'),
    ...(off === undefined ? [] : [segment(` (${off})`, 'dim')]),
  ];
  return isChosen ? [{ text: fit(lineText(row), box.width), tone: 'selected' }] : row;
}

/** What will be done to what, all that it affects, and the question; the question is always in sight. */
export function drawDialog(
  session: Session,
  screen: Screen,
  overlay: OverlayOf<'confirm'>,
  model: Model,
  box: Box,
): Drawn {
  const { text } = model;
  const action = askedAction(model, screen, overlay);
  const title: Line = [segment(overlay.title, 'bad')];
  if (action === undefined) {
    return { covers: true, lines: [title, blank, ...wrap(text('actions.changed'), box.width, 'bad')] };
  }
  const refusal = refusalOf(session, action);
  const foot =
    refusal === undefined
      ? question(action, overlay, model, box)
      : wrap(text('actions.refused', { action: action.label, reason: refusal }), box.width, 'bad');
  const body = [
    ...wrap(action.what, box.width),
    ...(action.affects.length === 0 ? [] : [[segment(text('actions.affects'), 'title')]]),
    ...action.affects.flatMap((line) =>
      wrap(line, box.width - 2).map((part): Line => [segment('  '), ...part]),
    ),
  ];
  const room = Math.max(0, box.height - 1 - foot.length);
  if (body.length + 2 <= room) return { covers: true, lines: [title, blank, ...body, blank, ...foot] };
  if (body.length <= room) return { covers: true, lines: [title, ...body, ...foot] };
  const shown = scrolledTo(body, overlay.scroll, room - 1);
  const below = Math.max(
    0,
    body.length - Math.min(overlay.scroll, body.length - shown.length) - shown.length,
  );
  return {
    covers: true,
    lines: [title, ...shown, [segment(text('actions.more-lines', { count: below }), 'warn')], ...foot],
  };
}

function question(action: Action, overlay: OverlayOf<'confirm'>, model: Model, box: Box): Line[] {
  const { text } = model;
  const fields = fieldsOf(action);
  const answered = fields
    .slice(0, overlay.answers.length)
    .map((field, index): Line => [segment(`${field.label}: `, 'dim'), segment(overlay.answers[index] ?? '')]);
  const field = fields[overlay.answers.length];
  if (field !== undefined) {
    const problem = overlay.typed === '' ? undefined : field.problem(overlay.typed);
    return [
      ...answered,
      ...wrap(text('actions.fill-in', { field: field.label }), box.width, 'strong'),
      [segment('> ', 'key'), segment(overlay.typed), segment(' ', 'selected')],
      ...(problem === undefined ? [] : wrap(problem, box.width, 'warn')),
    ];
  }
  if (action.tier === 1) {
    return [
      ...answered,
      [
        segment(' y ', 'key'),
        segment(action.accept ?? text('actions.yes'), action.destroys ? 'bad' : 'plain'),
        segment('   '),
        segment(` ${text('actions.cancel')} `, 'selected'),
        segment(`  ${text('actions.cancel-keys')}`, 'dim'),
      ],
    ];
  }
  return [
    ...answered,
    ...wrap(text('actions.type-word', { word: action.word }), box.width, 'strong'),
    [segment('> ', 'key'), segment(overlay.typed), segment(' ', 'selected')],
  ];
}

/** What stands in the footer while a menu or a dialog is open. */
export function actionPrompt({ overlay }: ViewState, model: Model): Line | undefined {
  if (isOverlay(overlay, 'actions')) return [segment(model.text('actions.menu-keys'), 'dim')];
  if (isOverlay(overlay, 'confirm')) return [segment(model.text('actions.dialog-keys'), 'dim')];
  return undefined;
}
