// What a terminal is asked for: no colour and no sign that it does not have, or that nobody wants.
import { describe, expect, onTestFinished, test } from 'vitest';
import { asciiGlyphs, unicodeGlyphs } from '../../screens/draw/glyphs.ts';
import { paint, themeOf } from '../../screens/draw/theme.ts';
import { glyphsOf, terminalKind } from '../../screens/terminal-kind.ts';
import { defaultSettings } from '../../src/contracts/default-settings.ts';
import { sitDown } from './seated.ts';

/** SGR parameters that set a colour (ECMA-48, and xterm's 256). */
const COLOUR = /\u001b\[(?:[\d;]*;)?(?:[34][0-8]|9[0-7]|10[0-7])(?:;[\d;]*)?m/;

describe('The terminal', () => {
  test.each([
    [{ TERM: 'xterm-256color', LANG: 'hu_HU.UTF-8' }, '256', true],
    [{ TERM: 'tmux-256color', LC_ALL: 'C.utf8' }, '256', true],
    [{ TERM: 'xterm-256color', LANG: 'C.UTF-8', NO_COLOR: '1' }, 'none', true],
    [{ TERM: 'xterm-256color', LANG: 'C.UTF-8', NO_COLOR: '' }, '256', true],
    [{ TERM: 'xterm-256color', LANG: 'C.UTF-8', LC_ALL: 'C' }, '256', false],
    [{ TERM: 'linux', LANG: 'C.UTF-8' }, '16', false],
    [{ TERM: 'xterm-16color', LANG: 'C.UTF-8' }, '16', true],
    [{ TERM: 'vt100', LANG: 'C.UTF-8' }, 'none', false],
    [{ TERM: 'dumb', LANG: 'C.UTF-8' }, 'none', true],
    [{}, '256', false],
  ] as const)('of %j has %s colours, and more than ASCII: %s', (env, colours, unicode) => {
    expect(terminalKind(env)).toEqual({ colours, unicode });
  });

  test('is believed only until somebody sets the signs', () => {
    const kind = terminalKind({ TERM: 'linux' });
    expect(glyphsOf(defaultSettings, kind)).toBe(asciiGlyphs);
    expect(glyphsOf({ ...defaultSettings, ascii: 'off' }, kind)).toBe(unicodeGlyphs);
    const able = terminalKind({ TERM: 'xterm', LANG: 'C.UTF-8' });
    expect(glyphsOf({ ...defaultSettings, ascii: 'on' }, able)).toBe(asciiGlyphs);
  });
});

describe('Colours', () => {
  test.each(['dark', 'light', 'mono'] as const)('are none in the theme %s without colours', (name) => {
    expect(Object.values(themeOf(name, 'none')).join(' ')).not.toMatch(/[34]\d|9\d/);
  });

  test('are none in a whole frame with NO_COLOR, and bold and reverse stay', async () => {
    const env = { TERM: 'xterm-256color', LANG: 'C.UTF-8' };
    const coloured = await sitDown({ env });
    onTestFinished(coloured.stop);
    expect(coloured.painted()).toMatch(COLOUR);
    const plain = await sitDown({ env: { ...env, NO_COLOR: '1' } });
    onTestFinished(plain.stop);
    expect(plain.painted()).not.toMatch(COLOUR);
    expect(plain.painted()).toContain('\u001b[7m');
  });

  test('end with what they paint', () => {
    const line = [{ text: 'a', tone: 'bad' } as const, { text: 'b', tone: 'plain' } as const];
    expect(paint(line, themeOf('dark', '16'))).toBe('\u001b[1;31ma\u001b[0mb');
  });

  test.each(['256', '16'] as const)('of %s tell good from bad, and every other meaning too', (depth) => {
    const theme = themeOf('dark', depth);
    const meanings = [theme.good, theme.warn, theme.bad, theme.info, theme.dim, theme.selected];
    expect(new Set(meanings).size).toBe(meanings.length);
  });
});

describe('The language', () => {
  const hungarian = { LANG: 'hu_HU.UTF-8', TERM: 'xterm' };
  test.each([
    [undefined, 'auto', 'hu'],
    [undefined, 'en', 'en'],
    ['en', 'hu', 'en'],
    ['hu', 'auto', 'hu'],
  ] as const)(
    'with --lang %s and the setting %s in a Hungarian locale is %s',
    async (option, set, expected) => {
      const seated = await sitDown({ env: hungarian, settings: { language: set }, language: option ?? null });
      onTestFinished(seated.stop);
      expect(seated.session.text().language).toBe(expected);
    },
  );
});
