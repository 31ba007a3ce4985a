// What the console shows is what this machine is: its memory, its disks, and that it works when it works.
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { formatBytes } from '../../src/base/units.ts';
import { openTerminal } from '../terminal/terminal.ts';

const device: z.ZodType<{ name: string; children?: unknown[] | undefined }> = z.object({
  name: z.string(),
  children: z.array(z.unknown()).optional(),
});
const listed = z.object({ blockdevices: z.array(device) });

/** Kernel names of every device that lsblk(8) lists, at any depth. */
function lsblk(): string[] {
  const names = new Set<string>();
  const walk = (devices: readonly unknown[]) => {
    for (const each of devices) {
      const { name, children } = device.parse(each);
      names.add(name);
      walk(children ?? []);
    }
  };
  walk(
    listed.parse(JSON.parse(execFileSync('lsblk', ['-J', '-o', 'NAME'], { encoding: 'utf8' }))).blockdevices,
  );
  return [...names].toSorted();
}

describe('The console shows this machine', () => {
  it('its memory total is that of /proc/meminfo', async () => {
    const kib = Number(/^MemTotal:\s+(\d+) kB$/m.exec(readFileSync('/proc/meminfo', 'utf8'))?.[1]);
    await using terminal = openTerminal();
    const text = await terminal.waitFor(/Memory .* \/ /);
    expect(/Memory +\S+ \S+ \/ (\S+ \S+)/.exec(text)?.[1]).toBe(formatBytes(kib * 1024, 'en'));
  });

  it('its disks are those of lsblk', async () => {
    await using terminal = openTerminal({ rows: 60, args: ['--screen', 'disks'] });
    await terminal.waitFor(/DEVICE +FLAG/);
    const shown = () => {
      const rows = terminal.screen();
      const header = rows.findIndex((row) => /DEVICE +FLAG/.test(row));
      return rows
        .slice(header + 1)
        .map((row) => /^[▸ ]. *(?:[├└]─)?(\S+) +(?:unverified|DATA|BLANK|UNKNOWN)/.exec(row)?.[1])
        .filter((name) => name !== undefined)
        .toSorted();
    };
    // Other tests make and end loop devices meanwhile: both are looked at until they agree.
    await expect
      .poll(() => ({ shown: shown(), agree: shown().join() === lsblk().join() }), {
        timeout: 20_000,
        interval: 200,
      })
      .toMatchObject({ agree: true });
    expect(shown().length).toBeGreaterThan(0);
  });

  it('its processor is busier while something burns it', async () => {
    await using terminal = openTerminal();
    await terminal.waitFor(/CPU +[\d.]+ % of/);
    const busy = () => Number(/CPU +([\d.]+) % of/.exec(terminal.text())?.[1]);
    const threads = Number(/of (\d+) threads/.exec(terminal.text())?.[1]);
    const burners = Array.from({ length: threads }, () =>
      spawn(process.execPath, ['-e', 'for (;;);'], { stdio: 'ignore' }),
    );
    try {
      await terminal.waitFor(() => busy() > 90);
      const loadWhileBusy = () => Number(/Load +([\d.]+)/.exec(terminal.text())?.[1]);
      const before = loadWhileBusy();
      await terminal.waitFor(() => loadWhileBusy() !== before, 20_000);
    } finally {
      for (const burner of burners) burner.kill('SIGKILL');
    }
  });
});
