// The footer: what is marked and filtered, and the keys that matter here, as many as fit.
import type { TextKey } from '../src/base/texts/text.ts';
import type { ViewState } from '../state/view.ts';
import { lineWidth, segment, type Line } from './draw/line.ts';
import type { Model } from './draw/model.ts';
import { allKeys, type KeyRow } from './keys.ts';
import type { Session } from './session.ts';
import { whereIs } from './where.ts';

type Hint = { readonly order: number; readonly line: Line };

/** The ways out and to the full list of keys are the last to go. */
const KEPT_LONGEST: ReadonlySet<string> = new Set(['help', 'quit', 'back']);

export function footerLine(session: Session, view: ViewState, model: Model, width: number): Line {
  const { place, list } = whereIs(view, model);
  const state: Line = [
    ...(list.marks.size === 0
      ? []
      : [segment(` ${model.text('marks.count', { count: list.marks.size })} `, 'marked')]),
    ...(list.filter === '' ? [] : [segment(` /${list.filter} `, 'info')]),
    ...(session.readOnly ? [segment(` ${model.text('header.read-only')} `, 'warn')] : []),
    ...(view.pendingKey === null ? [] : [segment(` ${view.pendingKey} `, 'info')]),
  ];
  const rows: readonly KeyRow[] = allKeys;
  const hints = rows.flatMap((row): (Hint & { readonly kept: boolean })[] =>
    row.footer === undefined || row.label === undefined || !row.places.some((each) => each === place)
      ? []
      : [
          {
            order: row.footer,
            kept: KEPT_LONGEST.has(row.id),
            line: hintOf(row.keys[0] ?? '', row.label, model),
          },
        ],
  );
  let room = width - lineWidth(state);
  const shown: Hint[] = [];
  for (const hint of hints.toSorted((a, b) => Number(b.kept) - Number(a.kept) || a.order - b.order)) {
    const needs = lineWidth(hint.line);
    if (needs > room) continue;
    room -= needs;
    shown.push(hint);
  }
  return [...state, ...shown.toSorted((a, b) => a.order - b.order).flatMap(({ line }) => line)];
}

const hintOf = (key: string, label: TextKey, model: Model): Line => [
  segment(` ${key} `, 'key'),
  segment(model.text(label), 'dim'),
];
