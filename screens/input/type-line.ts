// A line that is being typed: a filter, a command, a field. Wherever one is, the same keys change it.

export const MAX_TYPED = 200;

/** The typed line after a key; nothing when the key types nothing. */
export function typeLine(line: string, name: string): string | undefined {
  if (name === 'Backspace' || name === 'Delete') return [...line].slice(0, -1).join('');
  if (name === 'Ctrl+u') return '';
  if (name === 'Ctrl+w') return line.replace(/\S*\s*$/, '');
  const character = name === 'Space' ? ' ' : name;
  return [...character].length === 1 && line.length < MAX_TYPED ? line + character : undefined;
}
