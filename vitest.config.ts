// How tests run. `--mode corpus` runs the recorded machines of FELHOM_FIXTURES instead.
import { defineConfig } from 'vitest/config';
import { createNoSkips } from './test/setup/no-skips.ts';

/**
 * Tests that look at every loop device of this machine, or stop doing so when somebody else does: one file
 * at a time, and nothing beside it.
 */
const ON_DISKS = [
  'test/disks/**/*.test.ts',
  'test/agent/{attacked-disks,killed,plugged-disks,seeds,signed-disks}.test.ts',
  'test/cli/disks-inspect.test.ts',
  'test/console/agent.test.ts',
  'test/controller/host.test.ts',
];

/** What looks at no disk of this machine and nothing on time: one file at a time, beside those on disks. */
const BESIDE_DISKS = [
  'test/controller/**/*.test.ts',
  'test/clients/docker-{daemon,engine,follow-log,watch}.test.ts',
  'test/console/{containers,guest}.test.ts',
  'test/screens/**/*.test.{ts,tsx}',
  'test/signing/**/*.test.ts',
];

/** Long ones that judge their own loop devices only, and wait for whoever looks at these: two at a time. */
const BY_AGENTS = [
  'test/agent/{fuzz,fuzz-holes}.test.ts',
  'test/console/sign.test.ts',
  'test/signing/ways.test.ts',
];

// Tests that start daemons, terminals and mounts share two cores.
const COMMON = { testTimeout: 30_000, hookTimeout: 60_000 };

export default defineConfig(({ mode }) => ({
  test: {
    ...COMMON,
    globalSetup: ['test/setup/fresh-bundle.ts'],
    reporters: ['default', createNoSkips()],
    maxWorkers: 2,
    ...(mode === 'corpus'
      ? { include: ['test/**/*.corpus.ts'] }
      : {
          projects: [
            {
              test: {
                ...COMMON,
                name: 'beside-disks',
                include: BESIDE_DISKS,
                exclude: [...ON_DISKS, ...BY_AGENTS],
                maxWorkers: 1,
                sequence: { groupOrder: 1 },
              },
            },
            {
              test: {
                ...COMMON,
                name: 'disks',
                include: ON_DISKS,
                maxWorkers: 1,
                sequence: { groupOrder: 1 },
              },
            },
            {
              test: {
                ...COMMON,
                name: 'agents',
                include: BY_AGENTS,
                maxWorkers: 2,
                sequence: { groupOrder: 2 },
              },
            },
            {
              test: {
                ...COMMON,
                name: 'others',
                include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
                exclude: [...ON_DISKS, ...BESIDE_DISKS, ...BY_AGENTS],
                maxWorkers: 2,
                sequence: { groupOrder: 0 },
              },
            },
          ],
        }),
  },
}));
