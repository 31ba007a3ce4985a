// The console in a guest, before a real controller and a real daemon: what dies comes back and is told, a
// person keeps something down and lets it go on, a controller that is silent is looked at only, and a
// version that does not run is taken back.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { startHub, WHOLE_CONFIG } from '../controller/hub-server.ts';
import { ledgerOf, leadInside, makeDockerGuest, type DockerGuest } from '../controller/docker-guest.ts';
import { withHub } from '../controller/guest-folder.ts';
import { createDockerEngine } from '../../src/clients/docker-engine.ts';
import { makeStandIn } from '../docker/stand-ins.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { openTerminal, type Terminal } from '../terminal/terminal.ts';

const why = missingForDaemon();
const WAIT_MS = 30_000;
let daemon: Daemon;

beforeAll(async () => {
  if (why === undefined) daemon = await startDaemon();
}, 60_000);
afterAll(async () => daemon?.stop());

const openOn = (guest: DockerGuest) =>
  openTerminal({
    args: [
      '--lang',
      'en',
      '--source',
      'embedded',
      '--screen',
      'containers',
      '--controller',
      join(guest.data, 'controller.sock'),
    ],
    cols: 160,
    rows: 50,
    env: { DOCKER_HOST: `unix://${daemon.socketPath}` },
  });

const rowOf = (terminal: Terminal, name: string) =>
  terminal
    .text()
    .split('\n')
    .find((line) => line.includes(` ${name} `)) ?? '';

/** Chooses what the menu calls so, for the row under the cursor. */
async function choose(terminal: Terminal, label: string) {
  terminal.press('a');
  const text = await terminal.waitFor(new RegExp(`^ *\\d ${label}`, 'm'));
  terminal.press(new RegExp(`(\\d) ${label}`).exec(text)?.[1] ?? '?');
}
/** Letter by letter: what comes at once is a paste, which confirms nothing. */
async function typeWord(terminal: Terminal, word: string) {
  for (let length = 1; length <= word.length; length += 1) {
    terminal.press(word.slice(length - 1, length));
    await terminal.waitFor(new RegExp(`^> ${word.slice(0, length)}`, 'm'));
  }
}
/** The same name means another image from now on. */
async function loadCrashing(guest: DockerGuest) {
  const { archive } = await makeStandIn('traefik', { variant: 'crash-after-3s' });
  const path = join(guest.folder, 'crash.tar');
  writeFileSync(path, archive);
  const engine = createDockerEngine({ socketPath: daemon.socketPath });
  onTestFinished(engine.close);
  await engine.loadImage(path, AbortSignal.timeout(WAIT_MS));
}
/** Until what is asked can have been read. */
const read = async () => new Promise((done) => setTimeout(done, 450));

describe.skipIf(why !== undefined)('The console in a guest', () => {
  test('tells what dies and comes back, what a person keeps down, what was rolled back; without a controller it only looks', async () => {
    const hub = await startHub(WHOLE_CONFIG);
    onTestFinished(hub.stop);
    await leadInside(daemon, hub.port);
    const guest = await makeDockerGuest(daemon);
    guest.bootstrap(withHub(hub.url));
    await guest.start();
    await using terminal = openOn(guest);
    await terminal.waitFor(/▣ traefik +running +kept running/, WAIT_MS);
    await terminal.waitFor(/● controller: ok/, WAIT_MS);

    // `docker kill traefik`: a toast, the row, and an entry with its cause.
    const killed = terminal.nowMs();
    await daemon.engine.call('POST', '/containers/traefik/kill');
    await terminal.waitFor(/Healed – traefik – .*137/, WAIT_MS);
    const toldMs = Math.round(terminal.nowMs() - killed);
    await terminal.waitFor(() => /running +kept running/.test(rowOf(terminal, 'traefik')), WAIT_MS);
    process.stdout.write(`docker kill traefik: healed, and told on the screen, after ${toldMs} ms\n`);
    expect(JSON.stringify(ledgerOf(guest))).toMatch(/traefik[^]*137/);
    terminal.press('8');
    await terminal.waitFor(/traefik .*137/, WAIT_MS);
    terminal.press('3');

    // A pause: reason, end, and the typed name. It stays down, and comes back by `resume`.
    terminal.type('gg');
    terminal.press('j', 'j');
    await terminal.waitFor(/▸ +▣ traefik/);
    await choose(terminal, 'Pause it');
    await terminal.waitFor(/Reason, then Enter/);
    await read();
    terminal.type('new certificate');
    await terminal.waitFor(/> new certificate/);
    terminal.press('Enter');
    await terminal.waitFor(/> 30/);
    terminal.press('Enter');
    await terminal.waitFor(/Type traefik and press Enter/);
    await read();
    await typeWord(terminal, 'traefik');
    terminal.press('Enter');
    await terminal.waitFor(/exited +paused, \d+ m left/, WAIT_MS);
    await choose(terminal, 'Resume it');
    await terminal.waitFor(/new certificate/);
    await read();
    terminal.press('y');
    await terminal.waitFor(() => /running +kept running/.test(rowOf(terminal, 'traefik')), WAIT_MS);

    // With nothing to do its plan says so, and it is applied by y.
    terminal.type(':apply');
    terminal.press('Enter');
    await terminal.waitFor(/Nothing differs from what it should be/, WAIT_MS);
    await read();
    terminal.press('y');
    await terminal.waitFor(/Base stack: 0 steps done/, WAIT_MS);

    // Silent: looking only; and it goes on by itself.
    await guest.stop('SIGKILL');
    await terminal.waitFor(/looking only/, WAIT_MS);
    await choose(terminal, 'Restart it');
    await terminal.waitFor(/Restart it: The controller .*looking only/);
    terminal.press('Esc');

    // A new image dies after 3 s: the old container serves again, and it is said which and why.
    await loadCrashing(guest);
    const told = readFileSync(guest.configPath, 'utf8');
    writeFileSync(guest.configPath, told.replace('admin@', 'other@'), { mode: 0o600 });
    await guest.start();
    await terminal.waitFor(/Rolled back – traefik – .*42/, WAIT_MS);
    await terminal.waitFor(() => /kept running, rolled back/.test(rowOf(terminal, 'traefik')), WAIT_MS);
    terminal.press('Enter');
    await terminal.waitFor(/rolled back +traefik:v\S+ \(\d+ s ago\)[^]*exited with code 42/, WAIT_MS);
    await terminal.waitFor(/state +running/, WAIT_MS);
  }, 150_000);
});
