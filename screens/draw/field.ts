// A label and its value, for detail views.
import { cells, fit } from '../../src/base/cells.ts';
import { lineText, lineWidth, segment, wrap, type Line, type Segment } from './line.ts';

export function field(label: string, value: Segment | string, labelWidth = 16): Line {
  const shown = cells(label) >= labelWidth ? `${label} ` : fit(label, labelWidth);
  return [segment(shown, 'dim'), typeof value === 'string' ? segment(value) : value];
}

/** Lines that are too wide go on in the next one, in the tone of what they say; no value is cut. */
export const folded = (lines: readonly Line[], width: number): Line[] =>
  lines.flatMap((each) =>
    lineWidth(each) > width ? wrap(lineText(each), width, each.at(-1)?.tone) : [each],
  );
