// What the terminal sent, as names of keys. Over a slow link several keys arrive as one event
// (`jjj`, `y` and Enter): they are split. A long burst of text is a paste, whatever the terminal calls it.
import type { Key } from 'ink';

/** Text that nobody types in one event: a paste from a terminal without bracketed paste. */
const LONGEST_BURST = 24;
/** More than this in one event must be one repeated key, or it is a paste too. */
const LONGEST_MIXED = 6;
/** A line that is being typed, or that its first key opens, may arrive whole over a slow link. */
const LONGEST_LINE = 64;
const OPENS_A_LINE = /^[:/?]/;

export type Pressed =
  | { readonly kind: 'keys'; readonly names: readonly string[] }
  | { readonly kind: 'paste' };

const SPECIAL: readonly [keyof Key, string][] = [
  ['upArrow', 'Up'],
  ['downArrow', 'Down'],
  ['leftArrow', 'Left'],
  ['rightArrow', 'Right'],
  ['pageDown', 'PgDn'],
  ['pageUp', 'PgUp'],
  ['home', 'Home'],
  ['end', 'End'],
  ['return', 'Enter'],
  ['escape', 'Esc'],
  ['backspace', 'Backspace'],
  ['delete', 'Delete'],
];

/** `typing` is true while the keys go into a line. */
export function keyNames(input: string, key: Key, typing = false): Pressed {
  if (key.tab) return names(key.shift ? 'Shift+Tab' : 'Tab');
  for (const [flag, name] of SPECIAL) {
    if (key[flag] === true) return names(name);
  }
  if (key.meta) return names();
  if (key.ctrl) return names(input === '' ? '' : `Ctrl+${input.toLowerCase()}`);
  const characters = [...input];
  const mixed = new Set(characters).size > 1;
  const longest = typing || OPENS_A_LINE.test(input) ? LONGEST_LINE : mixed ? LONGEST_MIXED : LONGEST_BURST;
  if (characters.length > longest) return { kind: 'paste' };
  return names(...characters.map(characterName));
}

const names = (...all: readonly string[]): Pressed => ({
  kind: 'keys',
  names: all.filter((name) => name !== ''),
});

function characterName(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (character === ' ') return 'Space';
  if (code === 0x0d || code === 0x0a) return 'Enter';
  if (code === 0x09) return 'Tab';
  if (code === 0x1b) return 'Esc';
  if (code === 0x7f || code === 0x08) return 'Backspace';
  if (code < 0x20) return `Ctrl+${String.fromCharCode(code + 0x60)}`.replace('Ctrl+|', 'Ctrl+\\');
  return character;
}
