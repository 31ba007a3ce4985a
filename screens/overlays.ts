// What lies on top of a screen, as lines: help, menus, drawers, the settings, a row's raw facts.
import { isOverlay, listOf, type Overlay, type OverlayOf, type ViewState } from '../state/view.ts';
import { fit } from '../src/base/cells.ts';
import type { ScreenId } from '../src/contracts/screen-ids.ts';
import { actionPrompt, drawDialog, drawMenu, type Drawn } from './actions/menu.ts';
import { blank, cutLine, segment, wrap, type Line } from './draw/line.ts';
import { scrolledTo, windowOf } from './draw/window.ts';
import type { Model } from './draw/model.ts';
import type { Box } from './draw/screen.ts';
import { findingLines } from './health.ts';
import { offReason } from './input/commands.ts';
import { allKeys, type Place } from './keys.ts';
import { paletteEntries } from './palette.ts';
import type { Session } from './session.ts';
import { drawSign } from './sign/draw.ts';
import { drawLogs, logPrompt } from './logs/draw.ts';
import { signPrompt } from './sign/prompt.ts';
import { settingRows } from './setting-rows.ts';
import { whereIs } from './where.ts';

type Draw<K extends Overlay['kind']> = (
  session: Session,
  overlay: OverlayOf<K>,
  model: Model,
  box: Box,
) => Drawn;
type DrawAny = (session: Session, overlay: Overlay, model: Model, box: Box) => Drawn;

/** A drawing that is only ever asked for overlays of its kind; the table below sees to that. */
const drawing =
  <K extends Overlay['kind']>(kind: K, draw: Draw<K>): DrawAny =>
  (session, overlay, model, box) =>
    isOverlay(overlay, kind) ? draw(session, overlay, model, box) : { covers: false, lines: [] };

const KEY_WIDTH = 20;
const RAW_INDENT = 2;
/** Views that have keys of their own: those are told where the view is opened from. */
const VIEWS_OF: { readonly [S in ScreenId]?: readonly Place[] } = { pending: ['sign'], containers: ['logs'] };

const overlays: { readonly [K in Overlay['kind']]: DrawAny } = {
  help: drawing('help', (session, overlay, model, box) => {
    const { text } = model;
    const { screen, place } = whereIs(session.console.view.getState(), model);
    const query = overlay.query.toLowerCase();
    const places: readonly Place[] = [place, ...(VIEWS_OF[screen.id] ?? [])];
    const rows = places
      .flatMap((here) => allKeys.filter((key) => key.places.some((each) => each === here)))
      .map((key) => ({ keys: key.keys.join(', '), help: text(key.help), off: offReason(session, key.id) }))
      .filter((row) => `${row.keys} ${row.help}`.toLowerCase().includes(query))
      .map((row): Line => [
        segment(fit(row.keys, KEY_WIDTH), row.off === undefined ? 'key' : 'dim'),
        segment(row.help, row.off === undefined ? 'plain' : 'dim'),
        ...(row.off === undefined ? [] : [segment(` (${text(row.off)})`, 'dim')]),
      ]);
    const head: Line[] = [
      [
        segment(text('help.title', { screen: text(screen.title) }), 'title'),
        segment(overlay.query === '' ? '' : `  /${overlay.query}`, 'info'),
      ],
      [segment(text('help.search'), 'dim')],
    ];
    return { covers: true, lines: [...head, ...scrolledTo(rows, overlay.scroll, box.height - head.length)] };
  }),
  palette: drawing('palette', (session, overlay, _model, box) => {
    const entries = paletteEntries(session, overlay.query);
    const choice = Math.min(overlay.choice, entries.length - 1);
    const visible = windowOf(entries.length, choice, box.height);
    if (entries.length === 0)
      return { covers: true, lines: [[segment(session.text()('palette.none'), 'dim')]] };
    const lines = entries.slice(visible.from, visible.to).map((entry, index): Line => {
      const words = ` ${fit(segment(entry.words).text, Math.min(34, box.width - 4))}`;
      return visible.from + index === choice
        ? [{ text: fit(`${words} ${entry.help}`, box.width), tone: 'selected' }]
        : [segment(words, 'key'), segment(` ${entry.help}`, 'dim')];
    });
    return { covers: true, lines };
  }),
  // The line being typed stands in the footer; the list above filters itself meanwhile.
  filter: drawing('filter', () => ({ covers: false, lines: [] })),
  sort: drawing('sort', (session, _overlay, model) => {
    const { screen } = whereIs(session.console.view.getState(), model);
    const choices = screen.sortable.map((each) => `${each.letter} ${model.text(each.title)}`);
    return { covers: false, lines: menu(model.text('sort.title'), choices) };
  }),
  copy: drawing('copy', (session, _overlay, model, box) => {
    const { screen, rowId } = whereIs(session.console.view.getState(), model);
    const copies = rowId === undefined ? [] : screen.copies(model, rowId);
    const rows = copies.map((copy, index): Line => [
      segment(` ${index + 1} `, 'key'),
      segment(fit(model.text(copy.label), 16), 'dim'),
      segment(copy.value),
    ]);
    return {
      covers: false,
      lines: [[segment(model.text('copy.title'), 'title')], ...rows.map((row) => cutLine(row, box.width))],
    };
  }),
  findings: drawing('findings', (_session, overlay, model, box) => {
    const found = model.examination?.findings ?? [];
    const rows: Line[] = found.flatMap((finding) => [...findingLines(finding, model, box.width), blank]);
    const fine: Line[] = [
      [segment(model.text('health.fine', { rules: model.examination?.rules.length ?? 0 }), 'good')],
    ];
    const lines = found.length === 0 ? fine : scrolledTo(rows, overlay.scroll, box.height - 1);
    return { covers: true, lines: [[segment(model.text('findings.title'), 'title')], ...lines] };
  }),
  describe: drawing('describe', (session, overlay, model, box) => {
    const { screen } = whereIs(session.console.view.getState(), model);
    const raw = screen.raw(model, overlay.rowId);
    const rows = (JSON.stringify(raw, null, RAW_INDENT) ?? '')
      .split('\n')
      .map((each): Line => [segment(each)]);
    const title: Line = [segment(model.text('describe.title', { what: overlay.rowId }), 'title')];
    return { covers: true, lines: [title, ...scrolledTo(rows, overlay.scroll, box.height - 1)] };
  }),
  actions: drawing('actions', (session, overlay, model, box) =>
    drawMenu(session, shownScreen(session, model), overlay, model, box),
  ),
  confirm: drawing('confirm', (session, overlay, model, box) =>
    drawDialog(session, shownScreen(session, model), overlay, model, box),
  ),
  sign: drawing('sign', (session, _overlay, model, box) => drawSign(session, model, box)),
  logs: drawing('logs', (session, _overlay, model, box) => drawLogs(session, model, box)),
  settings: drawing('settings', (session, overlay, model, box) => {
    const current = session.console.settings.getState();
    const rows = settingRows.map((row, index): Line => {
      const words = ` ${fit(model.text(row.label), 14)} ${row.shown(current, model.text)}`;
      return index === overlay.choice
        ? [{ text: fit(words, box.width), tone: 'selected' }]
        : [segment(words)];
    });
    return {
      covers: true,
      lines: [
        [segment(model.text('settings.title'), 'title')],
        ...rows,
        blank,
        ...wrap(model.text('settings.help'), box.width, 'dim'),
      ],
    };
  }),
};

const shownScreen = (session: Session, model: Model) =>
  whereIs(session.console.view.getState(), model).screen;

export function drawOverlay(session: Session, overlay: Overlay, model: Model, box: Box): Drawn {
  return overlays[overlay.kind](session, overlay, model, box);
}

/** The line that is being typed, shown in the footer; nothing when nothing is typed. */
export function promptOf(session: Session, view: ViewState, model: Model): Line | undefined {
  const { overlay } = view;
  const caret = segment(' ', 'selected');
  if (overlay?.kind === 'palette') return [segment(':', 'key'), segment(overlay.query), caret];
  if (overlay?.kind === 'filter') {
    return [
      segment(`/${listOf(view).filter}`, 'key'),
      caret,
      segment(`  ${model.text('filter.help')}`, 'dim'),
    ];
  }
  if (overlay?.kind === 'sign') return signPrompt(session, model);
  if (overlay?.kind === 'logs') return logPrompt(session, model);
  if (overlay?.kind === 'help') return [segment('/', 'key'), segment(overlay.query), caret];
  return (
    actionPrompt(view, model) ?? (overlay === null ? undefined : [segment(model.text('menu.close'), 'dim')])
  );
}

const menu = (title: string, choices: readonly string[]): Line[] => [
  [segment(title, 'title')],
  ...choices.map((choice): Line => [segment(` ${choice.slice(0, 1)}`, 'key'), segment(choice.slice(1))]),
];
