// A console that stays open while everything else is measured, and whether its memory grows.
import { openPty } from '../terminal/pty.ts';
import { median, floorGrowthPerMinute } from './numbers.ts';
import { residentMb } from './process-cost.ts';
import { environmentOf, type Measured } from './programs-measured.ts';

export type Growth = { readonly residentMb: number; readonly mbPerMinute: number; readonly minutes: number };

/** The first minute is the start: code is compiled, the heap finds its size. */
const START_MS = 60_000;
const SAMPLE_MS = 2000;

export function watchMemory(program: Measured): { stop: () => Promise<Growth> } {
  const pty = openPty({ ...program, cols: 120, rows: 40, env: environmentOf(program) });
  const samples: { atMs: number; value: number }[] = [];
  const timer = setInterval(() => samples.push({ atMs: pty.nowMs(), value: residentMb(pty.pid) }), SAMPLE_MS);
  return {
    stop: async () => {
      clearInterval(timer);
      await pty.end();
      const settled = samples.filter((one) => one.atMs > START_MS);
      const span = (settled.at(-1)?.atMs ?? 0) - (settled[0]?.atMs ?? 0);
      return {
        residentMb: median((settled.length > 0 ? settled : samples).map((one) => one.value)),
        mbPerMinute: floorGrowthPerMinute(settled),
        minutes: span / 60_000,
      };
    },
  };
}
