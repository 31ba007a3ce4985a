// The two sockets: who gets in by file rights, and that nothing stands there before its rights do.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  linkSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createText } from '../../src/base/texts/text.ts';
import { createConnectionGate } from '../../src/agent/connection-gate.ts';
import { openUnixDoor } from '../../src/daemon/serve/unix-door.ts';
import { defaultLimits } from '../../src/agent/limits.ts';
import { createLog } from '../../src/daemon/log.ts';
import { ask, socketPath } from './ask.ts';
import { makeFolder, startTestAgent } from './test-agent.ts';

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const GROUP = 4242;

test('the sockets stand there with their rights, and are gone after the end', async () => {
  const agent = await startTestAgent();
  for (const door of ['root', 'group'] as const) {
    expect(statSync(socketPath(agent, door)).mode & 0o777 & ~0o060).toBe(0o600);
  }
  expect(statSync(socketPath(agent, 'root')).mode & 0o777).toBe(0o600);
  expect(readdirSync(agent.config.run_dir).toSorted()).toEqual(['agent.sock', 'root.sock']);
  await agent.stop();
  expect(readdirSync(agent.config.run_dir)).toEqual([]);
});

test('what a killed agent has left, or anything else at its place, is replaced', async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, 'run'), { mode: 0o755 });
  writeFileSync(join(folder, 'run', 'root.sock'), 'left');
  const agent = await startTestAgent({ folder });
  expect((await ask(agent, { door: 'root', path: '/healthz' })).status).toBe(200);
});

test('folders that killed starts have left are removed: ours, old, and with nothing else in them', async () => {
  const folder = makeFolder();
  const run = join(folder, 'run');
  mkdirSync(run, { mode: 0o755 });
  const old = new Date(Date.now() - 61_000);
  const make = (name: string, fill: (path: string) => void = () => {}, at = old) => {
    const path = join(run, name);
    mkdirSync(path, { mode: 0o700 });
    fill(path);
    utimesSync(path, at, at);
  };
  make('.door-empty');
  const bound = join(folder, 'bound.sock');
  const server = createServer().listen(bound);
  await once(server, 'listening');
  make('.door-bound', (path) => linkSync(bound, join(path, 's')));
  server.close();

  make('.door-fresh', undefined, new Date());
  make('.door-file', (path) => writeFileSync(join(path, 's'), 'no socket'));
  make('.door-more', (path) => {
    writeFileSync(join(path, 'r'), '');
    writeFileSync(join(path, 's'), '');
  });
  make('door-other');
  writeFileSync(join(run, '.door-plain'), '');
  const elsewhere = join(folder, 'elsewhere');
  mkdirSync(elsewhere);
  symlinkSync(elsewhere, join(run, '.door-link'));
  if (isRoot) make('.door-theirs', (path) => chownSync(path, NOBODY, NOBODY));

  await startTestAgent({ folder });
  expect(readdirSync(run).toSorted()).toEqual(
    [
      '.door-file',
      '.door-fresh',
      '.door-link',
      '.door-more',
      '.door-plain',
      ...(isRoot ? ['.door-theirs'] : []),
      'agent.sock',
      'door-other',
      'root.sock',
    ].toSorted(),
  );
  expect(readdirSync(folder)).toContain('elsewhere');
});

test('no socket is ever seen with more rights than it ends with', async () => {
  const folder = makeFolder();
  mkdirSync(join(folder, 'run'), { mode: 0o755 });
  const seen: string[] = [];
  const watcher = watch(join(folder, 'run'), (_event, name) => {
    const found = statSync(join(folder, 'run', String(name)), { throwIfNoEntry: false });
    if (found?.isSocket() === true) seen.push(`${name} ${(found.mode & 0o777).toString(8)}`);
    // What it is made in lets nobody in.
    if (found?.isDirectory() === true && (found.mode & 0o077) !== 0) seen.push(`${name} is open`);
  });
  onTestFinished(() => watcher.close());
  const before = process.umask(0);
  try {
    await startTestAgent({ folder });
  } finally {
    process.umask(before);
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(seen.filter((one) => !/^(?:root|agent)\.sock (?:600|660)$/.test(one))).toEqual([]);
});

test("the group's socket lets the group in and nobody else", { skip: !isRoot }, async () => {
  const folder = makeFolder();
  chmodSync(folder, 0o755);
  const path = join(folder, 'run', 'agent.sock');
  const agent = await startTestAgent({ folder });
  const door = await openUnixDoor(
    'group',
    path,
    { mode: 0o660, gid: GROUP },
    {
      server: {
        knowDoor: () => {},
        listener: (_request, response) => void response.end('in'),
      },
      gate: createConnectionGate(defaultLimits, systemClock),
      clock: systemClock,
      limits: defaultLimits,
      log: createLog('error', { write: () => {} }),
      text: createText('en'),
    },
  );
  onTestFinished(async () => door.close(0));
  const { mode, gid } = statSync(path);
  expect([mode & 0o777, gid]).toEqual([0o660, GROUP]);
  const curl = async (socket: string, ...groups: readonly string[]) =>
    promisify(execFile)('setpriv', [
      `--reuid=${NOBODY}`,
      `--regid=${NOBODY}`,
      ...(groups.length === 0 ? ['--clear-groups'] : [`--groups=${groups.join(',')}`]),
      'curl',
      '--silent',
      '--max-time',
      '5',
      '--unix-socket',
      socket,
      'http://x/healthz',
    ]).then(
      ({ stdout }) => stdout,
      () => 'refused',
    );
  expect(await curl(path, String(GROUP))).toBe('in');
  expect(await curl(path)).toBe('refused');
  expect(await curl(socketPath(agent, 'root'), String(GROUP))).toBe('refused');
});

test('a folder that is too deep for a socket is told as such', async () => {
  const deep = join(makeFolder(), 'a'.repeat(100));
  mkdirSync(deep);
  await expect(startTestAgent({ folder: deep })).rejects.toThrow(/too long for a socket/);
});

test.each(['state', 'run'])('a folder %s that others can write into is refused', async (name) => {
  const folder = makeFolder();
  mkdirSync(join(folder, name));
  chmodSync(join(folder, name), 0o777);
  await expect(startTestAgent({ folder })).rejects.toThrow(/Others than root can change/);
});
