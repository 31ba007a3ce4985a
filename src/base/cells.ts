// How wide a text is in a terminal, and texts cut or filled to a width. The text is already harmless.
import stringWidth from 'string-width';

const ASCII = /^[\x20-\x7e]*$/;

/** Terminal cells of a text. */
export const cells = (text: string): number => (ASCII.test(text) ? text.length : stringWidth(text));

const segmenter = new Intl.Segmenter();

/** The text in at most `width` cells, with an ellipsis when it was cut. */
export function cut(text: string, width: number, ellipsis = '…'): string {
  if (width <= 0) return '';
  if (cells(text) <= width) return text;
  const room = width - cells(ellipsis);
  if (ASCII.test(text)) return text.slice(0, room) + ellipsis;
  let used = 0;
  let kept = '';
  for (const { segment: cluster } of segmenter.segment(text)) {
    const wide = cells(cluster);
    if (used + wide > room) break;
    used += wide;
    kept += cluster;
  }
  return kept + ellipsis;
}

export type Align = 'left' | 'right';

/** Exactly `width` cells. */
export function fit(text: string, width: number, align: Align = 'left'): string {
  const short = cut(text, width);
  const fill = ' '.repeat(Math.max(0, width - cells(short)));
  return align === 'left' ? short + fill : fill + short;
}
