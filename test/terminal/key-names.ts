// What a terminal sends for keys that have no letter (xterm, normal cursor keys), by name.

const NAMED: Readonly<Record<string, string>> = {
  Enter: '\r',
  Esc: '\u001b',
  Tab: '\t',
  'Shift+Tab': '\u001b[Z',
  Space: ' ',
  Backspace: '\u007f',
  Up: '\u001b[A',
  Down: '\u001b[B',
  Right: '\u001b[C',
  Left: '\u001b[D',
  Home: '\u001b[H',
  End: '\u001b[F',
  PageUp: '\u001b[5~',
  PageDown: '\u001b[6~',
  Delete: '\u001b[3~',
  Comma: ',',
  'Ctrl+\\': '\u001c',
};

/** The bytes of `Enter`, `Ctrl+d` and their kind; anything else is what was written. */
export function keyBytes(name: string): string {
  const named = NAMED[name];
  if (named !== undefined) return named;
  const control = /^Ctrl\+([a-z])$/i.exec(name)?.[1];
  return control === undefined ? name : String.fromCharCode(control.toLowerCase().charCodeAt(0) & 0x1f);
}
