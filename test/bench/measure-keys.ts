// From a key press to the first changed screen.
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
  readonly waited: number;
};

const COLS = 120;
const ROWS = 40;
const QUIET_MS = 60;
const WINDOW_MS = 200;
/** A press during which the program waited longer than this for a processor tells of the machine. */
const MAX_WAITED_MS = 1;

export async function measureKeys(program: Measured, presses: number, settleMs = 3000): Promise<Keys> {
  await using terminal = openTerminal({ ...program, env: environmentOf(program), cols: COLS, rows: ROWS });
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
    made.push({
      atMs,
      firstChunk,
      endChunk: terminal.log.length,
      waited: waitedMs(terminal.pid) - waitedBefore,
    });
  }
  return judge(terminal.log, made);
}

/** Replays what was written, off the clock, and looks when the screen first differed. */
async function judge(
  log: readonly { readonly atMs: number; readonly bytes: Uint8Array }[],
  presses: readonly Press[],
): Promise<Keys> {
  const screen = createScreen(COLS, ROWS);
  const changesMs: number[] = [];
  const bytesPerPress: number[] = [];
  let [fed, lost, dropped] = [0, 0, 0];
  const feedUntil = async (end: number) => {
    for (; fed < end; fed += 1) await screen.feed(log[fed]?.bytes ?? new Uint8Array());
  };
  for (const press of presses) {
    await feedUntil(press.firstChunk);
    const before = signature(screen.cells());
    let changedMs: number | undefined;
    while (fed < press.endChunk && changedMs === undefined) {
      const chunk = log[fed];
      await feedUntil(fed + 1);
      if (chunk !== undefined && signature(screen.cells()) !== before) changedMs = chunk.atMs - press.atMs;
    }
    if (changedMs === undefined) lost += 1;
    else if (press.waited > MAX_WAITED_MS) dropped += 1;
    else {
      changesMs.push(changedMs);
      const answered = log.slice(press.firstChunk, fed);
      bytesPerPress.push(answered.reduce((total, chunk) => total + chunk.bytes.length, 0));
    }
  }
  return { changesMs, lost, dropped, bytesPerPress };
}

function signature(cells: readonly (readonly Cell[])[]): string {
  return JSON.stringify(cells);
}

async function sleep(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}
