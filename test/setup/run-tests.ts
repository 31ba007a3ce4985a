// All tests, in the shortest time that two cores take: what is tried on disks, one at a time, runs beside what
// looks at none. `vitest run` does the same one after the other.
import { spawn } from 'node:child_process';

/** Projects of vitest.config.ts; those of one stage run at the same time. */
const STAGES = [['others'], ['disks', 'beside-disks'], ['agents']] as const;

type Run = {
  readonly code: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
};

async function run(project: string, alone: boolean): Promise<Run> {
  const child = spawn('vitest', ['run', '--project', project], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  const take = (chunk: Buffer) => {
    chunks.push(chunk);
    if (alone) process.stdout.write(chunk);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const code = await new Promise<number>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('close', (exit) => resolve(exit ?? 1));
  });
  const output = Buffer.concat(chunks).toString('utf8');
  if (!alone) process.stdout.write(output);
  // The line of no-skips.ts.
  const [, passed, failed, skipped] = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/m.exec(output) ?? [];
  if (passed === undefined)
    process.stdout.write(`${project}: ended with ${code} before its tests were told\n`);
  return { code, passed: Number(passed ?? 0), failed: Number(failed ?? 1), skipped: Number(skipped ?? 0) };
}

const runs: Run[] = [];
for (const stage of STAGES) {
  runs.push(...(await Promise.all(stage.map(async (project) => run(project, stage.length === 1)))));
}
const sum = (count: 'passed' | 'failed' | 'skipped') => runs.reduce((total, one) => total + one[count], 0);
process.stdout.write(
  `All together: ${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped\n`,
);
process.exitCode = runs.some(({ code, passed }) => code !== 0 || passed === 0) ? 1 : 0;
