// What the controller remembers and what it was given: unreadable, lost, or not its own. Nothing is guessed then.
import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { InspectedContainer } from '../../../src/clients/engine.ts';
import { judgeSelf, type Given } from '../../../src/controller/loop/look-at-self.ts';
import { openMemory } from '../../../src/controller/loop/memory-file.ts';
import { notePause } from '../../../src/controller/plan/transitions.ts';
import { makeStacksFolder, readStacksFolder } from '../../../src/controller/loop/stacks-folder.ts';
import { createLog } from '../../../src/daemon/log.ts';

let folder: string;
const lines: string[] = [];
const log = createLog('info', { write: (line) => void lines.push(line) });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'felhom-memory-'));
  lines.length = 0;
});
afterEach(async () => rm(folder, { recursive: true }));

describe('memory.json', () => {
  const pause = { reason: 'disk work', from: 1, until: 2, by: 'anna' };

  test('is on the disk when asked for, and comes back', async () => {
    const path = join(folder, 'memory.json');
    const memory = await openMemory(path, log);
    expect([memory.isNew, await memory.lost()]).toEqual([true, null]);
    memory.change((known) => notePause({ ...known, sentinel: 'an-id-of-mine' }, 'traefik', pause));
    await memory.keep();
    const again = await openMemory(path, log);
    expect([again.isNew, await again.lost()]).toEqual([false, null]);
    expect(again.current()).toEqual(memory.current());
    expect(again.current().services.traefik?.pause).toEqual(pause);
  });

  test.each([
    ['torn', '{"sentinel": "an-id-of'],
    ['of another kind', '{"sentinel": 7}'],
    ['empty', ''],
  ])(
    '%s: said, begun anew, and nobody knows any more which stacks folder is ours',
    async (_what, content) => {
      const path = join(folder, 'memory.json');
      await writeFile(path, content);
      const memory = await openMemory(path, log);
      expect(memory.isNew).toBe(false);
      expect(await memory.lost()).toContain('memory.json cannot be read');
      expect(lines.join('')).toContain('memory.json cannot be read');
      await makeStacksFolder(join(folder, 'stacks'));
      const options = { remembered: memory.current().sentinel, lost: await memory.lost(), misplaced: null };
      const { folder: judged } = await readStacksFolder(join(folder, 'stacks'), options);
      expect(judged.state).toBe('wrong');
      // Written over, the next start would take any folder for a new one.
      memory.change((known) => notePause(known, 'traefik', pause));
      await expect(memory.keep()).rejects.toThrow('not written over');
      expect(await readFile(path, 'utf8')).toBe(content);
      expect(memory.issues().map(({ code }) => code)).toEqual(['memory-not-written']);
      // A person has looked, and removes it.
      await rm(path);
      expect(await memory.lost()).toBeNull();
      await memory.keep();
      expect((await openMemory(path, log)).current().services.traefik?.pause).toEqual(pause);
    },
  );

  test('of a newer version: what is known is kept, and the stacks folder is still ours', async () => {
    const path = join(folder, 'memory.json');
    const failures = { step: 'a-step-to-come', hash: null, count: 1, last: 1, nextTry: 2, why: 'x' };
    const service = { deaths: [{ at: 1, exitCode: 1 }], pause, rejected: null, more: 7 };
    const newer = {
      sentinel: 'an-id-of-mine',
      lastGoodDaemon: '28.5 1.3',
      services: { traefik: { ...service, failures }, 'a-service-to-come': service },
      shared: { network: failures },
      more: true,
    };
    await writeFile(path, JSON.stringify(newer));
    const memory = await openMemory(path, log);
    expect(await memory.lost()).toBeNull();
    expect(memory.current()).toEqual({
      sentinel: 'an-id-of-mine',
      lastGoodDaemon: '28.5 1.3',
      services: { traefik: { deaths: service.deaths, pause, rejected: null, failures: null } },
      shared: {},
    });
  });

  test('that cannot be written is an issue until it can', async () => {
    const data = join(folder, 'data');
    await writeFile(data, 'in the way');
    const memory = await openMemory(join(folder, 'data', 'memory.json'), log).catch(() => undefined);
    // A file in the place of the folder: nothing can be read there either.
    expect(await memory?.lost()).toContain('ENOTDIR');
    await rm(data);
    const fresh = await openMemory(join(data, 'memory.json'), log);
    await writeFile(data, 'in the way');
    fresh.change((known) => ({ ...known, lastGoodDaemon: '20.10 1.1' }));
    await expect(fresh.keep()).rejects.toThrow('EEXIST');
    expect(fresh.issues().map(({ code }) => code)).toEqual(['memory-not-written']);
    await rm(data);
    await fresh.keep();
    expect(fresh.issues()).toEqual([]);
  });
});

describe('the stacks folder', () => {
  const look = async (remembered: string | null, misplaced: string | null = null) =>
    (await readStacksFolder(join(folder, 'stacks'), { remembered, lost: null, misplaced })).folder;

  test('is right by its sentinel alone', async () => {
    expect(await look(null)).toMatchObject({ state: 'wrong', why: expect.stringContaining('is not there') });
    await makeStacksFolder(join(folder, 'stacks'));
    expect(await look(null)).toEqual({ state: 'new' });
    const id = (await readFile(join(folder, 'stacks/.felhom-stacks'), 'utf8')).trim();
    expect(await look(id)).toEqual({ state: 'right' });
    expect(await look('another-id-0001')).toMatchObject({ state: 'wrong' });
    expect(await look(id, 'it lies elsewhere')).toEqual({ state: 'wrong', why: 'it lies elsewhere' });
    await chmod(join(folder, 'stacks'), 0o777);
    expect(await look(id)).toMatchObject({ why: expect.stringContaining('others may write') });
  });

  test('with anything in it is never made ours by itself', async () => {
    await mkdir(join(folder, 'stacks/filebrowser'), { recursive: true });
    await makeStacksFolder(join(folder, 'stacks'));
    expect(await look(null)).toMatchObject({ state: 'wrong' });
  });

  test('with a link for a sentinel, or nonsense in it, is not ours', async () => {
    await mkdir(join(folder, 'stacks'));
    await writeFile(join(folder, 'id'), 'an-id-of-mine\n');
    await symlink(join(folder, 'id'), join(folder, 'stacks/.felhom-stacks'));
    expect(await look('an-id-of-mine')).toMatchObject({ why: expect.stringContaining('cannot be read') });
    await rm(join(folder, 'stacks/.felhom-stacks'));
    await writeFile(join(folder, 'stacks/.felhom-stacks'), '\n');
    expect(await look(null)).toMatchObject({ why: expect.stringContaining('holds no id') });
  });
});

describe('what the controller was given', () => {
  const given: Given = {
    hostname: 'kovacs',
    bootstrapFolder: '/etc/felhom-bootstrap',
    dataFolder: '/opt/docker/felhom-controller',
    socketPath: '/var/run/docker.sock',
    stacksDir: '/opt/docker/stacks',
  };
  const mount = (type: string, source: string, target: string, readOnly = false) => ({
    type,
    source,
    target,
    readOnly,
  });
  const MOUNTS = [
    mount('bind', '/etc/felhom-bootstrap', given.bootstrapFolder, true),
    mount('volume', '/var/lib/docker/volumes/felhom-controller-data/_data', given.dataFolder),
    mount('bind', '/run/docker.sock', given.socketPath),
    mount('bind', '/opt/docker/stacks', given.stacksDir),
  ];
  const container = (change: Partial<InspectedContainer> = {}): InspectedContainer => ({
    id: 'c0ffee',
    name: 'felhom-controller',
    image: 'felhom-controller:0.4',
    imageId: 'sha256:1',
    state: 'running',
    labels: {},
    health: null,
    exitCode: null,
    oomKilled: false,
    startError: '',
    startedAt: 1,
    finishedAt: null,
    createdAt: 1,
    restartCount: 0,
    restartPolicy: 'always',
    privileged: false,
    hostname: 'kovacs',
    memoryBytes: 0,
    pidsLimit: 0,
    networks: {},
    mounts: MOUNTS,
    ...change,
  });
  const without = (target: string) => MOUNTS.filter((one) => one.target !== target);
  const judge = (change?: Partial<InspectedContainer>) =>
    judgeSelf('felhom-controller', container(change), given);

  test('as its unit gives it: nothing to say', () => {
    expect(judge()).toEqual({ misplaced: null, issues: [] });
  });

  test.each([
    ['no stacks folder', { mounts: without(given.stacksDir) }, 'not mounted'],
    [
      'the stacks folder elsewhere for Docker (section G)',
      { mounts: [...without(given.stacksDir), mount('bind', '/srv/stacks', given.stacksDir)] },
      'is /srv/stacks for Docker: both must be the same path',
    ],
    [
      'a volume for the stacks folder',
      {
        mounts: [...without(given.stacksDir), mount('volume', '/var/lib/docker/volumes/x', given.stacksDir)],
      },
      'is a volume and no folder of the guest',
    ],
    [
      'the stacks folder read-only',
      { mounts: [...without(given.stacksDir), mount('bind', given.stacksDir, given.stacksDir, true)] },
      'mounted read-only',
    ],
    ['the name of another container', { hostname: 'other' }, 'has the host name other'],
  ])('%s: nothing may be deployed', (_what, change, why) => {
    const { misplaced, issues } = judge(change);
    expect(misplaced).toContain(why);
    expect(issues.map(({ level }) => level)).toEqual(['fail']);
  });

  test('no such container: nothing may be deployed', () => {
    expect(judgeSelf('felhom-controller', undefined, given).misplaced).toContain(
      'has no container felhom-controller',
    );
  });

  test.each([
    ['privileged', { privileged: true }, 'controller-privileged', 'felhom-controller'],
    ['no bootstrap', { mounts: without(given.bootstrapFolder) }, 'controller-mount', given.bootstrapFolder],
    [
      'a bootstrap that it could write',
      { mounts: [...without(given.bootstrapFolder), mount('bind', '/x', given.bootstrapFolder)] },
      'controller-mount',
      given.bootstrapFolder,
    ],
    ['no data volume', { mounts: without(given.dataFolder) }, 'controller-mount', given.dataFolder],
    ['no socket', { mounts: without(given.socketPath) }, 'controller-mount', given.socketPath],
    [
      'a mount too many',
      { mounts: [...MOUNTS, mount('bind', '/dev', '/dev')] },
      'controller-mount-extra',
      '/dev',
    ],
  ])('%s is named', (_what, change, code, subject) => {
    const { misplaced, issues } = judge(change);
    expect(misplaced).toBeNull();
    expect(issues).toMatchObject([{ code, subject }]);
  });
});
