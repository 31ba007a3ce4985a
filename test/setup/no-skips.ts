// The last word of a test run: what was skipped and why, and one line of numbers. In CI a skipped
// test is a failure: what is never tried there is never tried.
import type { Reporter, TestCase, TestModule } from 'vitest/node';

export function createNoSkips(env: NodeJS.ProcessEnv = process.env): Reporter {
  return {
    onTestRunEnd: (modules, unhandled) => {
      const tests = modules.flatMap((module) => [...module.children.allTests()]);
      const skipped = tests.filter((test) => test.result().state === 'skipped');
      const failed = tests.filter((test) => test.result().state === 'failed').length + broken(modules);
      const passed = tests.filter((test) => test.result().state === 'passed').length;
      const strict = isCi(env) && skipped.length > 0;
      const lines = [
        ...(skipped.length > 0 ? [`Skipped${strict ? ', which CI does not allow' : ''}:`] : []),
        ...skipped.map(describe),
        `${passed} passed, ${failed + unhandled.length} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`,
      ];
      process.stdout.write(`${lines.join('\n')}\n`);
      if (strict) process.exitCode = 1;
    },
  };
}

export function isCi(env: NodeJS.ProcessEnv): boolean {
  return env['CI'] !== undefined && env['CI'] !== '' && env['CI'] !== 'false';
}

/** Files that could not be loaded, and hooks that failed, have no test to tell of it. */
function broken(modules: readonly TestModule[]): number {
  return modules.filter(
    (module) =>
      module.state() === 'failed' &&
      ![...module.children.allTests()].some((test) => test.result().state === 'failed'),
  ).length;
}

function describe(test: TestCase): string {
  const result = test.result();
  const why = result.state === 'skipped' && result.note !== undefined ? result.note : 'no reason given';
  return `  ${test.module.relativeModuleId} › ${test.fullName}: ${why}`;
}
