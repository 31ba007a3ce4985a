// Before the tests: tests that start bin/felhom see the bundle of these sources, never an older one.
import { execFileSync } from 'node:child_process';
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = [
  'build.mjs',
  'build/*',
  'bin/felhom',
  'package-lock.json',
  'src/**/*.ts',
  'screens/**/*.{ts,tsx}',
  'state/**/*.ts',
];

export function setup(): void {
  if (builtAt() > newestSource()) return;
  try {
    execFileSync(process.execPath, ['build.mjs'], { cwd: ROOT, stdio: 'inherit' });
  } catch {
    // The failed build has left no bundle behind: tests that need one fail and say so, the others run.
    process.stderr.write('The bundle could not be built: tests that start bin/felhom will fail.\n');
  }
}

function builtAt(): number {
  return statSync(join(ROOT, 'dist/start.cjs'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestSource(): number {
  const times = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).map(
    (file) => statSync(join(ROOT, file)).mtimeMs,
  );
  return Math.max(...times);
}
