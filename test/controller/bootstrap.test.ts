// What a guest is told when it comes up: bootstrap.json, the hub's configuration, controller.yaml.
import { execFileSync, spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, describe, expect, test } from 'vitest';
import { parseYaml } from '../../src/base/yaml-text.ts';
import { CUSTOMER_KEY, HOST_KEY, startHub, WHOLE_CONFIG, type HubServer } from './hub-server.ts';
import { AGENT_TOKEN, BOOTSTRAP, makeGuestFolder, withHub, type GuestFolder } from './guest-folder.ts';

const LOCAL_API = { endpoint: '192.168.0.162:8443', fingerprint: '60b5974d'.repeat(8), token: AGENT_TOKEN };
const SECRETS = [
  CUSTOMER_KEY,
  HOST_KEY,
  AGENT_TOKEN,
  WHOLE_CONFIG.infrastructure.cf_tunnel_token,
  WHOLE_CONFIG.infrastructure.cf_api_token,
];
const hubOf = async (config?: object | string): Promise<HubServer> => {
  const hub = await startHub(config);
  onTestFinished(hub.stop);
  return hub;
};
const standing = (guest: GuestFolder): unknown => parseYaml(readFileSync(guest.configPath, 'utf8')).value;
const codes = (problems: readonly { code: string }[]) => problems.map(({ code }) => code);
const messages = (guest: GuestFolder) =>
  guest.logged.map((line): string => String(Object(JSON.parse(line)).msg));

describe('A guest that comes up for the first time', () => {
  test('makes controller.yaml of bootstrap.json and the hub, 0600, and says so in one line', async () => {
    const hub = await hubOf(WHOLE_CONFIG);
    const guest = makeGuestFolder({ ...withHub(hub.url), local_api: LOCAL_API, rack: { shelf: 4 } });
    const book = await guest.open();
    expect(messages(guest)).toContain(
      'bootstrap: seeded controller.yaml (customer kovacs, generation 3): coming up configured',
    );
    expect(statSync(guest.configPath).mode & 0o777).toBe(0o600);
    expect(standing(guest)).toMatchObject({
      ...WHOLE_CONFIG,
      customer: { ...WHOLE_CONFIG.customer, name: 'Kovács Bt.' },
      hub: { url: hub.url, api_key: CUSTOMER_KEY },
      local_api: LOCAL_API,
      rack: { shelf: 4 },
    });
    expect(book.current()).toMatchObject({ generation: 3, customer: { domain: 'kovacs.example' } });
    expect(book.problems()).toEqual([]);
    expect(book.hubLink().state).toBe('ok');
    expect(hub.asked).toMatchObject([{ line: 'GET /api/v1/customers/kovacs/config', key: CUSTOMER_KEY }]);
    expect(guest.logged.join('')).toContain('"field":"rack"');
    for (const secret of SECRETS) expect(guest.logged.join('')).not.toContain(secret);
  });

  test('a second start changes nothing, and asks the hub only whether there is something newer', async () => {
    const hub = await hubOf(WHOLE_CONFIG);
    const guest = makeGuestFolder(withHub(hub.url));
    (await guest.open()).stop();
    const before = statSync(guest.configPath, { bigint: true });
    const lines = guest.logged.length;
    const book = await guest.open();
    await expect.poll(() => book.hubLink().state).toBe('ok');
    const after = statSync(guest.configPath, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
    expect(
      messages(guest)
        .slice(lines)
        .filter((line) => line.includes('seeded')),
    ).toEqual([]);
  });

  test('without a hub it comes up with what it has; the first one that comes counts, whatever its number', async () => {
    const hub = await hubOf({ ...WHOLE_CONFIG, generation: 0 });
    await hub.stop();
    const guest = makeGuestFolder(withHub(hub.url));
    const book = await guest.open();
    expect(book.current()).toMatchObject({ customer: { id: 'kovacs' }, infrastructure: {} });
    expect(messages(guest)).toContain(
      'bootstrap: seeded controller.yaml (customer kovacs, no generation): coming up configured',
    );
    expect(book.problems()).toMatchObject([{ code: 'hub-unreachable', level: 'warn', healsItself: true }]);
    let told = 0;
    book.onChange(() => (told += 1));
    await hub.start();
    await expect.poll(() => book.current()?.customer.domain).toBe('kovacs.example');
    expect(book.problems()).toEqual([]);
    expect(told).toBeGreaterThan(0);
  });

  test('a hub that never answers holds it up for a moment only', async () => {
    const hub = await hubOf();
    hub.answer(() => {});
    const guest = makeGuestFolder(withHub(hub.url));
    const started = performance.now();
    const book = await guest.open({ times: { firstWaitMs: 200 } });
    expect(performance.now() - started).toBeLessThan(1500);
    expect(book.current()?.customer.id).toBe('kovacs');
    expect(codes(book.problems())).toEqual(['hub-unreachable']);
  });

  test('without bootstrap.json it says which file is missing, and takes it when it comes', async () => {
    const guest = makeGuestFolder();
    const book = await guest.open();
    expect(book.current()).toBeNull();
    expect(book.problems()).toMatchObject([
      { code: 'no-bootstrap', level: 'fail', text: expect.stringContaining(guest.bootstrapPath) },
    ]);
    guest.bootstrap(BOOTSTRAP);
    await expect.poll(() => book.current()?.customer.id).toBe('kovacs');
    expect(book.problems()).toEqual([]);
  });
});

describe('bootstrap.json', () => {
  const secretive = JSON.stringify({ ...withHub('https://hub.example'), local_api: LOCAL_API });

  test.each([
    ['is no JSON', secretive.slice(0, -2), /not JSON/],
    ['has no customer', secretive.replace('"customer"', '"kunde"'), /customer: missing/],
    [
      'has an id that is no name',
      secretive.replace('kovacs', '../kovacs'),
      /customer\.id: needs small letters/,
    ],
    ['has an id that is a number', secretive.replace('"kovacs"', '7'), /customer\.id: /],
    ['has no key for the hub', secretive.replace('api_key', 'apikey'), /hub\.api_key: missing/],
    [
      'has a key that fits no header',
      secretive.replace(CUSTOMER_KEY, `${CUSTOMER_KEY}\\r\\nX`),
      /hub\.api_key: needs/,
    ],
    ['has a hub that is no address', secretive.replace('https://hub', 'file:///hub'), /hub\.url/],
    ['has an agent without a port', secretive.replace(':8443', ''), /local_api\.endpoint: needs an address/],
    ['has no fingerprint', secretive.replace('60b5', 'zz'), /local_api\.fingerprint: needs a SHA-256/],
  ])('%s: the field is named, nothing is quoted and nothing is made', async (_what, text, wanted) => {
    const guest = makeGuestFolder(text);
    const book = await guest.open();
    expect(book.current()).toBeNull();
    expect(book.problems()[0]).toMatchObject({ code: 'bad-bootstrap', text: expect.stringMatching(wanted) });
    expect(readdirSync(guest.data)).toEqual([]);
    const said = guest.logged.join('') + JSON.stringify(book.problems());
    for (const secret of SECRETS) expect(said).not.toContain(secret);
  });

  test('that others may read, a pipe, a link and an endless one are refused at once', async () => {
    const guest = makeGuestFolder();
    const say = async () => {
      const book = await guest.open();
      book.stop();
      expect(book.current()).toBeNull();
      rmSync(guest.bootstrapPath, { recursive: true });
      return book.problems()[0]?.text;
    };
    guest.bootstrap(secretive, 0o640);
    expect(await say()).toMatch(/others may read or write it: chmod 600/);
    execFileSync('mkfifo', ['-m', '600', guest.bootstrapPath]);
    expect(await say()).toMatch(/not a regular file/);
    guest.bootstrap(`${' '.repeat(300_000)}${secretive}`);
    expect(await say()).toMatch(/too large/);
    writeFileSync(join(guest.folder, 'elsewhere'), secretive, { mode: 0o600 });
    symlinkSync(join(guest.folder, 'elsewhere'), guest.bootstrapPath);
    expect(await say()).toMatch(/it is a link/);
    guest.bootstrap(secretive);
    execFileSync('chown', ['12345', guest.bootstrapPath]);
    expect(await say()).toMatch(/belongs to another user/);
  });

  test('written anew by the host: hub and agent are taken from it, the rest stays', async () => {
    const hub = await hubOf(WHOLE_CONFIG);
    const guest = makeGuestFolder({ ...withHub(hub.url), local_api: LOCAL_API });
    const book = await guest.open();
    await book.keepCertificates('ab'.repeat(32), LOCAL_API.fingerprint);
    expect(book.current()?.local_api?.next_fingerprint).toBe('ab'.repeat(32));
    guest.bootstrap({ ...withHub(hub.url), local_api: { ...LOCAL_API, token: 'felhom_9200_a-new-token' } });
    await expect.poll(() => book.current()?.local_api?.token).toBe('felhom_9200_a-new-token');
    expect(book.current()).toMatchObject({
      generation: 3,
      local_api: { fingerprint: LOCAL_API.fingerprint },
    });
    expect(book.current()?.local_api?.next_fingerprint).toBeUndefined();
  });

  test('of another customer than controller.yaml: nothing is known any more, and both are named', async () => {
    const guest = makeGuestFolder(BOOTSTRAP);
    (await guest.open()).stop();
    const before = readFileSync(guest.configPath, 'utf8');
    guest.bootstrap({ customer: { id: 'szabo' } });
    const book = await guest.open();
    expect(book.current()).toBeNull();
    expect(book.problems()).toMatchObject([
      { code: 'other-customer', text: expect.stringMatching(/customer kovacs.*szabo/) },
    ]);
    expect(readFileSync(guest.configPath, 'utf8')).toBe(before);
  });
});

describe('controller.yaml', () => {
  const seeded = async () => {
    const hub = await hubOf(WHOLE_CONFIG);
    const guest = makeGuestFolder(withHub(hub.url));
    (await guest.open()).stop();
    return { hub, guest, text: readFileSync(guest.configPath, 'utf8') };
  };
  const change = (guest: GuestFolder, text: string) => writeFileSync(guest.configPath, text, { mode: 0o600 });

  test.each([
    [
      'is no YAML',
      (text: string) => text.replace('generation: 3', 'generation: [3'),
      /line \d+ is no valid YAML/,
    ],
    ['holds a secret as an alias', (text: string) => text.replace(/tunnel-a81/, '*tunnel-a81'), /line \d+/],
    [
      'has a wrong field',
      (text: string) => text.replace('kovacs.example', 'no domain'),
      /line \d+: customer\.domain: needs a domain/,
    ],
    ['is empty', () => '', /it has no fields/],
  ])('that %s is named with its line, and never overwritten', async (_what, spoil, wanted) => {
    const { guest, text } = await seeded();
    change(guest, spoil(text));
    const book = await guest.open();
    await book.refresh();
    expect(book.current()).toBeNull();
    expect(book.problems()[0]).toMatchObject({
      code: 'bad-configuration',
      text: expect.stringMatching(wanted),
    });
    expect(readFileSync(guest.configPath, 'utf8')).toBe(spoil(text));
    const said = guest.logged.join('') + JSON.stringify(book.problems());
    for (const secret of SECRETS) expect(said).not.toContain(secret);

    change(guest, text);
    await expect.poll(() => book.current()?.generation).toBe(3);
    expect(book.problems()).toEqual([]);
  });

  test('spoiled while it runs: what was read before goes on, and it is said that a restart would not', async () => {
    const { guest, text } = await seeded();
    const book = await guest.open();
    change(guest, text.replace('generation: 3', 'generation: three'));
    await expect.poll(() => codes(book.problems())).toContain('bad-configuration');
    expect(book.current()?.generation).toBe(3);
    expect(book.problems().find(({ code }) => code === 'bad-configuration')?.hint).toMatch(/restart/);
  });

  test('changed by a person counts at once; keys of the person stay when the hub has nothing newer', async () => {
    const { guest, text } = await seeded();
    const book = await guest.open();
    change(guest, text.replace('kovacs.example', 'other.example'));
    await expect.poll(() => book.current()?.customer.domain).toBe('other.example');
    await book.refresh();
    expect(book.current()?.customer.domain).toBe('other.example');
  });

  test('that others may read, or a link in its place, is not used', async () => {
    const { guest, text } = await seeded();
    rmSync(guest.configPath);
    writeFileSync(guest.configPath, text, { mode: 0o644 });
    const open = await guest.open();
    open.stop();
    expect(open.current()).toBeNull();
    expect(open.problems()[0]?.text).toMatch(/others may read/);
    rmSync(guest.configPath);
    writeFileSync(join(guest.folder, 'elsewhere'), text, { mode: 0o600 });
    symlinkSync(join(guest.folder, 'elsewhere'), guest.configPath);
    const linked = await guest.open();
    expect(linked.current()).toBeNull();
  });

  test.each([
    ['lower', 2, 'kovacs.example'],
    ['equal', 3, 'kovacs.example'],
    ['higher', 4, 'moved.example'],
  ])("the hub's generation is %s", async (_what, generation, domain) => {
    const { hub, guest } = await seeded();
    hub.configure({ ...WHOLE_CONFIG, generation, customer: { id: 'kovacs', domain: 'moved.example' } });
    const book = await guest.open();
    await book.refresh();
    expect(book.current()?.customer.domain).toBe(domain);
    expect(book.problems()).toEqual([]);
    expect(standing(guest)).toMatchObject({ generation: Math.max(3, generation), customer: { domain } });
  });

  test('a higher generation cannot move the stacks folder, the hub itself, or the agent', async () => {
    const { hub, guest } = await seeded();
    hub.configure({
      ...WHOLE_CONFIG,
      generation: 9,
      paths: { stacks_dir: '/etc', storage: [{ name: 'photos', path: '/srv/photos' }] },
      hub: { url: 'https://evil.example', api_key: 'x' },
      local_api: LOCAL_API,
    });
    const book = await guest.open();
    await book.refresh();
    expect(book.current()).toMatchObject({
      generation: 9,
      paths: { stacks_dir: '/opt/docker/stacks', storage: [{ name: 'photos', path: '/srv/photos' }] },
      hub: { url: hub.url },
    });
    expect(book.current()?.local_api).toBeUndefined();
  });

  test('that cannot be written: the old one counts, it is said, and done when there is room', async () => {
    const hub = await hubOf(WHOLE_CONFIG);
    const guest = makeGuestFolder(withHub(hub.url));
    let full = true;
    const book = await guest.open({
      writeFile: async (path, text, mode) => {
        if (full) throw Object.assign(new Error(`ENOSPC: no space left, write ${text}`), { code: 'ENOSPC' });
        writeFileSync(path, text, { mode });
      },
    });
    expect(book.current()).toBeNull();
    expect(book.problems()).toMatchObject([
      { code: 'configuration-not-written', text: `${guest.configPath} could not be written: ENOSPC` },
    ]);
    full = false;
    await expect.poll(() => book.current()?.generation).toBe(3);
    expect(book.problems()).toEqual([]);
  });

  test('that does not read back as it was written is not believed', async () => {
    const guest = makeGuestFolder(BOOTSTRAP);
    const book = await guest.open({
      writeFile: async (path, text, mode) => writeFileSync(path, text.slice(0, -4), { mode }),
    });
    expect(book.problems()[0]?.code).toBe('configuration-not-written');
  });
});

describe('A crash while it is seeded', () => {
  const CHILD = fileURLToPath(new URL('seed-and-die.ts', import.meta.url));

  test.each(['asked', 'half', 'prepared', 'committed'])(
    'when it was %s is made good by the next start',
    async (stage) => {
      const hub = await hubOf(WHOLE_CONFIG);
      const guest = makeGuestFolder({ ...withHub(hub.url), local_api: LOCAL_API });
      if (stage === 'asked') hub.answer(() => child.kill('SIGKILL'));
      const child = spawn(process.execPath, [CHILD, guest.data, guest.bootstrapPath, stage], {
        stdio: 'ignore',
      });
      const signal = await new Promise((resolve) => child.once('exit', (_code, by) => resolve(by)));
      expect(signal).toBe('SIGKILL');
      hub.answer(undefined);

      const book = await guest.open();
      expect(book.current()).toMatchObject({ ...WHOLE_CONFIG, local_api: LOCAL_API });
      expect(book.problems()).toEqual([]);
      expect(readdirSync(guest.data)).toEqual(['controller.yaml']);
      expect(statSync(guest.configPath).mode & 0o777).toBe(0o600);
    },
  );
});
