// A real file system that is full to the last block: found, named, and with what to do.
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { allOutputs } from '../../src/contracts/outputs.ts';
import { mountLoop, whyNoLoopMount } from './loop-mount.ts';
import { runChild } from './run.ts';

test('check fails and names it, doctor says what to do, and JSON is of its schema', async (context) => {
  const why = whyNoLoopMount();
  if (why !== undefined) return context.skip(why);
  const { mountPoint, release } = mountLoop('full');
  try {
    fill(mountPoint);
    const check = await runChild(['check']);
    expect(check.code).toBe(2);
    expect(check.out).toContain(`${mountPoint} is 100 % full`);
    expect(check.out).toContain(`'fs_${mountPoint}'=100%;85;95;0;100`);

    const doctor = await runChild(['doctor']);
    expect(doctor.code).toBe(1);
    expect(doctor.out).toContain(`failure: ${mountPoint} is 100 % full [disk-full]`);
    expect(doctor.out).toContain(`du -xh --max-depth=2 ${mountPoint} | sort -h | tail -n 15`);

    const hungarian = await runChild(['doctor', 'disk-full', '--lang', 'hu']);
    expect(hungarian.out).toContain(`${mountPoint} 100 %-ig tele van`);

    const json = await runChild(['doctor', 'disk-full', '--json']);
    const { findings } = allOutputs.doctor.parse(JSON.parse(json.out));
    expect(findings).toContainEqual(
      expect.objectContaining({ id: `disk-full:${mountPoint}`, severity: 'fail' }),
    );
    const checked = allOutputs.check.parse(JSON.parse((await runChild(['check', '--json'])).out));
    expect(checked).toMatchObject({ status: 'CRITICAL', exit_code: 2 });
    // Whatever is found, it could be read.
    expect((await runChild(['status'])).code).toBe(0);
  } finally {
    release();
  }
});

function fill(mountPoint: string): void {
  const file = openSync(join(mountPoint, 'ballast'), 'w');
  // Whole megabytes first, then what is left of the last one.
  for (const size of [1024 * 1024, 4096, 512]) {
    const block = Buffer.alloc(size, 1);
    try {
      for (;;) if (writeSync(file, block) < size) break;
    } catch (error) {
      if (!(error instanceof Error) || !error.message.includes('ENOSPC')) throw error;
    }
  }
  closeSync(file);
}
