// The gear that looks at programs from outside must itself tell the truth.
import { expect, test } from 'vitest';
import { openTerminal } from './terminal.ts';

const sh = (script: string, options: { cols?: number; rows?: number } = {}) =>
  openTerminal({ file: '/bin/sh', args: ['-c', script], cols: 60, rows: 10, ...options });

test('a program sees a terminal of the size that was asked for, and the new one after a resize', async () => {
  await using terminal = sh('stty size; read x; stty size; read x', { cols: 71, rows: 13 });
  await terminal.waitFor(/^13 71$/m);
  terminal.resize(40, 9);
  terminal.press('Enter');
  await terminal.waitFor(/^9 40$/m);
});

test('what the tests run in does not leak into the program', async () => {
  await using terminal = sh('env | grep -c "^CI=\\|^NO_COLOR=\\|^VITEST"; echo "$TERM $LANG"; read x');
  await terminal.waitFor(/^0\nxterm-256color C\.UTF-8$/m);
});

test('keys arrive as a terminal sends them, and text in one write', async () => {
  await using terminal = sh('stty raw -echo; echo ready; dd bs=1 count=9 2>/dev/null | od -An -c; read x');
  await terminal.waitFor(/ready/);
  terminal.type('jj');
  terminal.press('Up', 'Ctrl+d', 'Enter', 'Esc', 'q');
  await terminal.waitFor(/j\s+j\s+033\s+\[\s+A\s+004\s+\\r\s+033\s+q/);
});

test('a paste is bracketed only after the program asked for it', async () => {
  await using terminal = sh(
    'stty raw -echo; printf one; dd bs=1 count=3 2>/dev/null | od -An -c; printf "\\033[?2004h\\r\\ntwo";' +
      ' dd bs=1 count=15 2>/dev/null | od -An -c; read x',
  );
  await terminal.waitFor(/one/);
  expect(terminal.bracketedPaste()).toBe(false);
  terminal.paste('abc');
  await terminal.waitFor(/two/);
  expect(terminal.bracketedPaste()).toBe(true);
  terminal.paste('abc');
  await terminal.waitFor(/033\s+\[\s+2\s+0\s+0\s+~\s+a\s+b\s+c\s+033\s+\[\s+2\s+0\s+1\s+~/);
});

test('cells know their colours and the cursor knows where it is and whether it shows', async () => {
  await using terminal = sh(
    'printf "\\033[1;31mA\\033[0;38;2;1;2;3;48;5;200mB\\033[0m漢\\033[?25l\\033[3;5H"; read x',
  );
  await terminal.waitFor(/AB/);
  await terminal.waitForQuiet(50);
  const [a, b, wide, half] = terminal.cells()[0] ?? [];
  expect(a).toMatchObject({ text: 'A', bold: true, foreground: { palette: 1 }, background: 'default' });
  expect(b).toMatchObject({
    text: 'B',
    bold: false,
    foreground: { rgb: 0x010203 },
    background: { palette: 200 },
  });
  expect([wide?.text, wide?.width, half?.width]).toEqual(['漢', 2, 0]);
  expect(terminal.cursor()).toEqual({ x: 4, y: 2, visible: false });
});

test('the alternate screen is told apart and gives the old one back', async () => {
  await using terminal = sh(
    'echo before; printf "\\033[?1049hinside"; read x; printf "\\033[?1049l"; read x',
  );
  await terminal.waitFor(/inside/);
  expect(terminal.alternate()).toBe(true);
  terminal.press('Enter');
  await terminal.waitFor(/before/);
  expect(terminal.alternate()).toBe(false);
});

test('a question for the cursor position is answered', async () => {
  await using terminal = sh(
    'stty raw -echo; printf "ab\\033[6n"; dd bs=1 count=6 2>/dev/null | od -An -c; read x',
  );
  await terminal.waitFor(/033\s+\[\s+1\s+;\s+3\s+R/);
});

test('a program that ends gives its code, and its last words are on the screen', async () => {
  await using terminal = sh('echo last words; exit 7');
  expect(await terminal.exited).toEqual({ code: 7, signal: 0 });
  await terminal.waitFor(/last words/);
});

test('a signal ends it and is told', async () => {
  await using terminal = sh('echo up; sleep 30');
  await terminal.waitFor(/up/);
  expect(terminal.signal('SIGTERM')).toBe(true);
  expect((await terminal.exited).signal).toBe(15);
  expect(terminal.signal('SIGTERM')).toBe(false);
});

test('closing the terminal hangs up', async () => {
  await using terminal = sh('echo up; sleep 30');
  await terminal.waitFor(/up/);
  terminal.close();
  expect((await terminal.exited).signal).toBe(1);
});

test('waiting in vain tells what was on the screen instead', async () => {
  await using terminal = sh('echo something else; read x');
  await expect(terminal.waitFor(/never there/, 300)).rejects.toThrow(/never there[^]*something else/);
});

test('waiting for a program that has ended does not last until the deadline', async () => {
  await using terminal = sh('echo gone');
  await expect(terminal.waitFor(/never there/, 20_000)).rejects.toThrow(/ended/);
});

test('chunks carry rising times', async () => {
  await using terminal = sh('echo one; sleep 0.2; echo two; read x');
  await terminal.waitFor(/two/);
  const times = terminal.log.map((chunk) => chunk.atMs);
  expect(times.at(-1)).toBeGreaterThan((times[0] ?? 0) + 150);
});
