// Real things with hostile names: a mount point, a busy process, the
// hostname, a container's stack, mounts, command and log. Walked through on every screen: each is
// seen, as marks, and nothing of it reaches the terminal as anything but text.
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { mountLoop, whyNoLoopMount, type LoopMount } from '../cli/loop-mount.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { makeBusyboxArchive } from '../docker/image.ts';
import { cleanEnv } from '../terminal/clean-env.ts';
import { openTerminal, type Terminal } from '../terminal/terminal.ts';

const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));
/** Clipboard, title, blinking red, mouse on, a question to the terminal, C1, bidi, zero-width, tags, lines. */
const HOSTILE =
  '\u001B]52;c;ZXZpbA==\u0007\u001B]0;evil\u0007\u001B[5;41m\u001B[?1000h\u001B[6n\u009B5;41m\u202Egnp\u200B\u2066\u{E0041}\r\nx';
/** Letters whose width terminals and Unicode do not agree on, and more marks than a letter needs. */
const WIDE = `${'क्ष'.repeat(12)}${'👍🏽'.repeat(4)}${'각'.repeat(8)}z${'\u0301'.repeat(9)}日本`;

let loops: LoopMount[] = [];
let daemon: Daemon | undefined;
let busy: ReturnType<typeof spawn> | undefined;
const missing = whyNoLoopMount() ?? missingForDaemon();

beforeAll(async () => {
  if (missing !== undefined) return;
  loops = [mountLoop(`m${HOSTILE}`, 'label'), mountLoop(`w${WIDE}`, '日本\u0301\u0301\u0301')];
  busy = spawn('sh', [
    '-c',
    `printf 'P\\033]0;e\\007\\342\\200\\256\\233\\n' >/proc/$$/comm; while :; do :; done`,
  ]);
  daemon = await startDaemon();
  await daemon.engine.importImage(await makeBusyboxArchive(), 'registry.test/box', '1');
  const id = await daemon.engine.createContainer('evil', {
    Image: 'registry.test/box:1',
    Cmd: ['sh', '-c', `printf '%s\\n' "$0"; printf '\\233\\377raw\\n'; sleep 1000`, `log${HOSTILE}`],
    StopTimeout: 0,
    Labels: { 'com.docker.compose.project': `stack${HOSTILE}` },
    HostConfig: { Mounts: [{ Type: 'bind', Source: '/etc', Target: `/t${HOSTILE}`, ReadOnly: true }] },
  });
  await daemon.engine.start(id);
});
afterAll(async () => {
  busy?.kill('SIGKILL');
  for (const loop of loops) loop.release();
  await daemon?.stop();
});
beforeEach((context) => context.skip(missing !== undefined, missing));

const env = () => ({ DOCKER_HOST: `unix://${daemon?.socketPath ?? ''}` });
const IN_HOSTILE_HOST = [
  '--uts',
  'sh',
  '-c',
  `printf 'H\\033[5;41mh\\342\\200\\256' >/proc/sys/kernel/hostname; exec "$0" "$@"`,
];

/** Everything that may be left when the sequences that the console uses have been taken away. */
const TEXT = /^[\r\n\x20-\x7E\p{L}\p{M}\p{N}\p{P}\p{S}\u2400-\u2421]*$/u;
// oxlint-disable-next-line no-control-regex
const OURS = /\u001B\[(?:[0-9;]*[ABCDEFGHJKm]|\?(?:7|25|1004|1049|2004|2026)[hl])/g;

function expectHarmless(written: Uint8Array): void {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(written);
  expect(text).not.toContain('5;41m\u001B');
  expect(text).not.toContain('\u001B[5;41m');
  const left = text.replaceAll(OURS, '');
  expect(/[^\r\n\x20-\x7E\p{L}\p{M}\p{N}\p{P}\p{S}\u2400-\u2421].{0,40}/u.exec(left)?.[0]).toBe(undefined);
  expect(left).toMatch(TEXT);
  expect(left).not.toMatch(/\p{M}{3}/u);
}

describe.each([
  [120, 40],
  [60, 15],
] as const)('At %dx%d', (cols, rows) => {
  it('every screen, detail and menu shows hostile names and obeys none', { timeout: 60_000 }, async () => {
    await using terminal = openTerminal({
      file: 'unshare',
      args: [...IN_HOSTILE_HOST, FELHOM],
      cols,
      rows,
      env: env(),
    });
    const seen = new Set<string>();
    const keep = async () => {
      // Esc and a key in one event would be Alt and that key.
      await new Promise((done) => setTimeout(done, 90));
      const screen = terminal.screen();
      // Nothing was wrapped or scrolled, however wide a terminal takes its letters to be.
      expect(screen[0]).toMatch(/^ felhom /);
      for (const row of screen) seen.add(row);
    };
    const through = async (...keys: readonly string[]) => {
      for (const key of keys) {
        terminal.press(key);
        await keep();
      }
    };
    await terminal.waitFor(/Memory .*GiB/);
    await expect.poll(() => terminal.bracketedPaste()).toBe(true);
    await keep();
    await through('G', '2');
    await terminal.waitFor(/loop/);
    for (let row = 0; row < 6; row += 1)
      await through('Enter', 'G', ']', 'Esc', 'd', 'PageDown', 'Esc', 'y', 'Esc', 'j');
    await through('/');
    terminal.paste(HOSTILE);
    await through('Enter', 'Esc', '3');
    await terminal.waitFor(/evil/);
    await through('Enter', ']', ']', ']', 'Esc', 'd', 'PageDown', 'PageDown', 'Esc', 'y', 'Esc');
    terminal.type(':logs');
    await terminal.waitFor(/logs evil/);
    await through('Enter');
    await terminal.waitFor(/log␛/);
    await through('Esc', '4', 'Enter', 'Esc', '!', 'Esc', '?', 'Esc', '1', 'G');
    expectHarmless(await allOf(terminal));
    const all = [...seen].join('\n');
    for (const mark of ['H␛[5;41mh<U+202E>', 'm␛]52', 'P␛]0;e', 'log␛]52', '<U+E0041>', '�raw', 'stack␛'])
      expect(all).toContain(mark);
  });
});

async function allOf(terminal: Terminal): Promise<Uint8Array> {
  await terminal.end();
  return Buffer.concat(terminal.log.map(({ bytes }) => bytes));
}

describe('Without a terminal', () => {
  it.each([
    ['', /felhom H␛/],
    ['status', /H␛/],
    ['check', /FELHOM/],
    ['doctor', /\n/],
    ['disks list', /loop/],
    ['status --json', /H\\u001b/],
    ['doctor --json', /"findings"/],
    ['disks list --json', /m\\u001b/],
  ])('`felhom %s` shows them and holds nothing that a terminal obeys', (words, shown) => {
    const command = [...IN_HOSTILE_HOST, FELHOM, ...words.split(' ').filter((word) => word !== '')];
    const ran = spawnSync('unshare', command, {
      env: { ...cleanEnv(), ...env() },
      maxBuffer: 64 * 1024 * 1024,
    });
    expectHarmless(ran.stdout);
    expectHarmless(ran.stderr);
    expect(String(ran.stdout)).toMatch(shown);
  });
});
