// From a key press to the first changed screen.
import type { Chunk } from '../terminal/pty.ts';
import { openTerminal } from '../terminal/terminal.ts';
import { createScreen, type Cell } from '../terminal/screen.ts';
import { keyBytes } from '../terminal/key-names.ts';
import { waitedMs } from './process-cost.ts';
import { environmentOf, type Measured } from './programs-measured.ts';

export type Keys = {
  readonly changesMs: readonly number[];
  /** Presses that changed nothing in time. */
  readonly lost: number;
  readonly dropped: number;
  readonly bytesPerPress: readonly number[];
};

type Press = {
  readonly atMs: number;
  readonly firstChunk: number;
  readonly endChunk: number;
  /** How long the program had waited for a processor until then. */
  readonly waitedBefore: number;
};
type Answer = { readonly changedMs: number; readonly waited: number; readonly bytes: number };

const COLS = 120;
const ROWS = 40;
const QUIET_MS = 60;
const WINDOW_MS = 200;
/** An answer that waited longer than this for a processor tells of the machine. */
const MAX_WAITED_MS = 1;

export async function measureKeys(program: Measured, presses: number, settleMs = 3000): Promise<Keys> {
  await using terminal = openTerminal({ ...program, env: environmentOf(program), cols: COLS, rows: ROWS });
  const waited: number[] = [];
  terminal.onChunk(() => waited.push(waitedMs(terminal.pid)));
  await terminal.waitFor((text) => program.markers.every((marker) => marker.test(text)), 20_000);
  await sleep(settleMs);
  const made: Press[] = [];
  for (let press = 0; press < presses; press += 1) {
    // In a pause of its own output, so that a refresh is not taken for the answer to the key. A
    // program that never pauses is pressed all the same.
    await terminal.waitForQuiet(QUIET_MS, 2000).catch(() => undefined);
    // Not in step with the program's own timers.
    await sleep((press * 7) % 50);
    const waitedBefore = waitedMs(terminal.pid);
    const firstChunk = terminal.log.length;
    const atMs = terminal.nowMs();
    terminal.type(keyBytes(program.keys[press % program.keys.length] ?? ''));
    await sleep(WINDOW_MS);
    made.push({ atMs, firstChunk, endChunk: terminal.log.length, waitedBefore });
  }
  const answers = await judge(terminal.log, waited, made);
  const sound = answers.filter((answer) => answer.waited <= MAX_WAITED_MS);
  // On a machine that never is quiet the least disturbed half has to do.
  const half = answers.toSorted((a, b) => a.waited - b.waited).slice(0, Math.ceil(answers.length / 2));
  const kept = sound.length >= half.length ? sound : half;
  return {
    changesMs: kept.map((answer) => answer.changedMs),
    bytesPerPress: kept.map((answer) => answer.bytes),
    lost: made.length - answers.length,
    dropped: answers.length - sound.length,
  };
}

/** Replays what was written, off the clock, and looks when the screen first differed. */
async function judge(
  log: readonly Chunk[],
  waited: readonly number[],
  presses: readonly Press[],
): Promise<readonly Answer[]> {
  const screen = createScreen(COLS, ROWS);
  const answers: Answer[] = [];
  let fed = 0;
  for (const press of presses) {
    for (; fed < press.firstChunk; fed += 1) await screen.feed(log[fed]?.bytes ?? NOTHING);
    const before = signature(screen.cells());
    for (; fed < press.endChunk;) {
      const chunk = log[fed];
      await screen.feed(chunk?.bytes ?? NOTHING);
      fed += 1;
      if (chunk === undefined || signature(screen.cells()) === before) continue;
      answers.push({
        changedMs: chunk.atMs - press.atMs,
        waited: (waited[fed - 1] ?? 0) - press.waitedBefore,
        bytes: log.slice(press.firstChunk, fed).reduce((total, one) => total + one.bytes.length, 0),
      });
      break;
    }
  }
  return answers;
}

const NOTHING = new Uint8Array();

function signature(cells: readonly (readonly Cell[])[]): string {
  return JSON.stringify(cells);
}

async function sleep(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}
