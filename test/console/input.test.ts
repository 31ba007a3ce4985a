// What a terminal may send besides keys: torn, endless, unknown. None of it is a command, and the
// keyboard works on.
import { describe, expect, it } from 'vitest';
import { createPasteGuard } from '../../screens/input/paste-guard.ts';
import { openTerminal, type Terminal } from '../terminal/terminal.ts';

const READY = /Memory .*GiB/;
const [START, END] = ['\u001B[200~', '\u001B[201~'];
const onOverview = /▸ Host/;

async function sendByteByByte(terminal: Terminal, text: string): Promise<void> {
  for (const byte of text) {
    terminal.type(byte);
    // No longer than it takes Ink to believe that an Esc stands alone.
    await new Promise((done) => setImmediate(done));
  }
}

async function expectKeysToWork(terminal: Terminal): Promise<void> {
  // Not in one event with what was sent before.
  await new Promise((done) => setTimeout(done, 300));
  terminal.type('2');
  await terminal.waitFor(/DEVICE +FLAG/, 3000);
}

describe('A paste', () => {
  it('torn between any two bytes stays a paste', async () => {
    await using terminal = openTerminal();
    await terminal.waitFor(READY);
    await sendByteByByte(terminal, `${START}2q${END}`);
    await terminal.waitFor(/Pasted text is never a command/);
    expect(terminal.text()).toMatch(onOverview);
    await expectKeysToWork(terminal);
  });

  it('of a megabyte is ignored at once', async () => {
    await using terminal = openTerminal();
    await terminal.waitFor(READY);
    terminal.type(`${START}${'2q\r'.repeat(350_000)}${END}`);
    await terminal.waitFor(/Pasted text is never a command/);
    expect(terminal.text()).toMatch(onOverview);
    await expectKeysToWork(terminal);
  });

  it('whose end never comes gives the keyboard back after a silence, and to Ctrl+c at once', async () => {
    await using terminal = openTerminal();
    await terminal.waitFor(READY);
    terminal.type(`${START}lost on its way 2`);
    await new Promise((done) => setTimeout(done, 2200));
    expect(terminal.text()).toMatch(onOverview);
    await expectKeysToWork(terminal);
    terminal.type(`${START}lost again`);
    await terminal.waitForQuiet(100);
    terminal.press('Ctrl+c');
    await terminal.waitFor(/Ctrl\+c again/);
    terminal.press('Ctrl+c');
    expect((await terminal.exited).code).toBe(0);
  });
});

describe('The guard of pastes', () => {
  const stream = `ab${START}inside\u001B[A${END}c\u001B[B${START}${END}d`;
  it('changes nothing that has an end, wherever it is torn', () => {
    for (let at = 0; at <= stream.length; at += 1) {
      const guard = createPasteGuard(() => 0);
      expect(guard(stream.slice(0, at)) + guard(stream.slice(at))).toBe(stream);
    }
    const guard = createPasteGuard(() => 0);
    expect([...stream].map((byte) => guard(byte)).join('')).toBe(stream);
  });

  it('keeps the beginning and the end of a paste without measure, wherever it is torn', () => {
    for (let at = 1; at < 25_000; at += 37) {
      const guard = createPasteGuard(() => 0);
      const long = `${START}${'x'.repeat(24_990)}${END}j`;
      const passed = guard(long.slice(0, at)) + guard(long.slice(at));
      expect(passed.startsWith(`${START}xxx`)).toBe(true);
      expect(passed.endsWith(`${END}j`)).toBe(true);
      expect(passed.length).toBeLessThan(20_600);
    }
  });

  it('takes a pause within a paste for no end of it when more than a key follows', () => {
    const clock = { now: 0 };
    const guard = createPasteGuard(() => clock.now);
    guard(`${START}first half`);
    clock.now = 60_000;
    expect(guard('second half')).toBe('second half');
    clock.now = 120_000;
    expect(guard('q')).toBe(`${END}q`);
  });
});

describe('Keys', () => {
  it('torn between their bytes are still that key', async () => {
    await using terminal = openTerminal({ args: ['--screen', 'health'] });
    await terminal.waitFor(/SEVERITY/);
    terminal.type('1');
    await terminal.waitFor(onOverview);
    await sendByteByByte(terminal, '\u001B[Z');
    await terminal.waitForQuiet(100);
    expect(terminal.text()).not.toMatch(onOverview);
    await sendByteByByte(terminal, '\u001B[I\t');
    await terminal.waitFor(onOverview);
  });

  it('that do not exist, and answers that nobody asked for, do nothing', async () => {
    await using terminal = openTerminal();
    await terminal.waitFor(READY);
    for (const sent of [
      '\u001B[999;5~\u001B[?64;1;2c\u001B[12;34R',
      '\u001B[I\u001B[O\u001B[I',
      '\u001B[<0;10;10M\u001B[<0;10;10m',
      '\u001B]11;rgb:0000/0000/0000\u0007',
      '\u001BP>|xterm(388)\u001B\\',
      '\u001BOP\u001B[15~\u001B[24~\u001Bq\u001B2',
      `\u001B[${'1;'.repeat(100_000)}`,
      '\u0000\u0000\u001C\u001D\u001E\u009B31m\uFFFD\u202E',
    ]) {
      terminal.type(sent);
      await terminal.waitForQuiet(120);
      expect(terminal.alternate()).toBe(true);
      expect(terminal.text()).toMatch(onOverview);
    }
    await expectKeysToWork(terminal);
  });
});
