// What is rendered from controller.yaml, by its meaning: what runs as whom with what, and where secrets stand.
import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../../src/base/yaml-text.ts';
import { BASE_SERVICES, LABELS, type ServiceName } from '../../../src/contracts/base-stack.ts';
import type { ControllerConfig } from '../../../src/contracts/controller-config.ts';
import { composeCreate } from '../../../src/controller/desired/compose-create.ts';
import type { DesiredService } from '../../../src/controller/desired/desired.ts';
import { render } from '../../../src/controller/desired/render.ts';
import { API_TOKEN, exampleConfig, SECRETS, TUNNEL_TOKEN } from '../example-config.ts';

const STACKS = '/opt/docker/stacks';

const service = (name: ServiceName, config: ControllerConfig = exampleConfig()): DesiredService => {
  const found = render(config, SECRETS).services.find((one) => one.name === name);
  if (found === undefined) throw new Error(`${name} is not rendered`);
  return found;
};

const contentOf = (one: DesiredService, end: string): string => {
  const found = one.files.find(({ path }) => path === `${one.configFolder}/${end}`);
  if (found === undefined) throw new Error(`no ${end}`);
  return found.content;
};

const yamlOf = (one: DesiredService, end: string): unknown => {
  const { value, problems } = parseYaml(contentOf(one, end));
  expect(problems).toEqual([]);
  return value;
};

describe('what each container has in common', () => {
  test.each(BASE_SERVICES.map(({ name }) => name))('%s runs with as little as it can', (name) => {
    const { create, memoryBytes, pids } = service(name);
    expect(create).toMatchObject({
      Hostname: name,
      User: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
      HostConfig: {
        NetworkMode: 'traefik-public',
        RestartPolicy: { Name: 'always' },
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges'],
        Privileged: false,
        ReadonlyRootfs: true,
        LogConfig: { Type: 'json-file', Config: { 'max-size': '10m', 'max-file': '3' } },
      },
    });
    expect(create['HostConfig']).not.toHaveProperty('Binds');
    expect(create['HostConfig']).not.toHaveProperty('CapAdd');
    expect(memoryBytes).toBeGreaterThanOrEqual(256 * 1024 * 1024);
    expect(pids).toBeGreaterThanOrEqual(128);
  });

  test.each(BASE_SERVICES.map(({ name }) => name))(
    '%s mounts folders of its own only, its configuration read-only, never a single file',
    (name) => {
      const one = service(name);
      const mounts = mountsOf(one);
      const files = one.files.map(({ path }) => `${STACKS}/${name}/${path}`);
      for (const { Type, Source } of mounts) {
        expect(Type).toBe('bind');
        expect(Source.startsWith(`${STACKS}/${name}/`)).toBe(true);
        expect(files).not.toContain(Source);
      }
      expect(mounts[0]).toMatchObject({ Source: `${STACKS}/${name}/${one.configFolder}`, ReadOnly: true });
      // Everything that is mounted is there before: Docker refuses a missing source.
      const folders = one.folders.map(({ path }) => `${STACKS}/${name}/${path}`);
      for (const { Source } of mounts) expect(folders).toContain(Source);
    },
  );

  test.each(BASE_SERVICES.map(({ name }) => name))(
    '%s can write to nothing that the controller writes',
    (name) => {
      const { folders, files, configFolder } = service(name);
      for (const folder of folders.filter(({ path }) => path.startsWith(configFolder)))
        expect(folder).toMatchObject({ uid: 0, gid: 0, mode: 0o755 });
      for (const { mode } of files) expect(mode & 0o222).toBe(0);
    },
  );

  test('only traefik is reached from outside, on 80 and 443', () => {
    const published = render(exampleConfig(), SECRETS).services.map(({ name, create }) => {
      const hostConfig = create['HostConfig'];
      const has = typeof hostConfig === 'object' && hostConfig !== null && 'PortBindings' in hostConfig;
      return [name, has ? hostConfig.PortBindings : undefined];
    });
    expect(published).toEqual([
      ['traefik', { '80/tcp': PORT('80'), '443/tcp': PORT('443') }],
      ['cloudflared', {}],
      ['filebrowser', {}],
    ]);
  });
});

const PORT = (port: string): unknown => [{ HostIp: '', HostPort: port }];

describe('keys that are missing', () => {
  test('a bare bootstrap runs filebrowser, and names what the others wait for', () => {
    const { services, notConfigured, lacking } = render(
      exampleConfig({ customer: { id: 'kovacs' }, infrastructure: {} }),
      SECRETS,
    );
    expect(services.map(({ name }) => name)).toEqual(['filebrowser']);
    expect(notConfigured).toEqual([
      { service: 'traefik', keys: ['customer.domain', 'customer.email'] },
      { service: 'cloudflared', keys: ['infrastructure.cf_tunnel_token'] },
    ]);
    expect(lacking).toEqual([]);
  });

  test('without a token for DNS there is plain HTTP, and it is said', () => {
    const config = exampleConfig({ infrastructure: { cf_tunnel_token: TUNNEL_TOKEN } });
    const traefik = service('traefik', config);
    expect(render(config, SECRETS).lacking).toEqual([
      { service: 'traefik', keys: ['infrastructure.cf_api_token'] },
    ]);
    expect(traefik.create['HostConfig']).toHaveProperty('PortBindings', { '80/tcp': PORT('80') });
    expect(yamlOf(traefik, 'traefik.yml')).not.toHaveProperty('certificatesResolvers');
    expect(yamlOf(traefik, 'traefik.yml')).not.toHaveProperty('entryPoints.web.http');
    expect(traefik.create['Env']).toEqual([]);
    expect(yamlOf(traefik, 'dynamic/filebrowser.yml')).toHaveProperty(
      'http.routers.filebrowser.entryPoints',
      ['web'],
    );
    expect(contentOf(service('filebrowser', config), 'config.yaml')).toContain('http://files.kovacs.hu');
  });
});

describe('traefik', () => {
  test('calls nobody, shows no dashboard, asks no Docker, and answers a ping that is not published', () => {
    const value = yamlOf(service('traefik'), 'traefik.yml');
    expect(value).toMatchObject({
      global: { checkNewVersion: false, sendAnonymousUsage: false },
      ping: { entryPoint: 'ping' },
      entryPoints: { ping: { address: ':8082' } },
      providers: { file: { directory: '/etc/traefik/dynamic', watch: true } },
    });
    expect(value).not.toHaveProperty('api');
    expect(value).not.toHaveProperty('providers.docker');
    expect(service('traefik').probe).toEqual({ port: 8082, path: '/ping' });
  });

  test('gets certificates by DNS, kept in a folder that only it can read', () => {
    const traefik = service('traefik');
    expect(yamlOf(traefik, 'traefik.yml')).toMatchObject({
      entryPoints: {
        web: { http: { redirections: { entryPoint: { to: 'websecure', scheme: 'https' } } } },
        websecure: {
          http: {
            tls: {
              certResolver: 'cloudflare',
              domains: [{ main: 'kovacs.hu', sans: ['*.kovacs.hu'] }],
            },
          },
        },
      },
      certificatesResolvers: {
        cloudflare: {
          acme: {
            email: 'admin@kovacs.hu',
            storage: '/acme/acme.json',
            dnsChallenge: { provider: 'cloudflare' },
          },
        },
      },
    });
    expect(traefik.folders).toContainEqual({ path: 'acme', mode: 0o700, uid: 65_080, gid: 65_080 });
    expect(traefik.create['Env']).toEqual(['CF_DNS_API_TOKEN_FILE=/etc/traefik/cf-dns-api-token']);
  });

  test('leads files.<domain> to filebrowser, with sane headers', () => {
    const traefik = service('traefik');
    expect(yamlOf(traefik, 'dynamic/filebrowser.yml')).toMatchObject({
      http: {
        routers: {
          filebrowser: { rule: 'Host(`files.kovacs.hu`)', middlewares: ['sane-headers'] },
        },
        services: {
          filebrowser: { loadBalancer: { servers: [{ url: 'http://filebrowser:8080' }] } },
        },
      },
    });
    expect(yamlOf(traefik, 'dynamic/sane-headers.yml')).toHaveProperty(
      'http.middlewares.sane-headers.headers.contentTypeNosniff',
      true,
    );
  });
});

test('cloudflared has its token in a file, updates nothing by itself, and is judged by no internet', () => {
  const cloudflared = service('cloudflared');
  const command = cloudflared.create['Cmd'];
  expect(command).toEqual([
    'tunnel',
    '--no-autoupdate',
    '--metrics',
    '0.0.0.0:2000',
    'run',
    '--token-file',
    '/etc/felhom/tunnel-token',
  ]);
  expect(contentOf(cloudflared, 'tunnel-token')).toBe(TUNNEL_TOKEN);
  expect(cloudflared.create['Healthcheck']).toEqual({ Test: ['NONE'] });
  expect(cloudflared.probe).toEqual({ port: 2000, path: '/ready' });
});

describe('filebrowser', () => {
  const storage = [
    { name: 'photos', path: '/mnt/disk/photos/' },
    { name: 'Music.2', path: '/mnt/disk/./music' },
  ];

  test('shows the folders of the configuration, and one of its own', () => {
    const filebrowser = service('filebrowser', exampleConfig({ paths: { storage } }));
    expect(yamlOf(filebrowser, 'config.yaml')).toMatchObject({
      server: {
        database: '/home/filebrowser/data/database.db',
        externalUrl: 'https://files.kovacs.hu',
        disableUpdateCheck: true,
        sources: [
          { name: 'local', path: '/srv/local' },
          { name: 'photos', path: '/srv/photos' },
          { name: 'Music.2', path: '/srv/Music.2' },
        ],
      },
      auth: { methods: { password: { enabled: true, signup: false } } },
    });
    expect(mountsOf(filebrowser)).toContainEqual({
      Type: 'bind',
      Source: '/mnt/disk/photos',
      Target: '/srv/photos',
      ReadOnly: false,
    });
    expect(mountsOf(filebrowser)).toContainEqual(
      expect.objectContaining({ Source: '/mnt/disk/music', Target: '/srv/Music.2' }),
    );
  });

  test('makes no folder of storage: Docker refuses one that is missing', () => {
    const { folders } = service('filebrowser', exampleConfig({ paths: { storage } }));
    for (const { path } of folders) expect(path).not.toContain('mnt');
  });

  test.each([
    ['/etc'],
    ['/etc/felhom-bootstrap'],
    ['/var/run'],
    ['/run/docker.sock'],
    ['/var'],
    ['/var/lib/docker/volumes'],
    ['/opt'],
    ['/opt/docker'],
    ['/opt/docker/stacks/traefik/acme'],
    ['/opt/docker/./stacks/'],
    ['/opt/docker/felhom-controller'],
    ['/proc/1/root'],
    ['/root/x'],
  ])('is not given %s', (path) => {
    const { refused, services } = render(
      exampleConfig({ paths: { storage: [{ name: 'x', path }] } }),
      SECRETS,
    );
    expect(refused).toMatchObject([{ service: 'filebrowser' }]);
    expect(refused[0]?.why).toContain('paths.storage: x');
    expect(services.map(({ name }) => name)).toEqual(['traefik', 'cloudflared']);
  });

  test.each([
    ['.', 'not taken'],
    ['..', 'not taken'],
    ['local', 'not taken'],
  ])('takes no storage called %s', (name, why) => {
    const { refused } = render(exampleConfig({ paths: { storage: [{ name, path: '/mnt/x' }] } }), SECRETS);
    expect(refused[0]?.why).toContain(why);
  });

  test('takes no folder within another one: in the outer one it could become a link to anywhere', () => {
    const why = (...paths: readonly string[]) =>
      render(
        exampleConfig({ paths: { storage: paths.map((path, index) => ({ name: `s${index}`, path })) } }),
        SECRETS,
      ).refused[0]?.why;
    expect(why('/mnt/a', '/mnt/a/b')).toContain('s1 (/mnt/a/b) overlaps with s0');
    expect(why('/mnt/a/b', '/mnt/./a/')).toContain('overlaps with s0');
    expect(why('/mnt/a', '/mnt/a')).toContain('overlaps with s0');
    expect(why('/mnt/a', '/mnt/ab', '/mnt/b')).toBeUndefined();
  });

  test('is not given the stacks, however their folder is written', () => {
    for (const stacks_dir of ['/data/stacks/', '/data/./stacks']) {
      const { refused } = render(
        exampleConfig({ paths: { stacks_dir, storage: [{ name: 'x', path: '/data/stacks/traefik' }] } }),
        SECRETS,
      );
      expect(refused).toMatchObject([{ service: 'filebrowser' }]);
    }
  });

  test('takes no name twice', () => {
    const twice = ['/mnt/a', '/mnt/b'].map((path) => ({ name: 'x', path }));
    expect(render(exampleConfig({ paths: { storage: twice } }), SECRETS).refused[0]?.why).toContain('twice');
  });
});

describe('secrets', () => {
  const secrets = [TUNNEL_TOKEN, API_TOKEN, SECRETS.filebrowserPassword, SECRETS.filebrowserKey];

  test.each(secrets)('%s stands in a file of mode 0400 and its user only', (secret) => {
    const { services } = render(exampleConfig(), SECRETS);
    const holding = services.flatMap((one) =>
      one.files
        .filter(({ content }) => content.includes(secret))
        .map((file) => ({ user: one.create['User'], file })),
    );
    expect(holding).toHaveLength(1);
    for (const { user, file } of holding) {
      expect(file.mode).toBe(0o400);
      expect(user).toBe(`${file.uid}:${file.gid}`);
    }
  });

  test('nothing that Docker is told holds one, nor does any name', () => {
    for (const one of render(exampleConfig(), SECRETS).services) {
      const told = JSON.stringify([
        composeCreate(one, 'sha256:0'),
        one.hash,
        one.configFolder,
        one.files.map(({ path }) => path),
      ]);
      for (const secret of secrets) expect(told).not.toContain(secret);
    }
  });
});

describe('the hash', () => {
  const hashes = (config: ControllerConfig, secrets = SECRETS): Record<string, string> =>
    Object.fromEntries(render(config, secrets).services.map(({ name, hash }) => [name, hash]));
  const before = hashes(exampleConfig());

  test('is the same for the same', () => {
    expect(hashes(exampleConfig())).toEqual(before);
  });

  test('of those who use it changes with a secret', () => {
    const after = hashes(
      exampleConfig({ infrastructure: { cf_tunnel_token: `${TUNNEL_TOKEN}x`, cf_api_token: API_TOKEN } }),
    );
    expect(after).toEqual({ ...before, cloudflared: expect.not.stringMatching(before['cloudflared'] ?? '') });
    const password = hashes(exampleConfig(), { ...SECRETS, filebrowserPassword: 'another' });
    expect(Object.keys(before).filter((name) => password[name] !== before[name])).toEqual(['filebrowser']);
  });

  test('changes with the domain, in all that say it', () => {
    const after = hashes(
      exampleConfig({ customer: { id: 'kovacs', domain: 'nagy.hu', email: 'admin@kovacs.hu' } }),
    );
    expect(Object.keys(before).filter((name) => after[name] !== before[name])).toEqual([
      'traefik',
      'filebrowser',
    ]);
  });

  test('stands in a label beside whose it is; limits are in what is sent, and not in it', () => {
    const one = service('traefik');
    expect(composeCreate(one, 'sha256:0')).toMatchObject({
      Image: 'sha256:0',
      Labels: {
        [LABELS.owner]: 'felhom-controller',
        [LABELS.service]: 'traefik',
        [LABELS.hash]: one.hash,
      },
      HostConfig: {
        CapDrop: ['ALL'],
        Memory: one.memoryBytes,
        MemorySwap: one.memoryBytes,
        PidsLimit: one.pids,
      },
    });
    expect(one.create['HostConfig']).not.toHaveProperty('Memory');
    expect(one.create['HostConfig']).not.toHaveProperty('PidsLimit');
  });

  test('another configuration has another folder, so that an old container keeps its own', () => {
    const other = service('cloudflared', exampleConfig({ infrastructure: { cf_tunnel_token: 'other' } }));
    expect(other.configFolder).not.toBe(service('cloudflared').configFolder);
    expect(other.configFolder).toMatch(/^config-[0-9a-f]{16}$/);
  });
});

type Mount = { Type: string; Source: string; Target: string; ReadOnly: boolean };
const isMount = (value: unknown): value is Mount =>
  typeof value === 'object' && value !== null && 'Source' in value && 'Target' in value;

function mountsOf(one: DesiredService): Mount[] {
  const hostConfig = one.create['HostConfig'];
  if (typeof hostConfig !== 'object' || hostConfig === null || !('Mounts' in hostConfig)) return [];
  return Array.isArray(hostConfig.Mounts) ? hostConfig.Mounts.filter(isMount) : [];
}
