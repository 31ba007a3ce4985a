// A guest with the controller's image in it, as a checkout makes it, and the unit's own script.
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDebianBase, BASE } from '../docker/debian-base.ts';
import { startDaemon, type Daemon } from '../docker/daemon.ts';
import { makeGuestAround, type GuestAround, type Ran } from '../docker/guest-around.ts';

const ROOT = join(import.meta.dirname, '../..');

export type ImageGuest = GuestAround & {
  readonly daemon: Daemon;
  /** Its name. */
  readonly image: string;
  /** The same by `docker`, which has to go well; gives its output. */
  readonly docker: (...args: readonly string[]) => Promise<string>;
  readonly runUnit: () => Promise<Ran>;
  /** Files of the guest. */
  readonly write: (path: string, content: string | Buffer, mode?: number) => void;
  readonly read: (path: string) => string;
  readonly exists: (path: string) => boolean;
  readonly remove: (path: string) => void;
  /** Where the guest has this file of the controller's data volume. */
  readonly data: (name: string) => string;
  /** Makes an image of the controller's with one more line in its Dockerfile. */
  readonly build: (name: string, line: string) => Promise<void>;
  /** All that dockerd has been asked, and what it says of it. */
  readonly daemonLog: () => string;
  readonly stop: () => Promise<void>;
};

export const BOOTSTRAP = '/etc/felhom-bootstrap/bootstrap.json';
export const IMAGE_FILE = '/etc/felhom-controller-image';
export const STACKS = '/opt/docker/stacks';
export const SENTINEL = `${STACKS}/.felhom-stacks`;
const VOLUME = 'data/volumes/felhom-controller-data/_data';

export async function startImageGuest(): Promise<ImageGuest> {
  const [base, daemon] = await Promise.all([makeDebianBase(), startDaemon({ settings: { debug: true } })]);
  try {
    const guest = await makeGuestAround(daemon);
    const succeed = async (command: readonly string[]): Promise<string> => {
      const { code, stdout, stderr } = await guest.run(command);
      if (code !== 0) throw new Error(`${command.slice(0, 3).join(' ')}: ${stderr}`);
      return stdout.trim();
    };
    await succeed(['docker', 'import', base, BASE]);
    // Buildkit is a program of its own, which nothing here needs.
    const make = [process.execPath, join(ROOT, 'build/image.mjs')];
    const image = await succeed(['env', 'DOCKER_BUILDKIT=0', ...make]);
    const write: ImageGuest['write'] = (path, content, mode = 0o644) => {
      mkdirSync(guest.path(join(path, '..')), { recursive: true });
      writeFileSync(guest.path(path), content);
      chmodSync(guest.path(path), mode);
    };
    mkdirSync(guest.path('/run/sbin'));
    copyFileSync(
      join(ROOT, 'packaging/controller/felhom-controller-bootstrap.sh'),
      guest.path('/run/sbin/unit'),
    );
    return {
      ...guest,
      daemon,
      image,
      docker: async (...args) => succeed(['docker', ...args]),
      runUnit: async () => guest.run(['sh', '/run/sbin/unit']),
      write,
      read: (path) => readFileSync(guest.path(path), 'utf8'),
      exists: (path) => existsSync(guest.path(path)),
      remove: (path) => rmSync(guest.path(path), { recursive: true, force: true }),
      data: (name) => join(daemon.socketPath, '..', VOLUME, name),
      build: async (name, line) => {
        const input = { input: `FROM ${image}\n${line}\n` };
        const { code, stderr } = await guest.run(['docker', 'build', '--tag', name, '-'], input);
        if (code !== 0) throw new Error(stderr);
      },
      daemonLog: () => readFileSync(join(daemon.socketPath, '../dockerd.log'), 'utf8'),
      stop: daemon.stop,
    };
  } catch (error) {
    await daemon.stop();
    throw error;
  }
}
