// The whole frame as lines, exactly as many as the terminal has rows: status, tabs, body, footer.
// Pure: the screen, the plain frame of a pipe and the tests are all drawn from it.
import { formatDuration } from '../src/base/units.ts';
import { lastFacts, reasonText, type Model } from './draw/model.ts';
import { listOf, type ViewState } from '../state/view.ts';
import { SCREEN_IDS } from '../src/contracts/screen-ids.ts';
import { allScreens } from './all-screens.ts';
import { blank, cutLine, lineWidth, segment, spread, wrap, type Line } from './draw/line.ts';
import type { DetailTab, DetailTable, DetailView } from './draw/screen.ts';
import { footerLine } from './footer-line.ts';
import { layoutOf, type Layout, type Size } from './layout.ts';
import { drawOverlay, promptOf, scrolledTo } from './overlays.ts';
import type { Session } from './session.ts';
import { whereIs } from './where.ts';

export type Frame = {
  readonly lines: readonly Line[];
  /** A table to be drawn among the lines, from this row on. */
  readonly table:
    | { readonly row: number; readonly height: number; readonly content: DetailTable }
    | undefined;
};

/** Toasts go after this long, at the next frame. */
const TOAST_MS = 4000;
/** Silence after which the source counts as lost. */
const LOST_AFTER_MS = 5000;

export function drawFrame(session: Session, view: ViewState, model: Model, size: Size): Frame {
  const frame = composeFrame(session, view, model, size);
  // Whatever a screen or an overlay gives, no line is wider than the terminal.
  return { lines: frame.lines.map((each) => cutLine(each, size.columns)), table: frame.table };
}

function composeFrame(session: Session, view: ViewState, model: Model, size: Size): Frame {
  const layout = layoutOf(size);
  if (layout.frame === 'none') {
    const sentence = model.text('small.too-small', { columns: size.columns, rows: size.rows });
    return exactly(wrap(sentence, Math.max(1, size.columns)).slice(0, size.rows), size.rows);
  }
  const banner = bannerOf(session, model, size.columns);
  const fresh = view.toast !== null && session.now() - view.toast.at < TOAST_MS ? view.toast : null;
  const prompt = fresh === null ? promptOf(view, model) : ([segment(fresh.text, 'warn')] satisfies Line);
  const status = statusLine(session, view, model, size.columns);
  const height = layout.bodyRows - banner.length;
  const body = drawBody(session, view, model, { layout, width: layout.bodyColumns, height });
  const padded = exactly(body.lines.slice(0, height), height).lines;
  if (layout.frame === 'list') {
    const top = prompt ?? status;
    return shift(
      exactly([cutLine(top, size.columns), ...banner, ...padded], size.rows),
      body.table,
      1 + banner.length,
    );
  }
  const footer = prompt ?? footerLine(session, view, model, size.columns);
  return shift(
    exactly(
      [status, tabsLine(view, model, size.columns), ...banner, ...padded, cutLine(footer, size.columns)],
      size.rows,
    ),
    body.table,
    2 + banner.length,
  );
}

type Area = { readonly layout: Layout; readonly width: number; readonly height: number };
type Body = { readonly lines: readonly Line[]; readonly table?: Frame['table'] };

function drawBody(session: Session, view: ViewState, model: Model, area: Area): Body {
  const { width, height } = area;
  if (view.overlay === null) return drawScreen(view, model, area);
  const drawn = drawOverlay(session, view.overlay, model, { width, height });
  if (drawn.covers) return { lines: drawn.lines };
  const below = drawn.lines.slice(0, Math.floor(height / 2));
  const above = drawScreen(view, model, { ...area, height: height - below.length });
  return { lines: [...exactly(above.lines, height - below.length).lines, ...below], table: above.table };
}

function drawScreen(view: ViewState, model: Model, area: Area): Body {
  const { layout, width, height } = area;
  const { screen, ids, rowId } = whereIs(view, model);
  const list = listOf(view);
  if (view.detail !== null) {
    const detail = screen.detail(model, view.detail.rowId);
    if (detail === undefined) return { lines: [[segment(model.text('detail.gone'), 'warn')]] };
    return drawDetail(detail, view.detail.tab, view.detail.scroll, model, { width, height });
  }
  const preview = layout.preview && screen.place === 'list' && rowId !== undefined && ids.length > 0;
  if (!preview || rowId === undefined)
    return { lines: screen.body(model, list, { width, height }, view.panel) };
  const detail = screen.detail(model, rowId);
  const firstTab = detail?.tabs[0];
  if (detail === undefined || firstTab === undefined)
    return { lines: screen.body(model, list, { width, height }, view.panel) };
  // The list takes what it needs and at least half; the selected row's facts stand below.
  const listHeight = Math.max(Math.ceil(height / 2), Math.min(ids.length + 2, height - 12));
  const above = exactly(
    screen.body(model, list, { width, height: listHeight }, view.panel).slice(0, listHeight),
    listHeight,
  ).lines;
  const title: Line = [
    segment(`${detail.title} `, 'title'),
    segment(model.glyphs.rule.repeat(Math.max(0, width - detail.title.length - 1)), 'dim'),
  ];
  return {
    lines: [
      ...above,
      cutLine(title, width),
      ...firstTab
        .lines(width)
        .slice(0, height - listHeight - 1)
        .map((each) => cutLine(each, width)),
    ],
  };
}

function drawDetail(
  detail: DetailView,
  tabIndex: number,
  scroll: number,
  model: Model,
  box: { width: number; height: number },
): Body {
  const index = Math.min(tabIndex, detail.tabs.length - 1);
  const tab: DetailTab | undefined = detail.tabs[index];
  const head: Line = [
    segment(`${detail.title}  `, 'title'),
    ...detail.tabs.flatMap((each, at) => [
      segment(model.text(each.title), at === index ? 'selected' : 'dim'),
      segment(' '),
    ]),
  ];
  const above: Line[] = [cutLine(head, box.width), blank];
  if (tab === undefined) return { lines: above };
  const height = box.height - above.length;
  if (tab.table !== undefined) {
    return {
      lines: above,
      table: { row: above.length, height, content: windowedTable(tab.table, scroll, height, box.width) },
    };
  }
  const lines = tab.lines(box.width).map((each) => cutLine(each, box.width));
  return { lines: [...above, ...scrolledTo(lines, scroll, height)] };
}

/** The rows of a table that are visible, and its columns cut so that it is not wider than the terminal. */
function windowedTable(table: DetailTable, scroll: number, height: number, width: number): DetailTable {
  const BORDER_ROWS = 4;
  const room = Math.max(1, height - BORDER_ROWS);
  const from = Math.min(scroll, Math.max(0, table.rows.length - room));
  // Each column has a border and two spaces; what is missing is taken from the widest.
  const widths = table.columns.map((column) => column.width);
  const total = () => widths.reduce((sum, each) => sum + each + 3, 1);
  while (total() > width && Math.max(...widths) > 3) {
    const widest = widths.indexOf(Math.max(...widths));
    widths[widest] = Math.max(...widths) - 1;
  }
  return {
    columns: table.columns.map((column, index) => ({ ...column, width: widths[index] ?? column.width })),
    rows: table.rows.slice(from, from + room),
  };
}

export function statusLine(session: Session, view: ViewState, model: Model, width: number): Line {
  const { text } = model;
  const identity = lastFacts(model, 'identity');
  const role =
    identity === undefined ? '' : text(`role.${identity.role}`, { version: identity.proxmox_version ?? '' });
  const left: Line = [
    segment(' felhom ', 'title'),
    segment(identity?.hostname ?? '', 'strong'),
    segment(
      identity === undefined
        ? ''
        : `  ${role} ${model.glyphs.separator} ${identity.os_name ?? ''} ${model.glyphs.separator} ${identity.kernel_release}`,
      'dim',
    ),
  ];
  const { lastAnswerAt } = session.console.shown.getState();
  const live =
    view.frozenAt !== null
      ? segment(
          text('header.frozen', { age: formatDuration(session.now() - view.frozenAt, text.language) }),
          'warn',
        )
      : lastAnswerAt === null
        ? segment(text('header.waiting'), 'dim')
        : segment(`${model.glyphs.good} ${text('header.live')}`, 'good');
  const right: Line = [
    segment(width >= 120 ? text('header.embedded') : session.console.source.kind, 'dim'),
    segment(model.source.readOnly ? ` ${text('header.read-only')}` : '', 'warn'),
    segment('  '),
    live,
    segment(' '),
  ];
  return spread(left, right, width);
}

/** The tabs, shortened in steps until they fit. */
function tabsLine(view: ViewState, model: Model, width: number): Line {
  const badgeOf = (id: (typeof SCREEN_IDS)[number]) => allScreens[id].badge(model);
  const tab = (id: (typeof SCREEN_IDS)[number], index: number, titled: boolean, badged: boolean): Line => {
    const badge = badged ? badgeOf(id) : undefined;
    const active = view.screen === id;
    const name = ` ${index + 1}${titled ? ` ${model.text(allScreens[id].title)}` : ''}`;
    return [
      segment(name, active ? 'selected' : 'plain'),
      ...(badge === undefined ? [] : [segment(` ${badge.text}`, active ? 'selected' : badge.tone)]),
      segment(' ', active ? 'selected' : 'plain'),
    ];
  };
  const variants = [
    () => SCREEN_IDS.flatMap((id, index) => tab(id, index, true, true)),
    () => SCREEN_IDS.flatMap((id, index) => tab(id, index, true, id === 'health')),
    () => SCREEN_IDS.flatMap((id, index) => tab(id, index, id === view.screen || index < 4, id === 'health')),
    () => SCREEN_IDS.flatMap((id, index) => tab(id, index, id === view.screen, id === 'health')),
  ];
  for (const variant of variants) {
    const drawn = variant();
    if (lineWidth(drawn) <= width) return drawn;
  }
  return cutLine(
    SCREEN_IDS.flatMap((id, index) => tab(id, index, false, false)),
    width,
  );
}

/** The source's silence: since when, why, and when it is asked again. */
function bannerOf(session: Session, model: Model, width: number): Line[] {
  const { lastAnswerAt } = session.console.shown.getState();
  const silence = lastAnswerAt === null ? 0 : model.nowMs - lastAnswerAt;
  if (silence < LOST_AFTER_MS) return [];
  const failed = Object.values(model.observations).find(
    (observation) => observation.reading?.state === 'failed',
  )?.reading;
  const reason =
    failed === undefined || failed.state === 'ok'
      ? model.text('reason.no-answer')
      : reasonText(model.text, failed);
  const every = formatDuration(session.console.settings.getState().refresh_s * 1000, model.text.language);
  const words = model.text('banner.lost', {
    age: formatDuration(silence, model.text.language),
    reason,
    every,
  });
  return [cutLine([segment(words, 'bad')], width)];
}

const exactly = (lines: readonly Line[], rows: number): Frame => ({
  lines:
    lines.length >= rows
      ? lines.slice(0, rows)
      : [...lines, ...Array.from({ length: rows - lines.length }, () => blank)],
  table: undefined,
});

const shift = (frame: Frame, table: Frame['table'], by: number): Frame =>
  table === undefined ? frame : { lines: frame.lines, table: { ...table, row: table.row + by } };
