// Starts the fake Docker daemon and gives back the DOCKER_HOST that leads to it.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SERVER = fileURLToPath(new URL('fake-docker.ts', import.meta.url));

export async function startDocker(count: number): Promise<{ host: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-bench-'));
  const socket = join(folder, 'docker.sock');
  const child = spawn(process.execPath, [SERVER, socket, String(count)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return {
    host: `unix://${socket}`,
    stop: async () => {
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
