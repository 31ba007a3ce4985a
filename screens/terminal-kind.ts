// What the terminal can show, from TERM, COLORTERM, NO_COLOR and the locale.
import type { Settings } from '../src/contracts/settings.ts';
import { asciiGlyphs, unicodeGlyphs, type Glyphs } from './draw/glyphs.ts';
import type { ColourDepth } from './draw/theme.ts';

export type TerminalKind = {
  readonly colours: ColourDepth;
  readonly unicode: boolean;
};

export function terminalKind(env: Readonly<Record<string, string | undefined>>): TerminalKind {
  const term = env['TERM'] ?? '';
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || '';
  // The kernel's own console has 16 colours and a font without bars and braille.
  const console = term === 'linux' || term.startsWith('vt');
  const noColour =
    (env['NO_COLOR'] ?? '') !== '' || term === 'dumb' || term.startsWith('vt1') || term.startsWith('vt2');
  return {
    colours: noColour ? 'none' : console || /^(?:ansi|xterm-16color)$/.test(term) ? '16' : '256',
    unicode: !console && /utf-?8/i.test(locale),
  };
}

export function glyphsOf(settings: Settings, kind: TerminalKind): Glyphs {
  if (settings.ascii === 'on') return asciiGlyphs;
  return settings.ascii === 'off' || kind.unicode ? unicodeGlyphs : asciiGlyphs;
}
