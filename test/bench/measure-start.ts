// From the start of a program to its first full frame, judged on the emulated screen.
import { openPty, type Chunk } from '../terminal/pty.ts';
import { createScreen } from '../terminal/screen.ts';
import { waitedMs } from './process-cost.ts';
import { environmentOf, type Measured } from './programs-measured.ts';

export type Start = { readonly framesMs: readonly number[]; readonly dropped: number };

const COLS = 120;
const ROWS = 40;
/** A run whose main thread waited longer than this for a processor tells of the machine, not of the program. */
const MAX_WAITED_SHARE = 0.05;
const MAX_WAITED_MS = 2;
const MAX_MISSES = 2;

export async function measureStart(program: Measured, runs: number, recordMs: number): Promise<Start> {
  const sound: number[] = [];
  const disturbed: { readonly frameMs: number; readonly waited: number }[] = [];
  let misses = 0;
  await record(program, recordMs);
  while (sound.length < runs && sound.length + disturbed.length < runs * 2) {
    const { chunks, waited } = await record(program, recordMs);
    const index = await firstFullFrame(chunks, program.markers);
    if (index === undefined) {
      misses += 1;
      if (misses > MAX_MISSES) throw new Error(`${program.name}: no full frame in ${recordMs} ms`);
      continue;
    }
    const run = { frameMs: chunks[index]?.atMs ?? Number.NaN, waited: waited[index] ?? 0 };
    if (run.waited > Math.max(MAX_WAITED_MS, MAX_WAITED_SHARE * run.frameMs)) disturbed.push(run);
    else sound.push(run.frameMs);
  }
  // On a machine that never is quiet the least disturbed ones have to do.
  const spare = disturbed.toSorted((a, b) => a.waited - b.waited).map((run) => run.frameMs);
  return { framesMs: [...sound, ...spare].slice(0, runs), dropped: disturbed.length };
}

/** Records first: emulating at the same time would delay the stamps. */
async function record(program: Measured, recordMs: number) {
  const pty = openPty({ ...program, cols: COLS, rows: ROWS, env: environmentOf(program) });
  const waited: number[] = [];
  pty.onChunk((chunk) => {
    waited.push(waitedMs(pty.pid));
    answer(chunk, pty.write);
  });
  await Promise.race([pty.exited, new Promise((done) => setTimeout(done, recordMs))]);
  await pty.end();
  return { chunks: pty.chunks, waited };
}

/** What programs ask a terminal when they start; without an answer some sit in a time-out. */
function answer({ bytes }: Chunk, write: (text: string) => void): void {
  const text = Buffer.from(bytes).toString('latin1');
  if (/\u001b\[0?c/.test(text)) write('\u001b[?1;2c');
  if (text.includes('\u001b[6n')) write('\u001b[1;1R');
}

async function firstFullFrame(
  chunks: readonly Chunk[],
  markers: readonly RegExp[],
): Promise<number | undefined> {
  const screen = createScreen(COLS, ROWS);
  for (const [index, chunk] of chunks.entries()) {
    await screen.feed(chunk.bytes);
    const text = screen.text();
    if (markers.every((marker) => marker.test(text))) return index;
  }
  return undefined;
}
