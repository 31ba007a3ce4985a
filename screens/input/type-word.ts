// The word that belongs to a disk, as it is typed: wherever one is asked for, the same keys change it.

const MAX_TYPED = 64;

/** What is typed after this key; nothing when the key types nothing. */
export function typeWord(typed: string, name: string): string | undefined {
  if (name === 'Backspace' || name === 'Delete') return [...typed].slice(0, -1).join('');
  if (name === 'Ctrl+u' || name === 'Ctrl+w') return '';
  const letter = name === 'Space' ? ' ' : name;
  return [...letter].length === 1 && typed.length < MAX_TYPED ? typed + letter : undefined;
}
