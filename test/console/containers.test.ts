// Containers of a real daemon in a real terminal. A shell inside one: the console gives the terminal away and
// takes it back as it was, however the shell ends, and whatever is pressed meanwhile. A log that is read
// while Docker goes away.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { makeBusyboxArchive } from '../docker/image.ts';
import { findProgram } from '../setup/find-program.ts';
import { openTerminal, type Terminal, type TerminalOptions } from '../terminal/terminal.ts';

const why = missingForDaemon() ?? (findProgram('docker') === undefined ? 'docker missing' : undefined);
const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));
const WAIT_MS = 30_000;
const SCREEN = /CONTAINER +STATE/;

const openOn = (daemon: Daemon, options: TerminalOptions = {}) =>
  openTerminal({
    ...options,
    args: ['--lang', 'en', '--source', 'embedded', '--screen', 'containers'],
    cols: 180,
    rows: 30,
    env: { DOCKER_HOST: `unix://${daemon.socketPath}` },
  });

async function openShell(terminal: Terminal, name: string) {
  await terminal.waitFor(SCREEN, WAIT_MS);
  await terminal.waitFor(new RegExp(name), WAIT_MS);
  terminal.type(`:shell ${name}`);
  terminal.press('Enter');
}
/** The process of docker(1) that asks this daemon. */
function clientOf({ socketPath }: Daemon): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      if (words[0] === 'docker' && words.includes(`unix://${socketPath}`)) return Number(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  throw new Error('no client of this daemon');
}
const isConsole = (terminal: Terminal) => terminal.alternate() && terminal.bracketedPaste();

describe.skipIf(why !== undefined)('In a console before containers', () => {
  let daemon: Daemon;
  beforeAll(async () => {
    daemon = await startDaemon();
    await daemon.engine.importImage(await makeBusyboxArchive(), 'busybox', 'test');
    for (const name of ['shelly', 'bare', 'doomed']) {
      // Its shell is taken away before anybody can ask for it.
      const cmd = name === 'bare' ? 'rm /bin/sh; exec sleep 600' : 'exec sleep 600';
      const id = await daemon.engine.createContainer(name, { Image: 'busybox:test', Cmd: ['sh', '-c', cmd] });
      await daemon.engine.start(id);
    }
  }, 60_000);
  afterAll(async () => daemon.stop());

  test('a shell takes every key, interrupts and Ctrl+z too, and gives the screen back by exit', async () => {
    await using terminal = openOn(daemon);
    await openShell(terminal, 'shelly');
    await terminal.waitFor(/\/ # $/m, WAIT_MS);
    expect(terminal.alternate()).toBe(false);
    expect(terminal.text()).toMatch(/felhom: docker --host \S+ exec -it [0-9a-f]{64} \/bin\/sh/);
    terminal.type('echo $((6 * 7))q\r');
    await terminal.waitFor(/^42q/m);
    // What interrupts is the program's: the shell goes on, and so does the console below.
    terminal.press('Ctrl+c', 'Ctrl+z');
    terminal.type('echo still-$((1 + 1))\r');
    await terminal.waitFor(/^still-2/m);
    // Not one key of all that reached the console.
    terminal.type('exit\r');
    await terminal.waitFor(/Back from shelly/, WAIT_MS);
    expect(isConsole(terminal)).toBe(true);
    expect(terminal.text()).toMatch(SCREEN);
    terminal.press('1');
    await terminal.waitFor(/Memory .*GiB/, WAIT_MS);
    terminal.press('q');
    expect((await terminal.exited).code).toBe(0);
    expect(terminal.bracketedPaste()).toBe(false);
    expect(terminal.cursor().visible).toBe(true);
  }, 90_000);

  test('a shell whose container dies under it gives the screen back; keys work, and it is said', async () => {
    await using terminal = openOn(daemon);
    await openShell(terminal, 'doomed');
    await terminal.waitFor(/\/ # $/m, WAIT_MS);
    // A program in it left the terminal in a state of its own.
    terminal.type('printf "\\033[?1000h\\033[?1049h\\033[5;10r"; stty -echo raw\r');
    await terminal.waitForQuiet(300);
    await daemon.engine.call('POST', '/containers/doomed/kill');
    await terminal.waitFor(/doomed/, WAIT_MS);
    await terminal.waitFor(SCREEN, WAIT_MS);
    await expect.poll(() => isConsole(terminal)).toBe(true);
    terminal.press('?');
    await terminal.waitFor(/Keys on this screen/);
    terminal.press('Esc');
    terminal.signal('SIGTERM');
    expect((await terminal.exited).code).toBe(143);
  }, 90_000);

  test('a shell that is killed leaves no mode behind, neither to the console nor to the shell below it', async () => {
    const args = ['--lang', 'en', '--source', 'embedded', '--screen', 'containers'];
    await using terminal = openTerminal({
      file: '/bin/sh',
      args: ['-c', `"$0" "$@"; echo "code $?"; stty -a; sleep 60`, FELHOM, ...args],
      env: { DOCKER_HOST: `unix://${daemon.socketPath}` },
    });
    await openShell(terminal, 'shelly');
    await terminal.waitFor(/\/ # $/m, WAIT_MS);
    process.kill(clientOf(daemon), 'SIGKILL');
    await terminal.waitFor(/shelly: the program was ended by SIGKILL/, WAIT_MS);
    terminal.press('q', 'q');
    await terminal.waitFor(/code 0[^]* icanon [^]* echo /);
    expect(terminal.alternate()).toBe(false);
  }, 90_000);

  test('a shell where there is none says so, and the console goes on', async () => {
    await using terminal = openOn(daemon);
    await openShell(terminal, 'bare');
    await terminal.waitFor(/bare has no \/bin\/sh that can be run/, WAIT_MS);
    expect(isConsole(terminal)).toBe(true);
  }, 90_000);

  test('a shell ends with the console: a console that is ended hangs up on it', async () => {
    await using terminal = openOn(daemon);
    await openShell(terminal, 'shelly');
    await terminal.waitFor(/\/ # $/m, WAIT_MS);
    terminal.signal('SIGTERM');
    expect((await terminal.exited).code).toBe(143);
    expect(terminal.alternate()).toBe(false);
  }, 90_000);

  test('a log is followed, searched, saved, and stays while Docker is away; then it goes on', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'felhom-logs-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const command = 'n=0; while true; do n=$((n+1)); printf "beat $n \\033[31mred\\n"; sleep 0.2; done';
    const settings = { Image: 'busybox:test', Cmd: ['sh', '-c', command] };
    const id = await daemon.engine.createContainer('chatty', settings);
    await daemon.engine.start(id);
    await using terminal = openOn(daemon, { cwd: folder });
    await terminal.waitFor(SCREEN, WAIT_MS);
    await terminal.waitFor(/chatty/, WAIT_MS);
    terminal.type(':logs chatty');
    terminal.press('Enter');
    await terminal.waitFor(/chatty following/, WAIT_MS);
    await terminal.waitFor(/^beat 5 ␛\[31mred/m, WAIT_MS);
    terminal.type('/beat 3 ');
    terminal.press('Enter');
    await terminal.waitFor(/\/beat 3 : 1/);
    terminal.press('Ctrl+o');
    await terminal.waitFor(/lines saved to .*chatty-\d{8}-\d{6}Z?\.log/);
    const [saved = ''] = readdirSync(folder);
    expect(statSync(join(folder, saved)).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder, saved), 'utf8')).toMatch(/^\d{4}-\S+Z beat 1 ␛\[31mred\n/);
    await daemon.kill();
    await terminal.waitFor(/nothing comes for \d+ s/, WAIT_MS);
    expect(terminal.text()).toMatch(/^beat 3 /m);
    await daemon.restart();
    await daemon.engine.start(id);
    terminal.press('s');
    // It counts from one again, below what was there.
    await terminal.waitFor((text) => !text.includes('nothing comes') && /^beat [12] ␛/m.test(text), WAIT_MS);
    expect(terminal.text()).toMatch(/chatty following/);
  }, 90_000);
});
