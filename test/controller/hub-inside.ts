// A hub that the containers of a test's daemon reach, at the gateway of their network.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { Daemon } from '../docker/daemon.ts';

const PROGRAM = join(import.meta.dirname, 'serve-hub.ts');

export type HubInside = { readonly url: string; readonly stop: () => void };

export async function startHubInside(daemon: Daemon, config: object): Promise<HubInside> {
  const network = await daemon.engine.call('GET', '/networks/bridge');
  const gateway = /"Gateway":"([\d.]+)"/.exec(JSON.stringify(network))?.[1] ?? '';
  const command = [process.execPath, PROGRAM, gateway, JSON.stringify(config)];
  const [file, ...args] = daemon.inside(command);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(line.toString('utf8').trim()));
    child.once('exit', () => reject(new Error('the hub has ended')));
    child.once('error', reject);
  });
  return { url, stop: () => child.stdin.end() };
}
