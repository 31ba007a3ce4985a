// The signs that the screens draw with: Unicode where the terminal has it, else ASCII.

export type Glyphs = {
  /** Lowest to highest; the lowest is visible, as a value of 0 is not a gap. */
  readonly bars: readonly string[];
  readonly rule: string;
  readonly cursor: string;
  readonly mark: string;
  readonly lock: string;
  readonly good: string;
  readonly warn: string;
  readonly bad: string;
  readonly unknown: string;
  readonly branch: string;
  readonly lastBranch: string;
  readonly up: string;
  readonly down: string;
  readonly full: string;
  readonly empty: string;
  readonly separator: string;
  readonly dash: string;
};

export const unicodeGlyphs: Glyphs = {
  bars: ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
  rule: '─',
  cursor: '▸',
  mark: '◆',
  lock: '▣',
  good: '●',
  warn: '▲',
  bad: '✖',
  unknown: '?',
  branch: '├─',
  lastBranch: '└─',
  up: '↑',
  down: '↓',
  full: '█',
  empty: '░',
  separator: '·',
  dash: '–',
};

export const asciiGlyphs: Glyphs = {
  bars: ['_', '.', ':', '-', '=', '+', '*', '#'],
  rule: '-',
  cursor: '>',
  mark: '*',
  lock: '#',
  good: 'o',
  warn: '!',
  bad: 'X',
  unknown: '?',
  branch: '|-',
  lastBranch: '`-',
  up: '^',
  down: 'v',
  full: '#',
  empty: '.',
  separator: '-',
  dash: '-',
};

/** The newest samples at the right end, `width` cells; what was not known is a gap. */
export function sparkline(
  samples: readonly (number | null)[],
  width: number,
  max: number,
  glyphs: Glyphs,
): string {
  if (width <= 0) return '';
  const shown = samples.slice(-width);
  const drawn = shown.map((sample) => {
    if (sample === null) return ' ';
    const level = max <= 0 ? 0 : Math.min(1, Math.max(0, sample / max));
    return glyphs.bars[Math.min(glyphs.bars.length - 1, Math.floor(level * glyphs.bars.length))] ?? ' ';
  });
  return drawn.join('').padStart(width);
}

/** A bar of `width` cells, filled to `share` (0 to 1); never quite full or empty unless it is. */
export function gauge(share: number, width: number, glyphs: Glyphs): string {
  const exact = Math.min(1, Math.max(0, share)) * width;
  const rounded = Math.round(exact);
  const filled = share > 0 && rounded === 0 ? 1 : share < 1 && rounded === width ? width - 1 : rounded;
  return glyphs.full.repeat(filled) + glyphs.empty.repeat(width - filled);
}
