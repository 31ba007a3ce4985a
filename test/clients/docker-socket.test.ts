// What stands at the socket's path, when it is no living Docker: each kind is a named answer in
// time. The servers here are fakes of what is outside.
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findDockerSocket } from '../../src/clients/docker-socket.ts';
import { createDocker } from '../../src/clients/docker.ts';

const never = new AbortController().signal;
let folder: string;
let closers: (() => void)[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'felhom-socket-'));
  closers = [];
});
afterEach(async () => {
  for (const close of closers) close();
  await rm(folder, { recursive: true, force: true });
});

const path = (): string => join(folder, 'docker.sock');
const ask = async () => {
  const docker = createDocker({ socketPath: path() });
  closers.push(docker.close);
  const start = performance.now();
  const answer = await docker.listContainers(never);
  return { ...answer, tookMs: performance.now() - start };
};
const serve = async (listener: RequestListener): Promise<void> => {
  const server = createServer(listener);
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((done) => server.listen(path(), done));
};

test('the socket is the one of DOCKER_HOST when that is a Unix socket, else the usual one', () => {
  expect(findDockerSocket({ DOCKER_HOST: 'unix:///run/user/1000/docker.sock' })).toBe(
    '/run/user/1000/docker.sock',
  );
  for (const host of [undefined, '', 'unix://', 'tcp://10.0.0.1:2375', 'ssh://me@box']) {
    expect(findDockerSocket(host === undefined ? {} : { DOCKER_HOST: host })).toBe('/var/run/docker.sock');
  }
});

test('no socket is absent', async () => {
  expect(await ask()).toMatchObject({ state: 'absent', code: 'no-file', source: path() });
});

test('a plain file in its place does not answer', async () => {
  await writeFile(path(), 'x');
  expect(await ask()).toMatchObject({ state: 'failed', code: 'no-answer' });
});

test('a socket that is closed to this person is no permission', async () => {
  await serve((_request, response) => response.end('OK'));
  await chmod(path(), 0);
  const script = `
    const { createDocker } = await import(${JSON.stringify(import.meta.resolve('../../src/clients/docker.ts'))});
    const docker = createDocker({ socketPath: ${JSON.stringify(path())} });
    console.log(JSON.stringify(await docker.listContainers(new AbortController().signal)));
  `;
  const node = [process.execPath, '--input-type=module', '--eval', script];
  // Root opens everything, unless it leaves that right behind.
  const command = process.getuid?.() === 0 ? ['setpriv', '--bounding-set=-dac_override', ...node] : node;
  const { stdout } = await promisify(execFile)(command[0] ?? '', command.slice(1));
  expect(JSON.parse(stdout)).toMatchObject({ state: 'failed', code: 'no-permission', detail: 'EACCES' });
});

test('somebody who accepts and says nothing, or something that is no HTTP, fails in time', async () => {
  const server = createSocketServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => socket.write('SSH-2.0-OpenSSH_9.2\r\n'));
  });
  await new Promise<void>((done) => server.listen(path(), done));
  closers.push(() => server.close());
  expect(await ask()).toMatchObject({ state: 'failed', code: 'garbage' });
});

test.each([
  ['hangs before its head', () => {}],
  ['hangs in the middle', (_request, response) => response.writeHead(200).write('[{"Id":')],
] satisfies [string, RequestListener][])('an answer that %s fails in time', async (_title, hang) => {
  await serve((request, response) => {
    if (request.url?.startsWith('/containers') === true) hang(request, response);
    else response.end(request.url?.startsWith('/version') === true ? '{"Version":"1"}' : 'OK');
  });
  const answer = await ask();
  expect(answer).toMatchObject({ state: 'failed', code: 'timeout' });
  expect(answer.tookMs).toBeLessThan(4500);
});

test.each([
  ['no JSON', 200, '<html>', 'garbage'],
  ['no list', 200, '{"message":"hello"}', 'garbage'],
  ['an error', 500, '{"message":"disk full"}', 'tool-failed'],
  ['a page that is not there', 404, '{"message":"page not found"}', 'tool-failed'],
  ['too much', 200, `[${' '.repeat(33 * 1024 * 1024)}]`, 'too-large'],
])('an answer that is %s fails with its reason', async (_title, status, body, code) => {
  await serve((request, response) => {
    if (request.url?.startsWith('/containers') === true) response.writeHead(status).end(body);
    else response.end('{"Version":"1"}');
  });
  expect(await ask()).toMatchObject({ state: 'failed', code });
});

test('an answer that breaks off fails', async () => {
  await serve((request, response) => {
    if (request.url?.startsWith('/containers') !== true) return response.end('{}');
    response.writeHead(200, { 'Content-Length': '100' });
    response.write('[');
    setTimeout(() => response.destroy(), 20);
    return undefined;
  });
  expect(await ask()).toMatchObject({ state: 'failed', code: 'no-answer' });
});

test('the environment of another Docker leaves our socket alone', async () => {
  await serve((request, response) =>
    response.end(request.url?.startsWith('/containers') === true ? '[]' : '{}'),
  );
  const before = process.env['DOCKER_HOST'];
  process.env['DOCKER_HOST'] = 'tcp://192.0.2.1:2376';
  try {
    expect(await ask()).toMatchObject({ state: 'ok', value: { containers: [] } });
  } finally {
    if (before === undefined) delete process.env['DOCKER_HOST'];
    else process.env['DOCKER_HOST'] = before;
  }
});
