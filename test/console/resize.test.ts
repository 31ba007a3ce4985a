// The console while its terminal changes size: no crash, no wrapped line, no line too many.
import { describe, expect, it } from 'vitest';
import { openTerminal } from '../terminal/terminal.ts';
import { openWithContainers } from './with-docker.ts';

const EVERY_MS = 20;

describe('Sizes', () => {
  for (const [cols, rows] of [
    [80, 24],
    [200, 60],
    [60, 15],
    [40, 10],
  ] as const) {
    it(`at ${cols}x${rows} every screen fills its rows and no line is wrapped`, async () => {
      await using terminal = await openWithContainers(50, { cols, rows });
      await terminal.waitFor(/felhom/);
      for (const key of '12345678') {
        terminal.type(key);
        await terminal.waitForQuiet(150);
        const screen = terminal.screen();
        expect(screen).toHaveLength(rows);
        // The first row is still the status line: a line too many would have scrolled it away.
        expect(screen[0]).toMatch(/^ felhom /);
      }
    });
  }

  it('below 40x10 the console says so in a sentence', async () => {
    await using terminal = openTerminal({ cols: 30, rows: 8 });
    await terminal.waitFor(/Too small/);
    terminal.resize(100, 30);
    await terminal.waitFor(/Memory .*GiB/);
  });
});

describe('While being resized 50 times a second for ten seconds', () => {
  it('the console lives, and afterwards the frame is whole', { timeout: 60_000 }, async () => {
    await using terminal = await openWithContainers(200, { cols: 120, rows: 40 });
    await terminal.waitFor(/Memory .*GiB/);
    let seed = 7;
    const random = (below: number) => {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      return seed % below;
    };
    const until = performance.now() + 10_000;
    while (performance.now() < until) {
      terminal.resize(1 + random(220), 1 + random(70));
      if (random(10) === 0) terminal.type(String(1 + random(8)));
      await new Promise((done) => setTimeout(done, EVERY_MS));
    }
    terminal.type('3');
    for (const [cols, rows] of [
      [120, 40],
      [80, 24],
      [200, 60],
      [60, 15],
    ] as const) {
      terminal.resize(cols, rows);
      await terminal.waitFor(
        (text) => text.startsWith(' felhom ') && /quit|open/.test(terminal.screen().at(-1) ?? ''),
      );
      await terminal.waitForQuiet(300);
      const screen = terminal.screen();
      expect(screen).toHaveLength(rows);
      expect(screen[0]).toMatch(/^ felhom /);
      expect(screen.filter((row) => row.startsWith(' felhom '))).toHaveLength(1);
      expect(screen.filter((row) => /^..app-00000/.test(row))).toHaveLength(1);
      expect(screen.at(-1)).toMatch(/quit|open/);
    }
  });
});
