// The controller's image as a checkout makes it, and the unit that starts it in a guest, on a Docker of the test's
// own: no registry, no internet.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { findProgram } from '../setup/find-program.ts';
import { missingForDaemon } from '../docker/daemon.ts';
import { BOOTSTRAP, IMAGE_FILE, SENTINEL, STACKS, startImageGuest, type ImageGuest } from './image-guest.ts';

const missing =
  missingForDaemon() ?? (findProgram('debootstrap') === undefined ? 'debootstrap missing' : undefined);
const NAME = 'felhom-controller';
const CUSTOMER = 'demo-felhom';

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

describe('The unit', () => {
  /** Images of the same program that does something else: the unit does not look inside. */
  const SLEEPS = 'felhom-controller:sleeps';
  const DIES = 'felhom-controller:dies';
  beforeAll(async () => {
    if (missing !== undefined) return;
    await guest.derive(SLEEPS, ['sleep', '1000']);
    await guest.derive(DIES, ['sh', '-c', 'echo the disk is on fire; sleep 1; exit 3']);
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
