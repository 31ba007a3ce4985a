// A guest around a daemon of the test's own: its /etc, /opt and /run/docker.sock are where programs of a guest look
// for them, and end with the daemon. What runs in it sees this machine's programs otherwise.
import { execFile, type ExecFileException } from 'node:child_process';
import { join } from 'node:path';
import type { Daemon } from './daemon.ts';

export type Ran = { readonly code: number; readonly stdout: string; readonly stderr: string };

export type GuestAround = {
  /** Runs a program in it; never rejects because of an exit code. */
  readonly run: (command: readonly string[], options?: { readonly input?: string }) => Promise<Ran>;
  /** The path by which this process sees a file of the guest. */
  readonly path: (path: string) => string;
};

const DEADLINE_MS = 120_000;
const SET_UP = `
set -eu
socket=$1
for folder in etc opt; do
  mkdir -p "/run/over/$folder/upper" "/run/over/$folder/work"
  mount -t overlay overlay "/$folder" \\
    -o "lowerdir=/$folder,upperdir=/run/over/$folder/upper,workdir=/run/over/$folder/work"
done
# Nothing of a real guest is in it, should this machine be one.
for folder in /etc/felhom-bootstrap /opt/docker; do
  mkdir -p "$folder"
  mount -t tmpfs -o mode=0755 tmpfs "$folder"
done
ln -s "$socket" /run/docker.sock
`;

export async function makeGuestAround(daemon: Daemon): Promise<GuestAround> {
  const run: GuestAround['run'] = async (command, { input } = {}) =>
    new Promise((resolve, reject) => {
      const [file, ...args] = [
        'nsenter',
        `--mount=/proc/${daemon.pid}/ns/mnt`,
        `--net=/proc/${daemon.pid}/ns/net`,
        '--',
        ...command,
      ];
      const options = {
        timeout: DEADLINE_MS,
        maxBuffer: 64 * 1024 * 1024,
        // Debian's docker before any other: the one of the daemon.
        env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/bin', HOME: '/run', LC_ALL: 'C.UTF-8' },
      };
      const child = execFile(file ?? '', args, options, (error: ExecFileException | null, stdout, stderr) => {
        if (error !== null && typeof error.code !== 'number') reject(error);
        else resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
      });
      child.stdin?.end(input);
    });
  const ready = await run(['sh', '-c', SET_UP, 'sh', daemon.socketPath]);
  if (ready.code !== 0) throw new Error(`no guest: ${ready.stderr}`);
  return { run, path: (path) => join(`/proc/${daemon.pid}/root`, path) };
}
