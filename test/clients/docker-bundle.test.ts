// The bundle's Docker client works without the parts that the build leaves out of it.
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');

test('started from the bundle, containers are read where a socket answers', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'felhom-bundle-'));
  const socketPath = join(folder, 'docker.sock');
  const server = createServer((request, response) => {
    response.end(request.url?.startsWith('/containers') === true ? '[{"Id":"abc"}]' : '{"Version":"20.10"}');
  });
  await new Promise<void>((done) => server.listen(socketPath, done));
  try {
    const env = { ...process.env, DOCKER_HOST: `unix://${socketPath}` };
    const { stdout } = await promisify(execFile)(join(ROOT, 'bin/felhom'), ['status', '--json'], {
      env,
      maxBuffer: 64 * 1024 * 1024,
    });
    expect(JSON.parse(stdout)).toMatchObject({
      facts: { containers: { state: 'ok', value: { engine_version: '20.10', containers: [{ id: 'abc' }] } } },
    });
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
});

test('no part of the bundle holds an SSH client, and dockerode is in one that loads when used', async () => {
  const folder = join(ROOT, 'dist');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js'));
  const parts = await Promise.all(
    names.map(async (name) => ({ name, text: await readFile(join(folder, name), 'utf8') })),
  );
  const holding = (said: string) =>
    parts.filter(({ text }) => text.includes(said)).map(({ name }) => name.replace(/-.*/, ''));
  expect(holding('diffie-hellman-group14')).toEqual([]);
  // What starts is console.js.
  expect(holding('X-Registry-Auth')).toEqual(['docker']);
});
