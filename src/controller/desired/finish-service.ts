// From a renderer's draft to a service as it should be: what every container of ours has in common, the folder of its
// configuration, and the hash of all of it.
import { sha256 } from '../../base/digest.ts';
import { BASE_NETWORK, BASE_SERVICES } from '../../contracts/base-stack.ts';
import { formatCanonical, type CanonicalValue } from '../../contracts/canonical-json.ts';
import type { DesiredFile, DesiredFolder, DesiredService } from './desired.ts';
import type { ServiceDraft } from './draft.ts';

export function finishService(draft: ServiceDraft, stacksDir: string): DesiredService {
  const { name, user } = draft;
  const image = imageOf(draft);
  const contents = draft.files
    .map(({ path, content, secret }) => ({
      path,
      content,
      ...(secret ? { mode: 0o400, uid: user, gid: user } : { mode: 0o444, uid: 0, gid: 0 }),
    }))
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
  const digests = contents.map(({ content, ...rest }) => ({
    ...rest,
    digest: sha256('felhom service file', content),
  }));
  const configFolder = `${CONFIG_PREFIX}${sha256('felhom service files', formatCanonical(digests)).slice(0, 16)}`;
  const files: readonly DesiredFile[] = contents.map((file) => ({
    ...file,
    path: `${configFolder}/${file.path}`,
  }));
  // Root's, so that the service can plant nothing where the controller writes.
  const own: readonly DesiredFolder[] = [
    ...new Set([configFolder, ...files.flatMap(({ path }) => parentsOf(path))]),
  ].map((path) => ({ path, mode: 0o755, uid: 0, gid: 0 }));
  const kept: readonly DesiredFolder[] = draft.kept.map(({ path }) => ({
    path,
    mode: 0o700,
    uid: user,
    gid: user,
  }));
  const create = createOptions(draft, stacksDir, configFolder);
  const hashed = { image: { reference: image.reference, id: image.id ?? undefined }, create, files: digests };
  const { memoryBytes, pids, stopGraceS, settleS, probe } = draft;
  return {
    name,
    image,
    configFolder,
    folders: [...own, ...kept],
    files,
    create,
    memoryBytes,
    pids,
    stopGraceS,
    settleS,
    probe,
    hash: sha256('felhom base service', formatCanonical(hashed)),
  };
}

/** How the folders of configurations begin. */
export const CONFIG_PREFIX = 'config-';

function createOptions(
  draft: ServiceDraft,
  stacksDir: string,
  configFolder: string,
): Readonly<Record<string, CanonicalValue>> {
  const { name, user, ports } = draft;
  const folder = `${stacksDir}/${name}`;
  return {
    Hostname: name,
    User: `${user}:${user}`,
    Cmd: draft.command,
    Env: draft.env,
    ExposedPorts: Object.fromEntries(ports.map(({ inside }) => [`${inside}/tcp`, {}])),
    StopTimeout: draft.stopGraceS,
    Healthcheck:
      draft.healthCheck === null
        ? { Test: ['NONE'] }
        : {
            Test: ['CMD', ...draft.healthCheck],
            Interval: 30 * SECOND_NS,
            Timeout: 5 * SECOND_NS,
            Retries: 3,
            StartPeriod: 30 * SECOND_NS,
          },
    HostConfig: {
      NetworkMode: BASE_NETWORK,
      // `unless-stopped` stays down when the daemon itself crashed.
      RestartPolicy: { Name: 'always', MaximumRetryCount: 0 },
      PortBindings: Object.fromEntries(
        ports.map(({ inside, outside }) => [`${inside}/tcp`, [{ HostIp: '', HostPort: `${outside}` }]]),
      ),
      // `Binds` would make a folder where a source is missing; a mount of this kind is refused by Docker.
      Mounts: [
        bind(`${folder}/${configFolder}`, draft.configTarget, true),
        ...draft.kept.map(({ path, target }) => bind(`${folder}/${path}`, target, false)),
        ...draft.given.map(({ source, target }) => bind(source, target, false)),
      ],
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      Privileged: false,
      ReadonlyRootfs: true,
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=67108864' },
      LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      ...draft.hostConfig,
    },
    NetworkingConfig: { EndpointsConfig: { [BASE_NETWORK]: {} } },
  };
}

const SECOND_NS = 1_000_000_000;

const bind = (source: string, target: string, readOnly: boolean): CanonicalValue => ({
  Type: 'bind',
  Source: source,
  Target: target,
  ReadOnly: readOnly,
});

function imageOf({ name }: ServiceDraft): DesiredService['image'] {
  const row = BASE_SERVICES.find((service) => service.name === name);
  // Its name is of this very table.
  if (row === undefined) throw new TypeError(`no row for ${name}`);
  return row.image;
}

const parentsOf = (path: string): readonly string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'));
