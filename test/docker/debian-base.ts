// The base of the controller's image where no registry is: the same Debian, made by debootstrap from the mirror that
// this machine's apt is set to. Kept for a week below node_modules, which `npm ci` empties.
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** What the controller's image is built on. */
export const BASE =
  /^FROM (\S+)$/m.exec(
    readFileSync(join(import.meta.dirname, '../../packaging/controller/Dockerfile'), 'utf8'),
  )?.[1] ?? '';

const KEPT = join(import.meta.dirname, '../../node_modules/.cache/felhom');
const KEPT_FOR_MS = 7 * 24 * 60 * 60_000;
/** Fifteen seconds where nothing else runs. */
const DEADLINE_MS = 120_000;

/**
 * In memory and in a mount namespace of its own: nothing stays mounted. Without what the slim image of Debian is
 * without, too; whoever starts it brings the devices.
 */
const MAKE = `
set -eu
suite=$1 mirror=$2 out=$3
mount -t tmpfs tmpfs /mnt
debootstrap --variant=minbase "$suite" /mnt/base "$mirror"
tar -C /mnt/base -cf "$out" --exclude=./var/cache/apt --exclude=./var/lib/apt/lists --exclude=./var/log \\
  --exclude=./usr/share/doc --exclude=./usr/share/man --exclude=./usr/share/locale --exclude='./dev/*' .
`;

const run = promisify(execFile);

/** A tar archive of its file system. */
export async function makeDebianBase(): Promise<string> {
  const suite = /^debian:([a-z]+)-/.exec(BASE)?.[1];
  if (suite === undefined) throw new Error(`no Debian is known that would be ${BASE}`);
  const path = join(KEPT, `${suite}.tar`);
  if (existsSync(path) && Date.now() - (await stat(path)).mtimeMs < KEPT_FOR_MS) return path;
  await mkdir(KEPT, { recursive: true });
  const making = `${path}.${process.pid}.new`;
  const mirror = await readMirror();
  try {
    await run('unshare', ['--mount', 'sh', '-c', MAKE, 'sh', suite, mirror, making], {
      timeout: DEADLINE_MS,
      maxBuffer: 16 * 1024 * 1024,
      killSignal: 'SIGKILL',
      env: { ...process.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...(await readProxy()) },
    });
  } catch (error) {
    await rm(making, { force: true });
    const said = error instanceof Error && 'stdout' in error ? String(error.stdout).trim() : String(error);
    throw new Error(
      `debootstrap could not make Debian ${suite} from ${mirror}: ${said.split('\n').at(-1) ?? ''}`,
      { cause: error },
    );
  }
  await rename(making, path);
  return path;
}

/** As apt says: the first archive that is Debian's own. */
async function readMirror(): Promise<string> {
  const format = '$(SITE) $(COMPONENT)';
  const { stdout } = await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
  const sites = stdout.split('\n').map((line) => line.split(' '));
  const mirror = sites.find(
    ([site, part]) => part === 'main' && /^https?:.*\/debian\/?$/.test(site ?? ''),
  )?.[0];
  if (mirror === undefined) throw new Error("apt's sources name no mirror of Debian to make an image from");
  return mirror;
}

/** Where apt goes through a proxy, wget has to do so as well. */
async function readProxy(): Promise<Readonly<Record<string, string>>> {
  const { stdout } = await run('apt-config', ['shell', 'PROXY', 'Acquire::http::Proxy']);
  const proxy = /^PROXY='(.+)'$/m.exec(stdout)?.[1];
  return proxy === undefined || proxy === 'DIRECT' ? {} : { http_proxy: proxy };
}
