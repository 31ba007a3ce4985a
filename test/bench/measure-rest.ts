// What programs cost while nobody touches them: all at once in the same window, so that the ratio
// between them holds whatever else the machine does.
import { openPty, type Pty } from '../terminal/pty.ts';
import { median } from './numbers.ts';
import { cpuMs, residentMb } from './process-cost.ts';
import { environmentOf, type Measured } from './programs-measured.ts';

export type Rest = {
  readonly name: string;
  readonly cpuPercent: number;
  readonly bytesPerSecond: number;
  readonly residentMb: number;
};

const SETTLE_MS = 5000;

export async function measureRest(programs: readonly Measured[], windowMs: number): Promise<readonly Rest[]> {
  const open = programs.map((program) => ({
    program,
    pty: openPty({ ...program, cols: 120, rows: 40, env: environmentOf(program) }),
  }));
  try {
    await sleep(SETTLE_MS);
    const before = open.map(({ pty }) => snapshot(pty));
    const resident: number[][] = open.map(() => []);
    for (let passed = 0; passed < windowMs; passed += 1000) {
      await sleep(1000);
      for (const [index, { pty }] of open.entries()) resident[index]?.push(residentMb(pty.pid));
    }
    const ended = open.filter(({ pty }) => !pty.signal('SIGCONT')).map(({ program }) => program.name);
    if (ended.length > 0) throw new Error(`ended by itself: ${ended.join(', ')}`);
    return open.map(({ program, pty }, index) => {
      const [from, to] = [before[index], snapshot(pty)];
      const spanMs = to.atMs - (from?.atMs ?? 0);
      return {
        name: program.name,
        cpuPercent: ((to.cpu - (from?.cpu ?? 0)) / spanMs) * 100,
        bytesPerSecond: ((to.bytes - (from?.bytes ?? 0)) / spanMs) * 1000,
        residentMb: median(resident[index] ?? []),
      };
    });
  } finally {
    await Promise.all(open.map(async ({ pty }) => pty.end()));
  }
}

function snapshot(pty: Pty): { atMs: number; cpu: number; bytes: number } {
  return {
    atMs: pty.nowMs(),
    cpu: cpuMs(pty.pid),
    bytes: pty.chunks.reduce((total, chunk) => total + chunk.bytes.length, 0),
  };
}

async function sleep(ms: number): Promise<void> {
  await new Promise((done) => setTimeout(done, ms));
}
