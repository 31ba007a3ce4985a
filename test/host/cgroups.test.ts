// Control groups: whose they are, and what they use.
import { expect, test } from 'vitest';
import { ownerOfCgroup, parseProcessCgroup } from '../../src/host/cgroup-names.ts';
import { createSubjects } from '../../src/host/all-subjects.ts';
import { createMachine } from '../../src/host/machine.ts';
import { INVENTED_HOST } from './invented-host.ts';
import { readSubject } from './read-subject.ts';
import { makeTree, writeTree } from './temp-tree.ts';

const ID = '3f2a91b07c5d'.padEnd(64, '0');

test.each([
  ['/lxc/9200', 'lxc 9200'],
  ['/lxc/9200-1/ns/init.scope', 'lxc 9200'],
  ['/lxc.monitor/9200', 'lxc 9200'],
  [`/lxc/9200/ns/system.slice/docker-${ID}.scope`, 'lxc 9200'],
  ['/qemu.slice/101.scope', 'vm 101'],
  [`/docker/${ID}`, 'docker 3f2a91b07c5d'],
  [`/system.slice/docker-${ID}.scope`, 'docker 3f2a91b07c5d'],
  [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${ID}.scope`, 'podman 3f2a91b07c5d'],
  ['/system.slice/ssh.service', 'ssh.service'],
  ['/system.slice/system-getty.slice/getty@tty1.service', 'getty@tty1.service'],
  ['/system.slice/dev\\x2ddisk.service', 'dev-disk.service'],
  ['/user.slice/user-1000.slice/session-3.scope', 'user 1000'],
  ['/init.scope', undefined],
  ['/', undefined],
])('%s belongs to %s', (path, owner) => {
  expect(ownerOfCgroup(path)?.name).toBe(owner);
});

test('Of version 1, the group that says most is taken', () => {
  expect(parseProcessCgroup('0::/lxc/9200/ns\n')).toBe('/lxc/9200/ns');
  expect(parseProcessCgroup(`9:name=systemd:/\n4:memory:/docker/${ID}\n0::/\n`)).toBe(`/docker/${ID}`);
  expect(parseProcessCgroup('0::/\n')).toBeUndefined();
});

test('Guests, containers, units and users are found, with use after a second look', async () => {
  const root = makeTree(INVENTED_HOST);
  let now = 0;
  const machine = createMachine({ root, clock: { now: () => 0, monotonic: () => now } });
  const subjects = createSubjects();
  const look = async () => {
    const reading = await readSubject(machine, 'processes', undefined, subjects);
    if (reading.state !== 'ok') throw new Error(reading.code);
    return reading.value;
  };
  const first = await look();
  expect(first.cgroups.map(({ name, kind }) => `${kind} ${name}`).toSorted()).toEqual([
    'docker docker c0ffee012345',
    'lxc lxc 9200',
    'qemu vm 101',
    'service chrony.service',
    'service getty@tty1.service',
    'service ssh.service',
    'user user 1000',
  ]);
  expect(first.cgroups.every(({ cpu }) => cpu === null)).toBe(true);
  expect(first.top_cpu).toMatchObject([{ pid: 1000, owner: 'lxc 9200', name: 'a) R (\u001b]52;c;' }]);

  writeTree(root, {
    '/sys/fs/cgroup/lxc/9200/cpu.stat': 'usage_usec 4000000\n',
    '/sys/fs/cgroup/qemu.slice/101.scope/cpu.stat': 'usage_usec 5\n',
  });
  now += 2000;
  const second = await look();
  expect(second.cgroups[0]).toMatchObject({ name: 'lxc 9200', cpu: 1.5, memory_bytes: 536_870_912 });
  expect(second.cgroups.find(({ name }) => name === 'vm 101')?.cpu).toBeNull();
  expect(second.cgroups.find(({ kind }) => kind === 'docker')?.memory_bytes).toBeNull();
});

test('Version 1 has its memory and its time in two trees', async () => {
  const root = makeTree({
    '/proc/1/stat': '1 (init) S 0 1 1 0 -1 4194560 1 0 0 0 5 5 0 0 20 0 1 0 1 1000 10 1 1 1\n',
    [`/sys/fs/cgroup/memory/docker/${ID}/memory.usage_in_bytes`]: '4096\n',
    [`/sys/fs/cgroup/cpuacct/docker/${ID}/cpuacct.usage`]: '1000000\n',
  });
  const reading = await readSubject(createMachine({ root }), 'processes');
  expect(reading).toMatchObject({
    value: { cgroups: [{ name: 'docker 3f2a91b07c5d', memory_bytes: 4096 }] },
  });
});

test('A host with a thousand groups is read in part, guests first', async () => {
  const files: Record<string, string> = { ...INVENTED_HOST };
  for (let index = 0; index < 1000; index += 1) {
    files[`/sys/fs/cgroup/system.slice/unit-${index}.service/memory.current`] = '1\n';
  }
  const reading = await readSubject(createMachine({ root: makeTree(files) }), 'processes');
  if (reading.state !== 'ok') throw new Error(reading.code);
  expect(reading.value.cgroups.length).toBe(200);
  expect(reading.value.cgroups.map(({ name }) => name)).toContain('vm 101');
});
