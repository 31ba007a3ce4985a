// Bracketed pastes as they arrive, in chunks: one whose end is lost does not swallow the keyboard for
// good, and of one without measure only the beginning is passed on.

const START = '\u001b[200~';
const END = '\u001b[201~';
/** More than any signature has, and than anybody pastes into a line that is being typed. */
const MAX_BYTES = 20 * 1024;
/** After this long without a byte of the paste, a chunk no longer than a key's is a key. */
const SILENCE_MS = 2000;
const LONGEST_KEY = 6;
const INTERRUPT = '\u0003';

/** Gives back what Ink may see of each chunk; one character stands for one byte. */
export function createPasteGuard(now: () => number): (chunk: string) => string {
  const state = { open: false, passed: 0, tail: '', at: 0 };
  const turn = (open: boolean) => Object.assign(state, { open, passed: 0, tail: '' });

  const pass = (bytes: string): string => {
    state.tail = (state.tail + bytes).slice(1 - START.length);
    if (!state.open) return bytes;
    const room = Math.max(0, MAX_BYTES - state.passed);
    state.passed += bytes.length;
    return bytes.slice(0, room);
  };
  return (chunk) => {
    const silent = now() - state.at > SILENCE_MS;
    state.at = now();
    let rest = chunk;
    let passed = '';
    if (state.open && (chunk === INTERRUPT || (silent && chunk.length <= LONGEST_KEY))) {
      passed = END;
      turn(false);
    }
    while (rest !== '') {
      const marker = state.open ? END : START;
      // It may have begun in the chunk before.
      const found = (state.tail + rest).indexOf(marker);
      if (found < 0) return passed + pass(rest);
      const after = found + marker.length - state.tail.length;
      const isCut = state.open && state.passed + after > MAX_BYTES;
      passed += isCut
        ? pass(rest.slice(0, Math.max(0, after - marker.length))) + marker
        : pass(rest.slice(0, after));
      turn(!state.open);
      rest = rest.slice(after);
    }
    return passed;
  };
}
