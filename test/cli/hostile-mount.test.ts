// A mount point and a label that hold escape sequences, OSC 52, bidi and zero-width characters:
// every plain output shows them, and none lets them reach the terminal.
import { expect, test } from 'vitest';
import { mountLoop, whyNoLoopMount } from './loop-mount.ts';
import { runChild } from './run.ts';

const HOSTILE = 'x\u001B[31m\u001B]52;c;ZXZpbA==\u0007\u202Egnp\u200B\u2066 \u009By';

test('plain outputs hold no such byte, and JSON holds it escaped', async (context) => {
  const why = whyNoLoopMount();
  if (why !== undefined) return context.skip(why);
  const { mountPoint, release } = mountLoop(HOSTILE, '\u001B[2J\u200B\u202Ee');
  try {
    for (const command of [['status'], ['check'], ['doctor'], ['disks', 'list'], ['--no-color', 'status']]) {
      const { out, err } = await runChild(command);
      // oxlint-disable-next-line no-control-regex
      expect(out + err).not.toMatch(
        /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2066-\u2069]/,
      );
    }
    const status = await runChild(['status']);
    // Too long for the column, but its beginning is there, visible.
    expect(status.out).toMatch(/^\/tmp\/felhom/m);
    for (const command of [['status'], ['check'], ['disks', 'list']]) {
      const { out } = await runChild([...command, '--json']);
      expect(out).not.toMatch(
        /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B-\u200F\u202A-\u202E\u2066-\u2069]/,
      );
      expect(JSON.stringify(JSON.parse(out))).toContain(JSON.stringify(mountPoint).slice(1, -1));
    }
  } finally {
    release();
  }
});
