// The colours that a terminal's numbers stand for: sixteen calm ones, then xterm's cube and greys.
import type { Colour } from './screen.ts';

export const BACKGROUND = '#11151c';
export const FOREGROUND = '#d5d9e0';

const SIXTEEN = [
  '#1c222c',
  '#e0606a',
  '#8ec07c',
  '#e0b35a',
  '#6aa6e8',
  '#c58be0',
  '#5fc4c0',
  '#c3c8d2',
  '#68707f',
  '#ff7b85',
  '#a9dc91',
  '#ffd479',
  '#8cc2ff',
  '#dfa8f8',
  '#7fe3de',
  '#ffffff',
];

export function hexOf(colour: Colour, fallback: string): string {
  if (colour === 'default') return fallback;
  return 'rgb' in colour ? hex(colour.rgb) : paletteHex(colour.palette);
}

function paletteHex(index: number): string {
  const named = SIXTEEN[index];
  if (named !== undefined) return named;
  if (index >= 232) return hex((8 + (index - 232) * 10) * 0x010101);
  const cube = index - 16;
  const level = (part: number) => (part === 0 ? 0 : 55 + part * 40);
  return hex(
    level(Math.floor(cube / 36)) * 0x10000 + level(Math.floor(cube / 6) % 6) * 0x100 + level(cube % 6),
  );
}

function hex(rgb: number): string {
  return `#${rgb.toString(16).padStart(6, '0')}`;
}
