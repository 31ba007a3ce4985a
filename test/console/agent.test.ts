// The console with an agent that it finds by itself: it shows what the agent tells, stays when the agent
// goes, says so, and comes back with it.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { inventReadings } from '../screens/invented-facts.ts';
import { startAgentChild } from '../clients/start-agent-child.ts';
import { findProgram } from '../setup/find-program.ts';
import { cleanEnv } from '../terminal/clean-env.ts';
import { openTerminal, type Terminal } from '../terminal/terminal.ts';

const FELHOM = fileURLToPath(new URL('../../bin/felhom', import.meta.url));
const LOST = /has not answered for/;
const LIVE = /\blive\b/;
/** Of the machine that the bare agent tells of; no other has so much memory. */
const AGENTS = inventedMemory();

/** The folder in the place of the agent's, as a mount that only this program sees. */
const script = (folder: string) =>
  `mount -t tmpfs none /run && mkdir /run/felhom-agent && mount --bind ${folder} /run/felhom-agent && exec ${FELHOM} "$@"`;
const words = (folder: string, ...args: readonly string[]) => [
  '--mount',
  'sh',
  '-c',
  script(folder),
  'sh',
  ...args,
];

function makeFolder(): { readonly folder: string; readonly socket: string } {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-run-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { folder, socket: join(folder, 'root.sock') };
}
const openConsole = (folder: string, ...args: readonly string[]): Terminal => {
  const terminal = openTerminal({ file: findProgram('unshare') ?? '', args: words(folder, ...args) });
  onTestFinished(async () => void (await terminal.end()));
  return terminal;
};
const startAgent = async (socket: string) => {
  const child = await startAgentChild(socket);
  onTestFinished(child.kill);
  return child;
};

const possible = process.getuid?.() === 0 && findProgram('unshare') !== undefined;

describe.skipIf(!possible)('The console (needs root, and unshare of util-linux)', () => {
  it('takes its facts from the agent, and stays while that is killed and started again', async () => {
    const { folder, socket } = makeFolder();
    const agent = await startAgent(socket);
    const terminal = openConsole(folder);
    await terminal.waitFor(AGENTS);
    await terminal.waitFor(LIVE);
    await agent.kill();
    const lost = await terminal.waitFor(LOST, 20_000);
    // The last facts are still there.
    expect(lost).toMatch(AGENTS);
    expect(lost).not.toMatch(LIVE);
    await startAgent(socket);
    await terminal.waitFor((text) => LIVE.test(text) && !LOST.test(text), 25_000);
  }, 90_000);

  it('notices an agent that hangs, and goes on with it', async () => {
    const { folder, socket } = makeFolder();
    const agent = await startAgent(socket);
    const terminal = openConsole(folder);
    await terminal.waitFor(AGENTS);
    await terminal.waitFor(LIVE);
    agent.signal('SIGSTOP');
    expect(await terminal.waitFor(LOST, 20_000)).toMatch(AGENTS);
    // Keys are answered meanwhile.
    terminal.type('2');
    await terminal.waitFor(/DURABLE ID|DEVICE/);
    terminal.type('1');
    agent.signal('SIGCONT');
    await terminal.waitFor((text) => LIVE.test(text) && !LOST.test(text), 25_000);
  }, 90_000);

  it('reads the machine itself while no agent answers, and takes the agent when one does', async () => {
    const { folder, socket } = makeFolder();
    await (await startAgent(socket)).kill();
    const terminal = openConsole(folder);
    await terminal.waitFor(/embedded: this machine/);
    await startAgent(socket);
    await terminal.waitFor(AGENTS, 25_000);
  }, 90_000);

  it('is left by q at once, whatever the agent does', async () => {
    const { folder, socket } = makeFolder();
    const agent = await startAgent(socket);
    const terminal = openConsole(folder);
    await terminal.waitFor(AGENTS);
    agent.signal('SIGSTOP');
    const started = terminal.nowMs();
    terminal.type('q');
    expect(await terminal.exited).toMatchObject({ code: 0 });
    expect(terminal.nowMs() - started).toBeLessThan(2000);
  });
});

describe.skipIf(!possible)('A command', () => {
  const run = (folder: string, ...args: readonly string[]): string =>
    execFileSync(findProgram('unshare') ?? '', words(folder, ...args), {
      encoding: 'utf8',
      env: cleanEnv(),
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  const sourceOf = (text: string): unknown => Reflect.get(Object(JSON.parse(text)), 'source');

  it('asks the agent when there is one, and the machine when that is named or the agent is silent', async () => {
    const { folder, socket } = makeFolder();
    const agent = await startAgent(socket);
    expect(sourceOf(run(folder, 'status', '--json'))).toBe('agent');
    expect(run(folder, 'op', 'list')).toMatch(/^op_0123456789abcdef01234568 +running/m);
    expect(sourceOf(run(folder, 'status', '--json', '--source', 'embedded'))).toBe('embedded');
    await agent.kill();
    const silent = run(folder, 'status', '--json');
    expect(sourceOf(silent)).toBe('embedded');
    expect(silent).toContain('agent-silent');
  }, 60_000);

  it('waits for an agent that hangs no longer than two seconds', async () => {
    const { folder, socket } = makeFolder();
    const agent = await startAgent(socket);
    agent.signal('SIGSTOP');
    const started = performance.now();
    expect(sourceOf(run(folder, 'disks', 'list', '--json'))).toBe('embedded');
    expect(performance.now() - started).toBeLessThan(6000);
  }, 60_000);
});

function inventedMemory(): RegExp {
  const { memory } = inventReadings();
  const gib = memory.state === 'ok' ? memory.value.memory_total / 1024 ** 3 : 0;
  return new RegExp(`Memory .*${gib.toFixed(1).replace('.', '\\.')} GiB`);
}
