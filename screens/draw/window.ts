// Which part of something long is visible.
import type { Line } from './line.ts';

/** Which rows are visible so that the cursor's row is among them, near the middle when scrolled. */
export function windowOf(count: number, cursor: number, height: number): { from: number; to: number } {
  const room = Math.max(0, height);
  if (count <= room) return { from: 0, to: count };
  const from = Math.min(Math.max(0, cursor - Math.floor(room / 2)), count - room);
  return { from, to: from + room };
}

/** The lines from `scroll` on that have room; the end never leaves room empty. */
export function scrolledTo(lines: readonly Line[], scroll: number, height: number): readonly Line[] {
  const from = Math.min(scroll, Math.max(0, lines.length - height));
  return lines.slice(from, from + Math.max(0, height));
}
