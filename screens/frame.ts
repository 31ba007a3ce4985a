// The whole frame as lines, exactly as many as the terminal has rows: status, tabs, body, footer.
// Pure: the screen, the plain frame of a pipe and the tests are all drawn from it.
import { listOf, type ViewState } from '../state/view.ts';
import { drawDetail, type Body } from './detail.ts';
import { blank, cutLine, segment, wrap, type Line } from './draw/line.ts';
import { ruled, type Model } from './draw/model.ts';
import { footerLine } from './footer-line.ts';
import { layoutOf, type Layout, type Size } from './layout.ts';
import { lostBanner } from './lost-banner.ts';
import { drawOverlay, promptOf } from './overlays.ts';
import type { Session } from './session.ts';
import { rehearsalBanner } from './rehearsal-banner.ts';
import { statusLine } from './status-line.ts';
import { tabsLine } from './tabs-line.ts';
import { whereIs } from './where.ts';

export type Frame = { readonly lines: readonly Line[]; readonly table: Body['table'] };

/** Toasts go after this long, at the next frame. */
const TOAST_MS = { answer: 4000, outcome: 12_000, announced: 12_000 } as const;
/** What the preview of the selected row needs below a list. */
const PREVIEW_MIN_ROWS = 12;

export function drawFrame(session: Session, view: ViewState, model: Model, size: Size): Frame {
  const frame = composeFrame(session, view, model, size);
  // Whatever a screen or an overlay gives, no line is wider than the terminal.
  return { lines: frame.lines.map((each) => cutLine(each, size.columns)), table: frame.table };
}

function composeFrame(session: Session, view: ViewState, model: Model, size: Size): Frame {
  const layout = layoutOf(size);
  if (layout.frame === 'none') {
    const sentence = model.text('small.too-small', { columns: size.columns, rows: size.rows });
    return { lines: exactly(wrap(sentence, Math.max(1, size.columns)), size.rows), table: undefined };
  }
  const banner = [...lostBanner(session, model, size.columns), ...rehearsalBanner(model)];
  const { toast } = view;
  const fresh = toast !== null && session.now() - toast.at < TOAST_MS[toast.kind ?? 'answer'] ? toast : null;
  const prompt: Line | undefined =
    fresh === null
      ? promptOf(session, view, model)
      : [segment(fresh.text, fresh.kind === undefined ? 'warn' : 'info')];
  const status = statusLine(session, view, model, size.columns);
  const above =
    layout.frame === 'list'
      ? [prompt ?? status, ...banner]
      : [status, tabsLine(view, model, size.columns), ...banner];
  const height = layout.bodyRows - banner.length;
  const body = drawBody(session, view, model, { layout, width: layout.bodyColumns, height });
  const below = layout.frame === 'list' ? [] : [prompt ?? footerLine(session, view, model, size.columns)];
  return {
    lines: exactly([...above, ...exactly(body.lines, height), ...below], size.rows),
    table: body.table && { ...body.table, row: above.length + body.table.row },
  };
}

type Area = { readonly layout: Layout; readonly width: number; readonly height: number };

function drawBody(session: Session, view: ViewState, model: Model, area: Area): Body {
  const { width, height } = area;
  if (view.overlay === null) return drawScreen(view, model, area);
  const drawn = drawOverlay(session, view.overlay, model, { width, height });
  if (drawn.covers) return { lines: drawn.lines };
  const below = drawn.lines.slice(0, Math.floor(height / 2));
  const above = drawScreen(view, model, { ...area, height: height - below.length });
  return { lines: [...exactly(above.lines, height - below.length), ...below], table: above.table };
}

function drawScreen(view: ViewState, model: Model, area: Area): Body {
  const { layout, width, height } = area;
  const { screen, ids, rowId } = whereIs(view, model);
  const list = listOf(view);
  if (view.detail !== null) {
    const detail = screen.detail(model, view.detail.rowId);
    if (detail === undefined) return { lines: [[segment(model.text('detail.gone'), 'warn')]] };
    return drawDetail(detail, view.detail, model, { width, height });
  }
  const selected = layout.preview && screen.place === 'list' && rowId !== undefined ? rowId : undefined;
  const preview = selected === undefined ? undefined : screen.detail(model, selected);
  const facts = preview?.tabs[0];
  if (preview === undefined || facts === undefined)
    return { lines: screen.body(model, list, { width, height }, view.panel) };
  // The list takes what it needs and at least half; the selected row's facts stand below.
  const listHeight = Math.max(Math.ceil(height / 2), Math.min(ids.length + 2, height - PREVIEW_MIN_ROWS));
  return {
    lines: [
      ...exactly(screen.body(model, list, { width, height: listHeight }, view.panel), listHeight),
      ruled(model, preview.title, width),
      ...facts.lines(width).slice(0, height - listHeight - 1),
    ],
  };
}

const exactly = (lines: readonly Line[], rows: number): readonly Line[] =>
  lines.length >= rows
    ? lines.slice(0, rows)
    : [...lines, ...Array.from({ length: rows - lines.length }, () => blank)];
