// Tones to terminal attributes (ECMA-48 SGR). The palette keeps its meanings apart for
// colour-blind people, and no meaning hangs on colour alone.
import type { Line, Tone } from './line.ts';

export type ColourDepth = 'none' | '16' | '256';
export type ThemeName = 'dark' | 'light' | 'mono';
export type Theme = { readonly [T in Tone]: string };

const none: Theme = {
  plain: '',
  dim: '',
  strong: '',
  title: '',
  good: '',
  warn: '',
  bad: '',
  info: '',
  key: '',
  selected: '',
  marked: '',
};
/** Attributes without colour: NO_COLOR forbids colour, not bold or reverse. */
const mono: Theme = { ...none, strong: '1', title: '1', bad: '1', key: '1', selected: '7', marked: '4' };
const sixteen: Theme = {
  ...none,
  dim: '37',
  strong: '1',
  title: '1;36',
  good: '36',
  warn: '33',
  bad: '1;31',
  info: '34',
  key: '1',
  selected: '7',
  marked: '1;35',
};
const dark: Theme = {
  ...none,
  dim: '38;5;245',
  strong: '1',
  title: '1;38;5;75',
  good: '38;5;79',
  warn: '38;5;215',
  bad: '1;38;5;209',
  info: '38;5;75',
  key: '1;38;5;252',
  selected: '48;5;24;38;5;255',
  marked: '38;5;177',
};
const light: Theme = {
  ...none,
  dim: '38;5;243',
  strong: '1',
  title: '1;38;5;25',
  good: '38;5;29',
  warn: '38;5;130',
  bad: '1;38;5;160',
  info: '38;5;25',
  key: '1;38;5;236',
  selected: '48;5;153;38;5;16',
  marked: '38;5;90',
};

export function themeOf(name: ThemeName, depth: ColourDepth): Theme {
  if (depth === 'none' || name === 'mono') return mono;
  if (depth === '16') return sixteen;
  return name === 'light' ? light : dark;
}

/** Our own signs for terminals without them; foreign letters stay. */
const PLAIN_SIGNS: Readonly<Record<string, string>> = {
  '…': '~',
  '–': '-',
  '·': '-',
  '°': ' ',
  '„': '"',
  '”': '"',
};

/** The line as one string with its attributes; nothing is added to plain text. */
export function paint(line: Line, theme: Theme, plainSigns = false): string {
  let painted = '';
  for (const { text, tone } of line) {
    const attributes = theme[tone];
    const shown = plainSigns ? text.replace(/[…–·°„”]/g, (sign) => PLAIN_SIGNS[sign] ?? sign) : text;
    painted += attributes === '' ? shown : `\u001b[${attributes}m${shown}\u001b[0m`;
  }
  return painted;
}
