// A line of the screen: segments of text, each with a tone. Everything that is shown passes
// here, so foreign text is made harmless here and nowhere else can forget it.
import { cells, cut } from '../../src/base/cells.ts';
import { makeHarmless } from '../../src/contracts/harmless.ts';

/** What a text means; the theme gives it a colour, and words or signs say it too. */
export type Tone =
  | 'plain'
  | 'dim'
  | 'strong'
  | 'title'
  | 'good'
  | 'warn'
  | 'bad'
  | 'info'
  | 'key'
  | 'selected'
  | 'marked';

export type Segment = { readonly text: string; readonly tone: Tone };
export type Line = readonly Segment[];

/** A segment of any text, foreign or ours. */
export const segment = (text: string, tone: Tone = 'plain'): Segment => ({ text: makeHarmless(text), tone });

export const blank: Line = [];

export const lineWidth = (parts: Line): number => parts.reduce((total, part) => total + cells(part.text), 0);

export const lineText = (parts: Line): string => parts.map((part) => part.text).join('');

/** The line in at most `width` cells. */
export function cutLine(parts: Line, width: number): Line {
  let left = width;
  const kept: Segment[] = [];
  for (const part of parts) {
    if (left <= 0) break;
    const wide = cells(part.text);
    if (wide <= left) {
      kept.push(part);
      left -= wide;
    } else {
      kept.push({ text: cut(part.text, left), tone: part.tone });
      left = 0;
    }
  }
  return kept;
}

/** The line in exactly `width` cells. */
function fitLine(parts: Line, width: number): Line {
  const short = cutLine(parts, width);
  const missing = width - lineWidth(short);
  return missing > 0 ? [...short, { text: ' '.repeat(missing), tone: 'plain' }] : short;
}

/** Left and right parts on one line; the right one wins when both do not fit. */
export function spread(left: Line, right: Line, width: number): Line {
  const rightCut = cutLine(right, width);
  const room = width - lineWidth(rightCut);
  return room <= 1 ? fitLine(rightCut, width) : [...fitLine(cutLine(left, room - 1), room), ...rightCut];
}

/** Two blocks side by side. */
export function beside(
  left: readonly Line[],
  right: readonly Line[],
  leftWidth: number,
  rightWidth: number,
  gap = 2,
): Line[] {
  const rows = Math.max(left.length, right.length);
  const space: Segment = { text: ' '.repeat(gap), tone: 'plain' };
  return Array.from({ length: rows }, (_, row) => {
    const first = fitLine(left[row] ?? blank, leftWidth);
    const second = right[row];
    return second === undefined ? first : [...first, space, ...cutLine(second, rightWidth)];
  });
}

/** Breaks a text into lines of at most `width` cells, at spaces where there are any. */
export function wrap(text: string, width: number, tone: Tone = 'plain'): Line[] {
  const lines: Line[] = [];
  let current = '';
  const flush = () => {
    if (current !== '') lines.push([{ text: current, tone }]);
    current = '';
  };
  for (const word of makeHarmless(text).split(' ')) {
    let rest = word;
    if (current !== '' && cells(current) + 1 + cells(rest) > width) flush();
    while (cells(rest) > width) {
      const head = cut(rest, width, '');
      if (head === '') break;
      lines.push([{ text: head, tone }]);
      rest = rest.slice(head.length);
    }
    current = current === '' ? rest : `${current} ${rest}`;
  }
  flush();
  return lines;
}
