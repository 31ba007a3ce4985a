// The agent as a process: how it starts, what it tells systemd, how it ends, and what is left when it is killed.
import { execFileSync, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { FELHOM, startAgentProcess } from './agent-process.ts';
import { ask, dial, open, scrapeToken, socketPath } from './ask.ts';
import { makeFolder } from './test-agent.ts';

const isRoot = process.getuid?.() === 0;

/** What systemd would be told. */
async function notified(folder: string): Promise<{ path: string; text: () => string }> {
  const path = join(folder, 'notify');
  const socat = spawn('socat', ['-u', `UNIX-RECV:${path}`, 'STDOUT'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void socat.kill('SIGKILL'));
  let text = '';
  socat.stdout.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
  await vi.waitFor(() => expect(existsSync(path)).toBe(true), 5000);
  return { path, text: () => text };
}

const ps = (...args: readonly string[]): string => {
  try {
    return execFileSync('ps', args, { encoding: 'utf8' }).trim();
  } catch {
    // Nobody is left of whom it could tell.
    return '';
  }
};
const childOf = (pid: number | undefined): string => ps('-o', 'pid=', '--ppid', String(pid));
/** One that died and that nobody has asked for (Z) does nothing any more. */
const lives = (pid: string): boolean => !/^(?:Z|$)/.test(ps('-o', 'stat=', '-p', pid));

test('systemd hears when it is ready, that it lives, and that it stops', async () => {
  const folder = makeFolder();
  const systemd = await notified(folder);
  const agent = await startAgentProcess({
    folder,
    env: { NOTIFY_SOCKET: systemd.path, WATCHDOG_USEC: '600000' },
  });
  await agent.started();
  await vi.waitFor(() => expect(systemd.text()).toContain('READY=1'), 5000);
  expect((await ask(agent, { path: '/healthz' })).status).toBe(200);
  await vi.waitFor(() => expect(systemd.text().split('WATCHDOG=1').length).toBeGreaterThan(3), 5000);
  agent.child.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(systemd.text()).toContain('STOPPING=1');
});

test('its log is JSON lines on stdout and tells where it listens, and by which certificate', async () => {
  const agent = await startAgentProcess({ option: '-config' });
  await agent.started();
  const lines = agent
    .output()
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
  expect(lines).toContainEqual(
    expect.objectContaining({
      msg: 'agent started',
      listen: `127.0.0.1:${agent.port}`,
      fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
    }),
  );
  expect(agent.errors()).toBe('');
  expect(agent.output()).not.toContain(scrapeToken(agent));
});

test('SIGTERM ends it within five seconds, whatever clients do', async () => {
  const agent = await startAgentProcess();
  await agent.started();
  const stream = await open(agent, { door: 'root', path: '/events' });
  stream.resume().on('error', () => {});
  const half = await dial(agent, 'https');
  half.socket.write('GET /healthz HTTP/1.1\r\nHo');
  const lazy = await dial(agent, 'group');
  lazy.socket.pause();
  lazy.socket.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
  await sleep(300);
  const start = performance.now();
  agent.child.kill('SIGTERM');
  expect(await agent.ended).toBe(0);
  expect(performance.now() - start).toBeLessThan(5000);
  // Nothing of it is left where clients would look for it.
  expect(readdirSync(agent.config.run_dir)).toEqual([]);
});

test('after kill -9 no child is left and the next one starts at once, with the same certificate', async () => {
  const first = await startAgentProcess();
  await first.started();
  const child = childOf(first.child.pid);
  expect(lives(child)).toBe(true);
  first.child.kill('SIGKILL');
  await first.ended;
  const second = await startAgentProcess({ folder: first.folder });
  await second.started();
  expect((await ask(second, { door: 'root', path: '/healthz' })).status).toBe(200);
  expect(statSync(socketPath(second, 'root')).mode & 0o777).toBe(0o600);
  const fingerprint = (text: string) => /"fingerprint":"(\w+)","msg":"agent started"/.exec(text)?.[1];
  expect(fingerprint(second.output())).toBe(fingerprint(first.output()));
  expect(lives(child)).toBe(false);
});

test('a log that nobody reads stops nothing', async () => {
  const agent = await startAgentProcess({ config: { log_level: 'debug' } });
  await agent.started();
  agent.child.stdout?.pause();
  for (let n = 0; n < 3000; n += 1) {
    const { status } = await ask(agent, { door: 'root', path: `/nowhere/${'x'.repeat(150)}/${n}` });
    expect(status).toBe(404);
    if (n % 500 === 0) await ask(agent, { door: 'root', method: 'POST', path: '/tokens', body: {} });
  }
  agent.child.kill('SIGTERM');
  await sleep(1000);
  agent.child.stdout?.resume();
  expect(await agent.ended).toBe(0);
});

test('a full disk behind its log stops nothing', async () => {
  const first = await startAgentProcess();
  await first.started();
  first.child.kill('SIGTERM');
  await first.ended;
  const full = openSync('/dev/full', 'w');
  const child = spawn(FELHOM, ['agent', '--config', join(first.folder, 'agent.json')], {
    stdio: ['ignore', full, 'ignore'],
  });
  closeSync(full);
  onTestFinished(() => void child.kill('SIGKILL'));
  const status = async () => (await ask(first, { door: 'root', path: '/nowhere' })).status;
  await vi.waitFor(async () => expect(await status()).toBe(404), 10_000);
  for (let n = 0; n < 50; n += 1) expect(await status()).toBe(404);
  child.kill('SIGTERM');
  expect(await new Promise((resolve) => child.once('close', resolve))).not.toBeNull();
});

test('a second one for the same folder is refused, and the first one goes on', async () => {
  const first = await startAgentProcess();
  await first.started();
  const second = await startAgentProcess({ folder: first.folder });
  expect(await second.ended).toBe(5);
  expect(second.errors()).toContain('Another agent works with');
  expect((await ask(first, { door: 'root', path: '/healthz' })).status).toBe(200);
});

test('an agent that loses its lock stops by itself', async () => {
  const agent = await startAgentProcess();
  await agent.started();
  process.kill(Number(childOf(agent.child.pid)), 'SIGKILL');
  expect(await agent.ended).toBe(5);
  expect(agent.output()).toContain('the lock on the state folder was lost');
});

test('what is wrong with its configuration or its folder is told, and nothing is opened', async () => {
  const wrong = await startAgentProcess({ config: { state_dir: 'relative' } }).catch(
    (error: unknown) => error,
  );
  expect(String(wrong)).toContain('state_dir');
  const folder = makeFolder();
  writeFileSync(join(folder, 'state'), 'a file');
  const agent = await startAgentProcess({ folder });
  expect(await agent.ended).toBe(5);
  expect(agent.errors()).toContain(join(folder, 'state'));
  expect(existsSync(join(folder, 'run'))).toBe(false);
});

test('a port that is taken is told, and the sockets are gone again', async () => {
  const first = await startAgentProcess();
  await first.started();
  const second = await startAgentProcess({
    config: { local_api: { enable: true, listen_addr: `127.0.0.1:${first.port}` } },
  });
  expect(await second.ended).toBe(5);
  expect(second.errors()).toContain('Another program listens there');
  expect(readdirSync(second.config.run_dir)).toEqual([]);
});

test('with a full disk below its folder it stays up and says so', { skip: !isRoot }, async () => {
  const folder = makeFolder();
  const small = join(folder, 'small');
  execFileSync('mkdir', [small]);
  execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k,mode=0700', 'felhom-test', small]);
  onTestFinished(() => void execFileSync('umount', ['-l', small]));
  const agent = await startAgentProcess({ folder, config: { state_dir: small } });
  await agent.started();
  try {
    writeFileSync(join(small, 'filler'), Buffer.alloc(1e6));
  } catch {
    // It is as full as it can be.
  }
  expect(await ask(agent, { door: 'root', path: '/healthz' })).toMatchObject({
    status: 200,
    json: { status: 'degraded' },
  });
  const refused = await ask(agent, { door: 'root', method: 'POST', path: '/certificate/renew' });
  expect(refused).toMatchObject({ status: 503, json: { code: 'E_STORE' } });
  expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask(agent, { door: 'root', path: '/host/metrics' })).status).toBe(200);
  // Nothing half made is left.
  expect(readdirSync(small).filter((name) => name.includes('next') || name.startsWith('.'))).toEqual([]);
});
