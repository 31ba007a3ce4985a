// What goes wrong around the console: its settings file, its source, its output. It says so and
// leaves the terminal as it was.
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { cleanEnv } from '../terminal/clean-env.ts';
import { openTerminal } from '../terminal/terminal.ts';

const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));
const READY = /Memory .*GiB/;

/** A configuration folder whose settings file `make` makes. */
function settings(make: (path: string) => void): { readonly config: string; readonly path: string } {
  const config = mkdtempSync(join(tmpdir(), 'felhom-settings-'));
  onTestFinished(() => rmSync(config, { recursive: true, force: true }));
  const folder = join(config, 'felhom');
  mkdirSync(folder);
  const path = join(folder, 'console.yaml');
  make(path);
  return { config, path };
}
const text = (content: string) => (path: string) => writeFileSync(path, content);

describe('A settings file', () => {
  it.each([
    ['that is not YAML', text('theme: dark\nascii: [\n'), /console\.yaml:3: /],
    ['with a value of the wrong type', text('theme: dark\nascii: 5\n'), /console\.yaml:2: ascii: /],
    ['with a key that is not known', text('theme: dark\ncolour: red\n'), /console\.yaml:2: colour: /],
    ['that holds no settings', text('- theme\n'), /console\.yaml:1: /],
    ['of aliases of aliases', text('a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n'), /console\.yaml:2: .*\*a/],
    ['of a hundred thousand brackets', text('['.repeat(60_000)), /console\.yaml:1: /],
    ['with escape sequences', text('? {"\\e]52;c;eA==\\a": 1}\n: 1\n'), /console\.yaml:1: /],
    ['of 100 MB', (path: string) => (text('')(path), truncateSync(path, 100 * 1024 * 1024)), /too large/],
    ['that is a FIFO', (path: string) => execFileSync('mkfifo', [path]), /not a regular file/],
    ['that is a folder', (path: string) => mkdirSync(path), /not a regular file/],
  ] as const)(
    '%s is refused with its name and line, and the terminal untouched',
    async (_what, make, wanted) => {
      const { config } = settings(make);
      await using terminal = openTerminal({ env: { XDG_CONFIG_HOME: config } });
      expect(await terminal.exited).toEqual({ code: 2, signal: 0 });
      // The path may be longer than a row.
      await terminal.waitFor((text) => wanted.test(text.replaceAll('\n', '')));
      expect(terminal.text()).not.toMatch(/bug|Warning/);
      const written = Buffer.concat(terminal.log.map(({ bytes }) => bytes)).toString('utf8');
      // oxlint-disable-next-line no-control-regex
      expect(written.replace(/\u001B\[[0-9;]*m/g, '')).not.toContain('\u001B');
    },
  );
});

describe('Settings that cannot be saved', () => {
  it('are told with the reason, and the console stays', async () => {
    await using terminal = openTerminal({ env: { XDG_CONFIG_HOME: '/dev/null' } });
    await terminal.waitFor(READY);
    terminal.type(',');
    await terminal.waitFor(/Settings/);
    terminal.press('Esc');
    await terminal.waitFor(/Settings not saved: .*ENOTDIR/);
    expect(terminal.alternate()).toBe(true);
  });
});

describe('Output that does not arrive', () => {
  it.each([['status'], ['help'], []])('%s says so and fails', (...words) => {
    const full = openSync('/dev/full', 'w');
    const ran = spawnSync(FELHOM, words, { stdio: ['ignore', full, 'pipe'], env: cleanEnv() });
    closeSync(full);
    expect(ran.status).toBe(5);
    expect(String(ran.stderr)).toMatch(/could not be written: ENOSPC/);
  });
});
