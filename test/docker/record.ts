// Records what a real daemon answers, for the corpus test: node test/docker/record.ts, as root.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startDaemon } from './daemon.ts';
import { makeBusyboxArchive } from './image.ts';

const folder = join(import.meta.dirname, 'recordings');
const daemon = await startDaemon();
try {
  const { engine } = daemon;
  await engine.importImage(await makeBusyboxArchive(), 'registry.test:5000/box', '1');
  const make = async (name: string, settings: object, status?: RegExp): Promise<void> => {
    const id = await engine.createContainer(name, {
      Image: 'registry.test:5000/box:1',
      StopTimeout: 0,
      ...settings,
    });
    if (status === undefined) return;
    await engine.start(id);
    await engine.waitForStatus(id, status);
  };
  const Healthcheck = { Test: ['CMD', 'false'], Interval: 100_000_000, Timeout: 5_000_000_000, Retries: 1 };
  const RestartPolicy = { Name: 'always' };
  const PortBindings = { '80/tcp': [{ HostPort: '8080' }] };
  const Mounts = [
    { Type: 'bind', Source: '/etc', Target: '/host-etc', ReadOnly: true },
    { Type: 'volume', Source: 'data', Target: '/data' },
    { Type: 'tmpfs', Target: '/scratch' },
  ];
  const Labels = { 'com.docker.compose.project': 'shop', note: '\u001b]52;c;ZXZpbA==\u0007\u202eevil\u202c' };
  await make('created', { Cmd: ['true'], Env: ['TOKEN=not-kept'] });
  await make('exited', { Cmd: ['sh', '-c', 'exit 7'] }, /^Exited/);
  await make('looping', { Cmd: ['sh', '-c', 'exit 3'], HostConfig: { RestartPolicy } }, /^Restarting/);
  await make('unhealthy', { Cmd: ['sleep', '1000'], Healthcheck }, /\(unhealthy\)/);
  await make('paused', { Cmd: ['sleep', '1000'] }, /^Up/);
  await engine.call('POST', '/containers/paused/pause');
  const running = { Cmd: ['sleep', '1000'], Labels, ExposedPorts: { '80/tcp': {}, '53/udp': {} } };
  await make('running', { ...running, HostConfig: { PortBindings, Mounts } }, /^Up/);

  await mkdir(folder, { recursive: true });
  const record = async (file: string, path: string): Promise<void> => {
    // The looping one runs for a moment between its ends: that is not what is wanted.
    let text = '';
    do text = JSON.stringify(await engine.call('GET', path), undefined, 2);
    while (path.includes('looping') && !text.includes('"Restarting": true'));
    // The folder of this one run says nothing.
    const cleaned = text.replaceAll(daemon.socketPath.replace(/\/docker\.sock$/, ''), '/var/lib/test');
    await writeFile(join(folder, file), `${cleaned}\n`);
  };
  await record('containers.json', '/containers/json?all=1');
  for (const name of ['created', 'exited', 'looping', 'unhealthy', 'paused', 'running']) {
    await record(`${name}_inspect.json`, `/containers/${name}/json`);
  }
} finally {
  await daemon.stop();
}
