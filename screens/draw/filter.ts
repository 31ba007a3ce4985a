// What a filter keeps: plain text anywhere, `!x` without it, `~x` its letters in order. Case does not matter.

export function matches(filter: string, text: string): boolean {
  const haystack = text.toLowerCase();
  if (filter.startsWith('!')) {
    const needle = filter.slice(1).toLowerCase();
    return needle === '' || !haystack.includes(needle);
  }
  if (filter.startsWith('~')) return fuzzyScore(filter.slice(1), text) !== undefined;
  return haystack.includes(filter.toLowerCase());
}

/** How well the letters of `query` appear in `text` in their order; lower is better, nothing when they do not. */
export function fuzzyScore(query: string, text: string): number | undefined {
  const needle = query.toLowerCase().replaceAll(' ', '');
  const haystack = text.toLowerCase();
  let score = 0;
  let from = 0;
  for (const letter of needle) {
    const at = haystack.indexOf(letter, from);
    if (at < 0) return undefined;
    // Gaps count, and a start in the middle of a word a little more.
    score += at - from + (at > 0 && /\w/.test(haystack[at - 1] ?? '') && at !== from ? 1 : 0);
    from = at + 1;
  }
  return score;
}
