// The controller's image as a checkout makes it, and the unit that starts it in a guest, on a Docker of the test's
// own: no registry, no internet.
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findProgram } from '../setup/find-program.ts';
import { BASE_NETWORK, BASE_SERVICES } from '../../src/contracts/base-stack.ts';
import { controllerRoutes } from '../../src/contracts/controller-routes.ts';
import type { LedgerRecord } from '../../src/contracts/facts/ledger.ts';
import { missingForDaemon } from '../docker/daemon.ts';
import { makeStandIn, saveStandIns } from '../docker/stand-ins.ts';
import { API_TOKEN, TUNNEL_TOKEN } from './example-config.ts';
import { startHubInside, type HubInside } from './hub-inside.ts';
import { CUSTOMER, CUSTOMER_KEY } from './hub-server.ts';
import { until } from './image-api.ts';
import { withHub } from './guest-folder.ts';
import { BOOTSTRAP, IMAGE_FILE, SENTINEL, STACKS, startImageGuest, type ImageGuest } from './image-guest.ts';

const missing =
  missingForDaemon() ?? (findProgram('debootstrap') === undefined ? 'debootstrap missing' : undefined);
const NAME = 'felhom-controller';

let guest: ImageGuest;
// Its base is made by debootstrap when it is not kept from before.
beforeAll(async () => {
  if (missing === undefined) guest = await startImageGuest();
}, 180_000);
afterAll(async () => guest?.stop());
beforeEach((context) => context.skip(missing !== undefined, `the controller's image: ${missing ?? ''}`));

const inspect = async (format: string) => guest.docker('inspect', '--format', format, NAME);
const containers = async () => guest.docker('ps', '--all', '--format', '{{.Names}}');
const startedOnce = async () => inspect('{{.Id}} {{.State.StartedAt}}');

describe('The image', () => {
  test('holds felhom with a Node of its own, and says its version', async () => {
    const said = await guest.docker('run', '--rm', '--entrypoint', 'felhom', guest.image, '--version');
    expect(`felhom-controller:${said.replace('felhom ', '')}`).toBe(guest.image);
  });

  test('holds nothing else of the checkout: neither sources nor other packages', async () => {
    const listed = await guest.docker(
      'run',
      '--rm',
      '--entrypoint',
      'sh',
      guest.image,
      '-c',
      'ls -A /opt/felhom /opt/felhom/node_modules /opt/felhom/node_modules/*/',
    );
    expect(listed.split(/\s+/).filter((word) => !word.startsWith('/'))).toEqual([
      'LICENSE',
      'ask-health.mjs',
      'bin',
      'dist',
      'node_modules',
      expect.stringMatching(/^node-linux-/),
      'bin',
    ]);
  });

  test('is started as the controller, and is asked for its health', async () => {
    const told = await guest.docker('image', 'inspect', '--format', '{{json .Config}}', guest.image);
    expect(told).toContain(
      '"Entrypoint":["/usr/local/bin/felhom","controller","--container","felhom-controller"]',
    );
    expect(told).toContain('ask-health.mjs');
  });
});

describe('The unit', { timeout: 60_000 }, () => {
  /** Images of the same program that does something else: the unit does not look inside. */
  const SLEEPS = 'felhom-controller:sleeps';
  const DIES = 'felhom-controller:dies';
  beforeAll(async () => {
    if (missing !== undefined) return;
    await guest.build(SLEEPS, 'ENTRYPOINT ["sleep", "1000"]');
    await guest.build(DIES, 'ENTRYPOINT ["sh", "-c", "echo the disk is on fire; sleep 1; exit 3"]');
  });

  test('says what is missing in one sentence, and makes nothing', async () => {
    const said: string[] = [];
    const fails = async () => {
      const { code, stderr } = await guest.runUnit();
      expect(code).toBe(1);
      said.push(stderr.trim());
    };
    await fails();
    guest.write(BOOTSTRAP, '{"customer":{"id":"Demo Felhom"}}', 0o644);
    await fails();
    guest.write(IMAGE_FILE, 'felhom-controller:latest\n');
    await fails();
    guest.write(IMAGE_FILE, 'registry.example/felhom-controller:9.9.9\n');
    await fails();
    guest.write(IMAGE_FILE, `${SLEEPS}\n`);
    await fails();
    guest.write(BOOTSTRAP, '{"customer":{"id":"Demo Felhom"}}', 0o600);
    await fails();
    expect(said).toEqual([
      expect.stringContaining(`${BOOTSTRAP} is missing: nobody has said whose guest this is.`),
      expect.stringContaining(`${IMAGE_FILE} is missing: it names the image of the controller.`),
      expect.stringContaining('names felhom-controller:latest: a version is needed, not latest.'),
      expect.stringContaining('The image registry.example/felhom-controller:9.9.9 is not here'),
      expect.stringContaining(`${BOOTSTRAP} cannot be used: others may read or write it: chmod 600`),
      expect.stringContaining(`${BOOTSTRAP} cannot be used: customer.id: needs small letters`),
    ]);
    // What Docker itself said of a registry would stand here.
    expect(said.join()).not.toMatch(/pull access|lookup|dial/);
    expect(await containers()).toBe('');
    expect(guest.exists(STACKS)).toBe(false);
  });

  test('starts the controller with exactly what it needs, under the name of its customer', async () => {
    guest.write(BOOTSTRAP, JSON.stringify({ customer: { id: CUSTOMER } }), 0o600);
    const { code, stderr } = await guest.runUnit();
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`for ${CUSTOMER}.`) });
    expect(await inspect('{{.Config.Hostname}} {{.HostConfig.Privileged}}')).toBe(`${CUSTOMER} false`);
    const whence = '{{if eq .Type "bind"}}{{.Source}}{{else}}{{.Name}}{{end}}';
    const mounts = await inspect(`{{range .Mounts}}{{.Type}} ${whence} {{.Destination}} {{.RW}}\n{{end}}`);
    expect(mounts.split('\n').toSorted()).toEqual([
      'bind /etc/felhom-bootstrap /etc/felhom-bootstrap false',
      'bind /opt/docker/stacks /opt/docker/stacks true',
      'bind /var/run/docker.sock /var/run/docker.sock true',
      'volume felhom-controller-data /opt/docker/felhom-controller true',
    ]);
    const rights = await inspect(
      '{{.HostConfig.CapDrop}} {{.HostConfig.CapAdd}} {{.HostConfig.SecurityOpt}}',
    );
    expect(rights.replaceAll('CAP_', '')).toBe('[ALL] [CHOWN DAC_OVERRIDE FOWNER] [no-new-privileges]');
    expect(await inspect('{{.HostConfig.Memory}} {{.HostConfig.PidsLimit}} {{.HostConfig.Init}}')).toBe(
      `${512 * 1024 * 1024} 256 true`,
    );
    expect(await inspect('{{.HostConfig.RestartPolicy.Name}} {{.HostConfig.LogConfig.Config}}')).toBe(
      'always map[max-file:3 max-size:10m]',
    );
    expect(await inspect('{{len .HostConfig.PortBindings}} {{len .HostConfig.Devices}}')).toBe('0 0');
  });

  test('marks the folder of the stacks once', async () => {
    const mark = guest.read(SENTINEL);
    expect(mark).toMatch(/^[0-9a-f-]{36}\n$/);
    await guest.runUnit();
    expect(guest.read(SENTINEL)).toBe(mark);
  });

  test('leaves alone a controller that is as it should be', async () => {
    const before = await startedOnce();
    const { code, stderr } = await guest.runUnit();
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`runs for ${CUSTOMER}`) });
    expect(await startedOnce()).toBe(before);
  });

  test('starts one again that somebody has stopped or paused', async () => {
    const id = await inspect('{{.Id}}');
    await guest.docker('stop', NAME);
    expect((await guest.runUnit()).code).toBe(0);
    expect(await inspect('{{.Id}} {{.State.Status}}')).toBe(`${id} running`);
    await guest.docker('pause', NAME);
    expect((await guest.runUnit()).code).toBe(0);
    expect(await inspect('{{.Id}} {{.State.Status}}')).toBe(`${id} running`);
  });

  test('goes back to the former one when a new one does not stay up, says why, and tries it once', async () => {
    const id = await inspect('{{.Id}}');
    guest.write(IMAGE_FILE, `${DIES}\n`);
    const first = await guest.runUnit();
    expect(first.code).toBe(1);
    expect(first.stderr).toMatch(/does not stay up.*\nthe disk is on fire\n[^]*The former one runs again/);
    expect(await inspect('{{.Id}} {{.State.Status}}')).toBe(`${id} running`);
    expect(await containers()).toBe(NAME);
    const running = await startedOnce();
    const second = await guest.runUnit();
    expect(second.stderr).toContain(`${DIES} was tried and did not stay up`);
    expect(await startedOnce()).toBe(running);
  });

  test('takes up a replacement that was interrupted: the one that has shown that it runs comes back', async () => {
    const id = await inspect('{{.Id}}');
    await guest.docker('rename', NAME, `${NAME}.former`);
    await guest.docker('run', '--detach', '--label', 'eu.felhom.unit=half', '--name', NAME, DIES);
    guest.write(IMAGE_FILE, `${SLEEPS}\n`);
    expect((await guest.runUnit()).code).toBe(0);
    expect(await inspect('{{.Id}} {{.State.Status}}')).toBe(`${id} running`);
    expect(await containers()).toBe(NAME);
  });

  test('gives the controller a folder anew that was mounted later', async () => {
    await guest.run(['mount', '-t', 'tmpfs', 'tmpfs', STACKS]);
    guest.write(SENTINEL, 'a-disk-that-came-later\n');
    const { stderr } = await guest.runUnit();
    expect(stderr).toContain(`Started again: ${STACKS} is another folder since.`);
    expect(await guest.docker('exec', NAME, 'cat', SENTINEL)).toBe('a-disk-that-came-later');
    await guest.docker('stop', NAME);
    await guest.run(['umount', STACKS]);
  });

  test.each([
    ['another folder', { sentinel: '2f1e0d5c-0000-4000-8000-000000000000' }, 'is not the folder that'],
    ['a memory of which nothing can be read', { sentinel: 7 }, 'cannot be read'],
  ])('does not mark a folder when the controller remembers %s', async (_title, memory, said) => {
    guest.remove(SENTINEL);
    guest.write(guest.data('memory.json'), JSON.stringify(memory), 0o600);
    const { code, stderr } = await guest.runUnit();
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(said) });
    expect(guest.exists(SENTINEL)).toBe(false);
    guest.remove(guest.data('memory.json'));
  });

  test('touches no container of that name that somebody else has made', async () => {
    await guest.docker('rm', '--force', NAME);
    await guest.docker('run', '--detach', '--name', NAME, SLEEPS);
    const before = await startedOnce();
    const { code, stderr } = await guest.runUnit();
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringContaining('this unit has not made'),
    });
    expect(await startedOnce()).toBe(before);
    await guest.docker('rm', '--force', NAME);
  });
});

describe('The controller in it', { timeout: 60_000 }, () => {
  let hub: HubInside;
  beforeAll(async () => {
    if (missing !== undefined) return;
    hub = await startHubInside(guest.daemon, {
      generation: 3,
      customer: { id: CUSTOMER, domain: 'kovacs.hu', email: 'admin@kovacs.hu' },
      infrastructure: { cf_tunnel_token: TUNNEL_TOKEN, cf_api_token: API_TOKEN },
    });
    await makeFresh();
  });
  afterAll(() => hub?.stop());

  /** Nothing of ours is there but what provisioning left: bootstrap.json, and archives of the base stack. */
  const makeFresh = async () => {
    // The controller first, which would bring the others back; what it was doing may still go on for a moment.
    await guest.run(['docker', 'rm', '--force', NAME]);
    for (;;) {
      const rest = (await guest.docker('ps', '--all', '--quiet')).split('\n').filter((id) => id !== '');
      if (rest.length === 0) break;
      await guest.run(['docker', 'rm', '--force', ...rest]);
    }
    await guest.run(['docker', 'network', 'rm', BASE_NETWORK]);
    await guest.run(['docker', 'volume', 'rm', 'felhom-controller-data']);
    for (const { image } of BASE_SERVICES)
      await guest.run(['docker', 'image', 'rm', '--force', image.reference]);
    guest.remove(STACKS);
    await guest.docker('volume', 'create', 'felhom-controller-data');
    await saveStandIns(guest.data('images'));
    guest.write(BOOTSTRAP, JSON.stringify(withHub(hub.url)), 0o600);
    guest.write(IMAGE_FILE, `${guest.image}\n`);
  };
  /** From its death to its next start, by Docker's own events. */
  const dieAndComeMs = async (): Promise<number> => {
    const now = Date.now() / 1000;
    await guest.docker('kill', 'traefik');
    const events = await guest.docker(
      'events',
      '--since',
      now.toFixed(3),
      '--until',
      (now + 3).toFixed(3),
      '--filter',
      'container=traefik',
      '--format',
      '{{.TimeNano}} {{.Action}}',
    );
    const at = (action: string) =>
      Number(new RegExp(`^(\\d+) ${action}$`, 'm').exec(events)?.[1] ?? Infinity) / 1e6;
    return at('start') - at('die');
  };
  const isHealing = ({ subject, detail }: LedgerRecord) =>
    subject === 'traefik' && /137/.test(String(detail['cause']));
  const startedServices = async () =>
    guest.docker(
      'inspect',
      '--format',
      '{{.Name}} {{.Id}} {{.State.StartedAt}}',
      ...BASE_SERVICES.map(({ name }) => name),
    );

  test('brings a fresh guest up within 30 seconds, without any registry', async () => {
    const began = performance.now();
    const { code, stderr } = await guest.runUnit();
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(`Started ${guest.image}`) });
    await until(guest, controllerRoutes.health, ({ status }) => status === 'ok');
    const took = performance.now() - began;
    process.stdout.write(`A fresh guest is well after ${Math.round(took)} ms.\n`);
    expect(took).toBeLessThan(30_000);
    expect(await guest.docker('network', 'ls', '--format', '{{.Name}}')).toContain(BASE_NETWORK);
    expect((await containers()).split('\n').toSorted()).toEqual(
      [NAME, ...BASE_SERVICES.map(({ name }) => name)].toSorted(),
    );
    expect(guest.daemonLog()).toContain('POST /v1.');
    expect(guest.daemonLog()).not.toContain('fromImage');
  });

  test('has seeded its configuration, for root alone, and says so', async () => {
    const { mode, uid } = statSync(guest.data('controller.yaml'));
    expect([(mode & 0o777).toString(8), uid]).toEqual(['600', 0]);
    const said = await guest.run(['docker', 'logs', NAME]);
    expect(`${said.stdout}${said.stderr}`).toContain(
      `bootstrap: seeded controller.yaml (customer ${CUSTOMER}, generation 3): coming up configured`,
    );
  });

  test("reports its customer's id for a host name, and never the id of its container", async () => {
    const { base } = await until(guest, controllerRoutes.base, () => true);
    expect(base.controller).toMatchObject({ hostname: CUSTOMER, customer_id: CUSTOMER });
    expect(base.issues).toEqual([]);
  });

  test('is healthy for Docker, and `felhom` beside it tells what it keeps', async () => {
    await guest.docker('exec', NAME, 'node', '/opt/felhom/ask-health.mjs');
    const told = await guest.docker('exec', NAME, 'felhom', 'base', 'status');
    for (const { name } of BASE_SERVICES) expect(told).toContain(name);
  });

  test('finds nothing to do when it starts a second time', async () => {
    const before = await startedServices();
    const kept = guest.read(SENTINEL);
    await guest.docker('restart', NAME);
    await until(guest, controllerRoutes.health, ({ status }) => status === 'ok');
    await guest.runUnit();
    const { base } = await until(guest, controllerRoutes.base, (told) => told.base.last_pass !== null);
    expect(base.last_pass).toMatchObject({ applied: 0, converged: true });
    expect(await startedServices()).toBe(before);
    expect(guest.read(SENTINEL)).toBe(kept);
  });

  test('has traefik running again within a second of its death, and writes down why', async () => {
    // Other tests share the processors: the first of three deaths that is healed in time is enough.
    let took = await dieAndComeMs();
    for (let again = 0; took >= 1000 && again < 2; again++) took = await dieAndComeMs();
    process.stdout.write(`traefik runs again ${Math.round(took)} ms after its death.\n`);
    expect(took).toBeLessThan(1000);
    const { records } = await until(guest, controllerRoutes.ledger, (told) => told.records.some(isHealing));
    expect(records.find(isHealing)?.by).toBe(null);
  });

  test('shows no secret in what Docker tells or has been told, nor in its log', async () => {
    const token = readFileSync(guest.data('api-token'), 'utf8').trim();
    const told = [
      await guest.docker('inspect', NAME, ...BASE_SERVICES.map(({ name }) => name)),
      await guest.docker('top', NAME, '-eo', 'pid,args'),
      JSON.stringify(await guest.run(['docker', 'logs', NAME])),
      guest.daemonLog(),
    ].join('\n');
    // The same search finds what is there.
    expect(told).toContain(CUSTOMER);
    const found = [CUSTOMER_KEY, TUNNEL_TOKEN, API_TOKEN, token].filter((secret) => told.includes(secret));
    expect(found).toEqual([]);
  });

  test('takes back a rollout that dies within its settle time, and says which and why', async () => {
    const before = await guest.docker('inspect', '--format', '{{.Image}}', 'traefik');
    const reference = 'traefik:v3.6.8';
    const { archive } = await makeStandIn('traefik', { variant: 'crash-after-3s', reference });
    writeFileSync(join(guest.data('images'), 'traefik-new.tar'), archive);
    // The next version of the controller brings another traefik; the code that V8 kept is of this one.
    const next = 'felhom-controller:next';
    const rename = `sed -i 's/traefik:v3[.]6[.]7/${reference}/g' /opt/felhom/dist/*.js`;
    await guest.build(next, `RUN ${rename} && rm -f /opt/felhom/dist/*.code`);
    guest.write(IMAGE_FILE, `${next}\n`);
    expect((await guest.runUnit()).code).toBe(0);
    const { base } = await until(guest, controllerRoutes.base, (told) =>
      told.base.services.some(({ rolled_back: back, state }) => back !== null && state === 'running'),
    );
    const traefik = base.services.find(({ name }) => name === 'traefik');
    expect(traefik?.rolled_back).toMatchObject({
      image: reference,
      why: expect.stringMatching(/^exited with code/),
    });
    expect(await guest.docker('inspect', '--format', '{{.Image}} {{.State.Running}}', 'traefik')).toBe(
      `${before} true`,
    );
    const told = await guest.run(['docker', 'exec', NAME, 'felhom', 'base', 'status']);
    expect(told.stdout).toContain(reference);
    expect(told.stdout).toContain(traefik?.rolled_back?.why);
  });

  test.each([
    ['no stacks folder', []],
    [
      'a stacks folder that Docker has at another path',
      ['--mount', `type=bind,source=/opt,target=${STACKS}`],
    ],
  ])('deploys nothing when it was given %s, and says which mount is missing', async (_title, mount) => {
    await makeFresh();
    guest.write(SENTINEL, 'a-mark-of-somebody-else\n');
    await guest.docker(
      'run',
      '--detach',
      '--name',
      NAME,
      '--hostname',
      CUSTOMER,
      '--mount',
      'type=bind,source=/etc/felhom-bootstrap,target=/etc/felhom-bootstrap,readonly',
      '--mount',
      'type=volume,source=felhom-controller-data,target=/opt/docker/felhom-controller',
      '--mount',
      'type=bind,source=/var/run/docker.sock,target=/var/run/docker.sock',
      ...mount,
      guest.image,
    );
    const { status, issues } = await until(guest, controllerRoutes.health, (told) => told.status === 'fail');
    expect(status).toBe('fail');
    expect(issues.map(({ text, hint }) => `${text}: ${hint ?? ''}`).join('\n')).toContain(STACKS);
    expect(await containers()).toBe(NAME);
  });
});
