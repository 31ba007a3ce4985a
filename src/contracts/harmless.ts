// Makes text from outside visible and harmless: the only door through which foreign text
// reaches a screen or a plain output (law 8). Control characters, escape sequences, bidi
// overrides, zero-width and other invisible characters become readable marks.

// C0 and DEL have pictures in Unicode (U+2400..), which show what was there in one cell.
const CONTROL_PICTURE_BASE = 0x2400;
const DELETE_PICTURE = '\u2421';

/** Controls, bidi and other format characters, joiners, fillers, variation selectors, private use, separators of lines. */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]/gu;
const SUSPECT = /[^\x20-\x7e]/;

/**
 * Returns text that no terminal interprets: one line, no control or invisible character.
 * Letters of any script stay. Longer text than `maxLength` code units is cut with an ellipsis.
 */
export function makeHarmless(text: string, maxLength = 4096): string {
  // Cut before, so that little is worked on, and after, as marks are longer than what they stand for.
  const short = cut(text, maxLength);
  if (!SUSPECT.test(short)) return short;
  const marked = short
    .replace(INVISIBLE, mark)
    // More than two combining marks on one letter stack up over other rows ("zalgo").
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(/\p{Zs}/gu, ' ');
  return cut(marked, maxLength);
}

/** Never in the middle of a character of two code units. */
function cut(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text;
  const end = maxLength - 1;
  const half = /[\ud800-\udbff]/.test(text.charAt(end - 1));
  return `${text.slice(0, half ? end - 1 : end)}…`;
}

function mark(character: string): string {
  const point = character.codePointAt(0) ?? 0xfffd;
  if (point < 0x20) return String.fromCodePoint(CONTROL_PICTURE_BASE + point);
  if (point === 0x7f) return DELETE_PICTURE;
  return `<U+${point.toString(16).toUpperCase().padStart(4, '0')}>`;
}
