// The console in a real pseudo-terminal: keys that arrive together, pastes, and what a key press changes.
import { describe, expect, it } from 'vitest';
import { openWithContainers } from './with-docker.ts';

const CURSOR = /▸.*?(app-\d+)/;
const onRow = (name: string) => (text: string) => CURSOR.exec(text)?.[1] === name;

describe('Keys', () => {
  it('that arrive in one write move the cursor one by one', async () => {
    await using terminal = await openWithContainers(30, { cols: 120, rows: 40 });
    await terminal.waitFor(/Memory .*GiB/);
    terminal.type('3');
    await terminal.waitFor(/app-00000/);
    const first = CURSOR.exec(terminal.text())?.[1];
    terminal.type('jjj');
    await terminal.waitFor((text) => CURSOR.exec(text)?.[1] !== first);
    await terminal.waitForQuiet(300);
    const rows = terminal.screen().filter((row) => /app-\d+/.test(row));
    expect(rows.findIndex((row) => row.startsWith('▸'))).toBe(3);
    terminal.type('k');
    await terminal.waitFor(
      () =>
        terminal
          .screen()
          .filter((row) => /app-\d+/.test(row))
          .findIndex((row) => row.startsWith('▸')) === 2,
    );
    terminal.type('G');
    await terminal.waitFor((text) => CURSOR.exec(text)?.[1] !== undefined && !onRow(first ?? '')(text));
    terminal.type('gg');
    await terminal.waitFor(onRow(first ?? ''));
  });

  it('a command typed in the palette opens its screen', async () => {
    await using terminal = await openWithContainers(3);
    await terminal.waitFor(/Memory .*GiB/);
    terminal.type(':disks');
    await terminal.waitFor(/:disks/);
    terminal.press('Enter');
    await terminal.waitFor(/DEVICE +FLAG/);
  });

  it('a filter keeps what it names, and Esc gives all back', async () => {
    await using terminal = await openWithContainers(12);
    await terminal.waitFor(/Memory .*GiB/);
    terminal.type('3');
    await terminal.waitFor(/app-00003/);
    terminal.type('/00003');
    terminal.press('Enter');
    await terminal.waitFor((text) => text.includes('app-00003') && !text.includes('app-00004'));
    terminal.press('Esc');
    await terminal.waitFor(/app-00004/);
  });

  it('help lists the keys of the screen, those that are off with their reason', async () => {
    await using terminal = await openWithContainers(3);
    await terminal.waitFor(/Memory .*GiB/);
    terminal.type('2');
    await terminal.waitFor(/DEVICE +FLAG/);
    terminal.type('?');
    await terminal.waitFor(/actions \(the embedded source only reads/);
  });
});

describe('Pasted text', () => {
  it('is never a command, with bracketed paste and without', async () => {
    await using terminal = await openWithContainers(9);
    await terminal.waitFor(/Memory .*GiB/);
    await expect.poll(() => terminal.bracketedPaste()).toBe(true);
    terminal.paste('3jjjq\r');
    await terminal.waitFor(/Pasted text is never a command/);
    expect(terminal.text()).toMatch(/▸ Host/);
    // A terminal without bracketed paste sends the text as it is.
    terminal.type('rm -rf / # 3 q : y 12345678901234567890');
    await terminal.waitForQuiet(300);
    expect(terminal.text()).toMatch(/▸ Host/);
    expect(terminal.alternate()).toBe(true);
  });

  it('goes into a line that is being typed', async () => {
    await using terminal = await openWithContainers(12);
    await terminal.waitFor(/Memory .*GiB/);
    terminal.type('3');
    await terminal.waitFor(/app-00003/);
    terminal.type('/');
    await terminal.waitFor(/Enter keeps it/);
    terminal.paste('app-00007\nrm');
    await terminal.waitFor((text) => text.includes('/app-00007') && !text.includes('app-00003'));
  });
});
