// Images that stand for those of the base stack where no registry is: a static busybox under the real reference,
// with a program that takes the real one's arguments, reads the real one's configuration and secrets as the real
// user, serves HTTP where the real one does, and ends on SIGTERM. Archives as `docker save` writes them.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BASE_SERVICES, type ServiceName } from '../../src/contracts/base-stack.ts';
import { findBusybox } from './daemon.ts';
import { writeTar, type TarEntry } from './write-tar.ts';

/**
 * `crash-after-3s`: serves, and exits 42. `bad-command`: its program is not there, so that Docker cannot start it.
 * `unhealthy`: runs, and answers 404 where it should say that it is well. `deaf`: only SIGKILL ends it. `newer`:
 * good, and another image.
 */
export type Variant = 'good' | 'newer' | 'crash-after-3s' | 'bad-command' | 'unhealthy' | 'deaf';

export type StandIn = {
  readonly service: ServiceName;
  readonly reference: string;
  /** `sha256:…`, as Docker will call it. */
  readonly id: string;
  readonly archive: Buffer;
};

const APPLETS =
  'sh sleep cat echo true false sed grep tr touch test httpd wget nc id ls stat kill ps env head'.split(' ');

/** How each begins, and what the image says of it. */
const PROGRAMS: Readonly<
  Record<
    ServiceName,
    { program: string; entrypoint: string[]; user: string; answers: Record<string, string> }
  >
> = {
  traefik: {
    program: 'usr/local/bin/traefik',
    entrypoint: ['/usr/local/bin/traefik'],
    user: '',
    answers: { ping: 'OK' },
  },
  cloudflared: {
    program: 'usr/local/bin/cloudflared',
    entrypoint: ['cloudflared', '--no-autoupdate'],
    user: '65532:65532',
    answers: { ready: '{"status":200,"readyConnections":4,"connectorId":"stand-in"}' },
  },
  filebrowser: {
    program: 'home/filebrowser/filebrowser',
    entrypoint: ['./filebrowser'],
    user: '1000:1000',
    answers: { health: '{"status":"OK"}', 'index.html': 'files' },
  },
};

const made = new Map<string, Promise<StandIn>>();

/**
 * Made once for each kind. `reference`: another name than that of the base stack's table. `claimed`: the digest that
 * the archive's manifest names instead of the real one.
 */
export async function makeStandIn(
  service: ServiceName,
  options: { readonly variant?: Variant; readonly reference?: string; readonly claimed?: string } = {},
): Promise<StandIn> {
  const { variant = 'good', claimed } = options;
  const reference =
    options.reference ?? BASE_SERVICES.find(({ name }) => name === service)?.image.reference ?? service;
  const key = `${service} ${variant} ${reference} ${claimed ?? ''}`;
  const known = made.get(key) ?? Promise.resolve(build(service, variant, reference, claimed));
  made.set(key, known);
  return known;
}

/** Archives of the whole base stack in a folder, as the controller finds them without a registry. */
export async function saveStandIns(folder: string): Promise<readonly StandIn[]> {
  await mkdir(folder, { recursive: true });
  const all = await Promise.all(BASE_SERVICES.map(async ({ name }) => makeStandIn(name)));
  for (const one of all) await writeFile(join(folder, `${one.service}.tar`), one.archive);
  return all;
}

/** As a copy that ended too early leaves it: in the middle of the layer. */
export const truncate = (archive: Buffer): Buffer => archive.subarray(0, Math.floor(archive.length / 2));

function build(
  service: ServiceName,
  variant: Variant,
  reference: string,
  claimed: string | undefined,
): StandIn {
  const busybox = findBusybox();
  if (busybox === undefined) throw new Error('no static busybox');
  const { program, entrypoint, user, answers } = PROGRAMS[service];
  const healthy = variant === 'unhealthy' ? [] : Object.entries(answers);
  const folders = [
    'bin',
    'www',
    'etc',
    'tmp',
    'usr',
    'usr/local',
    'usr/local/bin',
    'home',
    'home/filebrowser',
  ];
  const layer = writeTar([
    ...folders.map((name): TarEntry => ({
      name: `${name}/`,
      folder: true,
      mode: name === 'tmp' ? 0o1777 : 0o755,
    })),
    { name: 'bin/busybox', content: readFileSync(busybox) },
    ...APPLETS.map((name): TarEntry => ({ name: `bin/${name}`, link: 'busybox' })),
    ...healthy.map(([name, content]): TarEntry => ({ name: `www/${name}`, content, mode: 0o644 })),
    { name: 'etc/stand-in', content: `${variant}\n`, mode: 0o644 },
    { name: 'etc/passwd', content: 'root:x:0:0:root:/:/bin/sh\n', mode: 0o644 },
    ...(variant === 'bad-command' ? [] : [{ name: program, content: SCRIPTS[service] }]),
  ]);
  const config = JSON.stringify({
    architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
    os: 'linux',
    created: '2026-01-01T00:00:00Z',
    config: {
      Entrypoint: entrypoint,
      Cmd: [],
      Env: ['PATH=/usr/local/bin:/bin'],
      User: user,
      WorkingDir: service === 'filebrowser' ? '/home/filebrowser' : '/',
    },
    rootfs: { type: 'layers', diff_ids: [`sha256:${sha256(layer)}`] },
    history: [{ created: '2026-01-01T00:00:00Z', created_by: `stand-in ${service}` }],
  });
  const digest = sha256(config);
  const file = `${claimed ?? digest}.json`;
  const manifest = [{ Config: file, RepoTags: [reference], Layers: ['layer/layer.tar'] }];
  const archive = writeTar([
    { name: file, content: config, mode: 0o644 },
    { name: 'layer/', folder: true },
    { name: 'layer/layer.tar', content: layer, mode: 0o644 },
    { name: 'manifest.json', content: JSON.stringify(manifest), mode: 0o644 },
  ]);
  return { service, reference, id: `sha256:${digest}`, archive };
}

const sha256 = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex');

/** Ends the script with its reason, waits as the variant wants. Nothing that was read is ever printed. */
const COMMON = `#!/bin/sh
variant=$(cat /etc/stand-in)
fail() { echo "stand-in: $1" >&2; exit 1; }
readable() { [ -f "$1" ] && cat "$1" >/dev/null && [ -s "$1" ] || fail "cannot read $1"; }
if [ "$variant" = deaf ]; then trap '' TERM; else trap 'echo "stand-in: stopping"; exit 0' TERM INT; fi
serve() {
  for port; do httpd -f -p "$port" -h /www & server=$!; done
  echo "stand-in: $variant, serving on $*"
  [ "$variant" = crash-after-3s ] && { sleep 3 & wait $!; echo 'stand-in: dies' >&2; exit 42; }
  wait "$server"
  fail 'cannot serve'
}
# The value after a flag, as --flag=value or --flag value.
flag() {
  name=$1; shift
  while [ $# -gt 0 ]; do
    case $1 in
      "$name="*) echo "\${1#*=}" ; return ;;
      "$name") echo "$2"; return ;;
    esac
    shift
  done
}
plain() { tr -d "\\"'" | sed 's/ *#.*//; s/ *$//'; }
`;

const SCRIPTS: Readonly<Record<ServiceName, string>> = {
  traefik: `${COMMON}
[ "$1" = traefik ] && shift
config=$(flag --configFile "$@"); [ -n "$config" ] || config=$(flag --configfile "$@")
[ -n "$config" ] || config=/etc/traefik/traefik.yml
readable "$config"
if [ "$1" = healthcheck ]; then exec wget -q -O /dev/null "http://127.0.0.1:$(sed -n 's/.*address: *["'"'"']*[0-9.]*:\\([0-9]*\\).*/\\1/p' "$config" | head -n 1)/ping"; fi
[ -z "$CF_DNS_API_TOKEN_FILE" ] || readable "$CF_DNS_API_TOKEN_FILE"
directory=$(sed -n 's/^ *directory: *//p' "$config" | plain)
[ -z "$directory" ] || ls "$directory" >/dev/null || fail "cannot list $directory"
umask 077
for storage in $(sed -n 's/^ *storage: *//p' "$config" | plain); do touch "$storage" || fail "cannot write $storage"; done
ports=$(sed -n 's/.*address: *["'"'"']*[0-9.]*:\\([0-9]*\\).*/\\1/p' "$config")
[ -n "$ports" ] || fail 'no entry points'
serve $ports
`,
  cloudflared: `${COMMON}
token=$(flag --token-file "$@"); [ -n "$token" ] || token=$TUNNEL_TOKEN_FILE
case " $* " in *' run '*) ;; *) fail 'nothing to run' ;; esac
[ -n "$token" ] || fail 'no token file'
readable "$token"
metrics=$(flag --metrics "$@"); [ -n "$metrics" ] || metrics=$TUNNEL_METRICS
serve "\${metrics##*:}"
`,
  filebrowser: `${COMMON}
config=$(flag -c "$@"); [ -n "$config" ] || config=$FILEBROWSER_CONFIG
[ -n "$config" ] || config=config.yaml
readable "$config"
[ -z "$FILEBROWSER_ADMIN_PASSWORD_FILE" ] || readable "$FILEBROWSER_ADMIN_PASSWORD_FILE"
umask 077
for database in $(sed -n 's/^ *database: *//p' "$config" | plain); do touch "$database" || fail "cannot write $database"; done
sed -n 's/^[ -]*path: *//p' "$config" | plain | while read -r source; do
  [ -d "$source" ] || { echo "stand-in: no folder $source" >&2; exit 1; }
done || exit 1
port=$(sed -n 's/^ *port: *//p' "$config" | plain)
serve "\${port:-80}"
`,
};
