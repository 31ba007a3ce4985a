// What goes wrong around the console: its settings file, its source, its output. It says so and
// leaves the terminal as it was.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { makeBusyboxArchive } from '../docker/image.ts';
import { findProgram } from '../setup/find-program.ts';
import { cleanEnv } from '../terminal/clean-env.ts';
import { openTerminal, type Terminal } from '../terminal/terminal.ts';

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

describe('Where no console can run', () => {
  it.each(['TERM=dumb', '--unset=TERM', 'CI=true'])('%s: one plain frame', async (change) => {
    await using terminal = openTerminal({ file: 'env', args: [change, FELHOM] });
    expect((await terminal.exited).code).toBe(0);
    await terminal.waitFor(READY);
    expect(Buffer.concat(terminal.log.map(({ bytes }) => bytes)).toString('utf8')).not.toContain('\u001B');
  });

  it('does not mean CI=false', async () => {
    await using terminal = openTerminal({ env: { CI: 'false' } });
    await terminal.waitFor(READY);
    expect(terminal.alternate()).toBe(true);
  });
});

describe('Settings that cannot be saved', () => {
  it('are told with the reason, and the console stays', async () => {
    await using terminal = openTerminal({ env: { XDG_CONFIG_HOME: '/dev/null' } });
    await terminal.waitFor(READY);
    terminal.type(',');
    await terminal.waitFor(/Settings/);
    terminal.press('Esc');
    await terminal.waitFor(/Settings not saved: ENOTDIR/);
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

  it('because the terminal stopped reading stops no signal', async (context) => {
    if (findProgram('script') === undefined) return context.skip('needs script (Debian: bsdutils)');
    // `script` has the console in a terminal of its own and reads it, until it is stopped.
    const script = spawn('script', ['-qec', `exec ${FELHOM}`, '/dev/null'], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: cleanEnv(),
    });
    onTestFinished(() => void script.kill('SIGKILL'));
    let shown = '';
    script.stdout.on('data', (chunk: Buffer) => (shown += chunk.toString('utf8')));
    await expect.poll(() => shown, { timeout: 5000 }).toMatch(READY);
    await expect.poll(() => shown).toContain('\u001B[?2004h');
    const pid = childOf(script.pid);
    script.kill('SIGSTOP');
    // Each is answered with a whole frame, until no more fits into the terminal.
    for (let frames = 0; frames < 60; frames += 1) {
      process.kill(pid, 'SIGCONT');
      await sleep(30);
    }
    await sleep(300);
    process.kill(pid, 'SIGTERM');
    await expect.poll(() => stateOf(pid), { timeout: 3000 }).toMatch(/^[ZX]?$/);
  });
});

describe('Stopped from outside, the console', () => {
  const inShell = async () => {
    const shell = openTerminal({
      file: '/bin/bash',
      args: ['--norc', '--noediting', '-i'],
      env: { PS1: 'shell> ' },
    });
    await shell.waitFor(/shell> /);
    shell.type(`${FELHOM}\r`);
    await shell.waitFor(READY);
    // The first frame stands before keys and signals are heard.
    await expect.poll(() => shell.bracketedPaste()).toBe(true);
    return { shell, pid: childOf(shell.pid) };
  };
  /** It reads keys one by one again, and all of its frame is on the screen. */
  const expectWhole = async (shell: Terminal) => {
    await shell.waitFor((text) => text.startsWith(' felhom ') && READY.test(text));
    shell.type('2');
    await shell.waitFor(/DEVICE +FLAG/);
    await shell.waitForQuiet(300);
    expect(shell.screen().filter((row) => row.startsWith(' felhom '))).toHaveLength(1);
    expect(shell.screen()[0]).toMatch(/^ felhom /);
    expect(shell.bracketedPaste()).toBe(true);
  };

  it('by SIGTSTP gives the terminal back first, as by Ctrl+z', async () => {
    const { shell, pid } = await inShell();
    await using _ = shell;
    process.kill(pid, 'SIGTSTP');
    await shell.waitFor(/Stopped/);
    expect(shell.alternate()).toBe(false);
    shell.type('fg\r');
    await expectWhole(shell);
  });

  it('by SIGSTOP takes the terminal again when it goes on', async () => {
    const { shell, pid } = await inShell();
    await using _ = shell;
    process.kill(pid, 'SIGSTOP');
    await shell.waitFor(/Stopped/);
    shell.type('echo what the shell writes; fg\r');
    await expectWhole(shell);
  });

  it('comes back in the size that the terminal has then', async () => {
    const { shell } = await inShell();
    await using _ = shell;
    shell.press('Ctrl+z');
    await shell.waitFor(/Stopped/);
    for (let width = 60; width < 100; width += 1) shell.resize(width, 20 + (width % 7));
    shell.resize(100, 30);
    shell.type('fg\r');
    await expectWhole(shell);
    expect(shell.screen().at(-1)).toMatch(/help|quit/);
  });
});

describe('A Docker daemon that hangs', () => {
  const missing = missingForDaemon();
  let daemon: Daemon | undefined;
  beforeAll(async () => {
    if (missing !== undefined) return;
    daemon = await startDaemon();
    await daemon.engine.importImage(await makeBusyboxArchive(), 'registry.test/box', '1');
    const settings = { Image: 'registry.test/box:1', Cmd: ['sleep', '1000'], StopTimeout: 0 };
    await daemon.engine.start(await daemon.engine.createContainer('steady', settings));
  });
  afterAll(async () => daemon?.stop());
  beforeEach((context) => context.skip(missing !== undefined, missing));

  it('is told in list and detail beside the last facts, keys wait for nothing, and it comes back', async () => {
    await using terminal = openTerminal({ env: { DOCKER_HOST: `unix://${daemon?.socketPath ?? ''}` } });
    await terminal.waitFor(READY);
    await expect.poll(() => terminal.bracketedPaste()).toBe(true);
    terminal.type('3');
    await terminal.waitFor(/steady +running/);
    terminal.press('Enter');
    await terminal.waitFor(/steady +Facts/);
    await daemon?.freeze();
    // Two intervals, and the deadline of the second question.
    await terminal.waitFor(/failed .*no answer/, 6000);
    expect(terminal.text()).toMatch(/state +running/);
    terminal.press('Esc');
    await terminal.waitFor((text) => /failed .*no answer/.test(text) && /steady +running/.test(text));
    for (const [key, shown] of [
      ['1', /▸ Host/],
      ['2', /DEVICE +FLAG/],
      ['3', /steady/],
    ] as const) {
      const from = performance.now();
      terminal.type(key);
      await terminal.waitFor(shown);
      expect(performance.now() - from).toBeLessThan(300);
    }
    await daemon?.thaw();
    await terminal.waitFor((text) => /steady +running/.test(text) && !/failed/.test(text), 6000);
    terminal.press('Ctrl+c', 'Ctrl+c');
    expect((await terminal.exited).code).toBe(0);
  });
});

const sleep = async (ms: number) => new Promise((done) => setTimeout(done, ms));

/** The first letter of /proc/PID/stat's state; empty when it has gone. */
function stateOf(pid: number): string {
  try {
    return /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? '';
  } catch {
    return '';
  }
}

function childOf(pid: number | undefined): number {
  const child = Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
  expect(child).toBeGreaterThan(0);
  return child;
}
