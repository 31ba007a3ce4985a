// The two sockets: who gets in by file rights, and that nothing stands there before its rights do.
import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, statSync, watch, writeFileSync } from 'node:fs';
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
