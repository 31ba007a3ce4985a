// A guest of the test's own: a real Docker daemon, and the bundle's controller in a process beside it, in the
// daemon's network. What listens on this machine's loopback (a hub, an agent) is led in there under the same port.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Daemon } from '../docker/daemon.ts';
import { saveStandIns } from '../docker/stand-ins.ts';
import { makeGuestFolder } from './guest-folder.ts';
import { createGuestProcess, type GuestProcess } from './guest-process.ts';

export type DockerGuest = GuestProcess & {
  readonly folder: string;
  readonly data: string;
  readonly stacks: string;
  readonly configPath: string;
  readonly bootstrap: (fields: object) => void;
  readonly health: () => Promise<Health>;
};
export type Health = {
  readonly status: string;
  readonly issues: readonly { readonly code: string; readonly text: string; readonly subject: string }[];
};

/** `images`: whether archives of the base stack lie in its data folder. */
export async function makeDockerGuest(
  daemon: Pick<Daemon, 'inside' | 'socketPath'>,
  { images = true } = {},
): Promise<DockerGuest> {
  const { folder, data, bootstrapPath, configPath, bootstrap } = makeGuestFolder();
  const stacks = join(folder, 'opt/docker/stacks');
  if (images) await saveStandIns(join(data, 'images'));
  const own = createGuestProcess(daemon, { data, bootstrapPath });
  onTestFinished(async () => void (await own.stop('SIGKILL')));
  return {
    ...own,
    folder,
    data,
    stacks,
    configPath,
    // Not the stacks folder of this machine.
    bootstrap: (fields) => bootstrap({ ...fields, paths: { stacks_dir: stacks } }),
    health: async () => {
      const { body } = await own.ask('GET', '/api/health');
      const { status, issues } = Object(body['data']);
      return { status, issues };
    },
  };
}

/** Where no Docker is: the controller runs on this machine's own network. */
export const NO_DOCKER: Pick<Daemon, 'inside' | 'socketPath'> = {
  socketPath: '/nowhere/docker.sock',
  inside: ([file = '', ...args]) => [file, ...args],
};

/** What listens on this machine's loopback answers on the daemon's, too. */
export async function leadInside(daemon: Daemon, port: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-lead-'));
  const path = join(folder, 'socket');
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    near.pipe(far).pipe(near);
    near.on('error', () => far.destroy());
    far.on('error', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const [file, ...args] = daemon.inside([
    'socat',
    `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`,
    `UNIX-CONNECT:${path}`,
  ]);
  const socat = spawn(file, args, { stdio: 'ignore' });
  onTestFinished(() => {
    socat.kill('SIGKILL');
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
}

/** Of a guest's ledger: what was done to which subject, and why. */
export const ledgerOf = (guest: DockerGuest): readonly Record<string, unknown>[] =>
  readFileSync(join(guest.data, 'ledger.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => Object(JSON.parse(line)));
