// How tests run. `--mode corpus` runs the recorded machines of FELHOM_FIXTURES instead.
import { defineConfig } from 'vitest/config';
import { createNoSkips } from './test/setup/no-skips.ts';

export default defineConfig(({ mode }) => ({
  test: {
    include: mode === 'corpus' ? ['test/**/*.corpus.ts'] : ['test/**/*.test.ts', 'test/**/*.test.tsx'],
    globalSetup: ['test/setup/fresh-bundle.ts'],
    reporters: ['default', createNoSkips()],
    // Tests that start daemons, terminals and mounts share two cores.
    testTimeout: 30_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
}));
