// Every rule with facts that trigger it, and with facts that just do not.
import { expect, test } from 'vitest';
import { absent, failed } from '../../src/contracts/reading.ts';
import { allRules } from '../../src/doctor/all-rules.ts';
import type { FactMap } from '../../src/doctor/rule.ts';
import * as make from './facts.ts';

type Case = readonly [rule: string, title: string, facts: FactMap, expected: readonly string[]];

/** `severity subject` of each finding. */
function look(id: string, facts: FactMap): readonly string[] {
  const rule = allRules.find((one) => one.id === id);
  const outcome = rule?.examine({ facts, now: make.NOW });
  if (outcome?.state !== 'found') return [];
  return outcome.found.map(({ severity, subject }) => `${severity} ${subject}`.trim());
}

const MINUTE_MS = 60_000;
const { mount, filesystems, sensor, smart, kernel, backup, DAY_MS } = make;
const hung = failed('timeout', '/mnt/nas', make.NOW, 'nfs mount /mnt/nas');
const swapping = (percent: number, stalled: number): FactMap => ({
  ...make.memory({ swap_total: 100, swap_used: percent }),
  ...make.pressure({ memory: stalled }),
});

const CASES: readonly Case[] = [
  [
    'controller-silent',
    'no sign of one is none',
    { base_stack: absent('not-here', 'controller', make.NOW) },
    [],
  ],
  [
    'controller-silent',
    'one that should answer and does not fails',
    { base_stack: failed('no-answer', '/x/controller.sock', make.NOW, 'ECONNREFUSED') },
    ['fail felhom-controller'],
  ],
  [
    'controller-silent',
    "root's socket is no silence",
    { base_stack: failed('no-permission', '/x/controller.sock', make.NOW, 'EACCES') },
    [],
  ],
  ['base-stack', 'all is well', make.base(), []],
  [
    'base-stack',
    'what fails fails',
    make.base({ issues: [make.issue('traefik', 'fail')] }),
    ['fail traefik'],
  ],
  [
    'base-stack',
    'one service is one finding, as bad as its worst',
    make.base({
      issues: [make.issue('traefik', 'warn'), make.issue('traefik', 'fail'), make.issue('hub', 'unknown')],
    }),
    ['fail traefik', 'warn hub'],
  ],
  [
    'base-stack',
    'what is about the guest as a whole explains nothing else away',
    make.base({ issues: [make.issue('', 'fail')] }),
    ['fail guest'],
  ],
  [
    'base-stack',
    'what is held down warns, with what it is said to lack',
    make.base({ issues: [make.issue('traefik', 'warn')], paused: 'traefik' }),
    ['warn traefik'],
  ],
  ['memory', '10 % available is enough', make.availableMemory(10), []],
  ['memory', 'below 10 % warns', make.availableMemory(9.9), ['warn']],
  ['memory', 'below 4 % fails', make.availableMemory(3.9), ['fail']],
  ['memory', 'ZFS gives its cache back', make.availableMemory(3, { arc_size: 30 * 1024 ** 3 }), []],
  ['swap', 'full swap without waiting is fine', swapping(100, 9), []],
  ['swap', 'waiting without swap in use is no swapping', swapping(20, 50), []],
  ['swap', 'both warn', swapping(30, 10), ['warn']],
  ['swap', 'much of both fails', swapping(30, 30), ['fail']],
  ['disk-full', '84 % is room', filesystems(mount({ used_share: 0.849 })), []],
  ['disk-full', '85 % warns', filesystems(mount({ used_share: 0.85 })), ['warn /data']],
  ['disk-full', '95 % fails', filesystems(mount({ used_share: 0.95 })), ['fail /data']],
  [
    'disk-full',
    'an image is always full',
    filesystems(mount({ used_share: 1 }, { fs_type: 'squashfs' })),
    [],
  ],
  [
    'disk-full',
    'a read-only mount cannot fill up',
    filesystems(mount({ used_share: 1 }, { read_only: true })),
    [],
  ],
  [
    'disk-full',
    'one device mounted twice is found once, by its shortest mount point',
    filesystems(mount({ used_share: 1 }, { mount_point: '/data/inner' }), mount({ used_share: 1 })),
    ['fail /data'],
  ],
  [
    'disk-full',
    'the overlay of a container shows the fill of what lies below it',
    filesystems(
      mount({ used_share: 1 }),
      mount({ used_share: 1 }, { fs_type: 'overlay', mount_point: '/merged', device_number: '0:50' }),
    ),
    ['fail /data'],
  ],
  [
    'disk-full',
    'a file system without a size is none',
    filesystems(mount({ used_share: 1, size_bytes: 0 })),
    [],
  ],
  ['inodes', '84 % is room', filesystems(mount({ inodes_used: 849 })), []],
  ['inodes', '85 % warns', filesystems(mount({ inodes_used: 850 })), ['warn /data']],
  ['inodes', '95 % fails', filesystems(mount({ inodes_used: 950 })), ['fail /data']],
  ['inodes', 'btrfs has no fixed number', filesystems(mount({ inodes_used: null, inodes_total: null })), []],
  ['filesystem-hung', 'one that answers is fine', filesystems(mount({})), []],
  [
    'filesystem-hung',
    'one that does not is named',
    filesystems({ ...mount({}), fill: hung }),
    ['fail /data'],
  ],
  ['cpu-temperature', '84 °C without limits is fine', sensor(84), []],
  ['cpu-temperature', '85 °C without limits warns', sensor(85), ['warn']],
  ['cpu-temperature', '95 °C without limits fails', sensor(95), ['fail']],
  [
    'cpu-temperature',
    'its own high limit counts',
    sensor(79, { high_celsius: 78, critical_celsius: 100 }),
    ['warn'],
  ],
  [
    'cpu-temperature',
    'a high limit equal to the critical one warns 10 degrees before',
    sensor(89, { high_celsius: 100, critical_celsius: 100 }),
    [],
  ],
  [
    'cpu-temperature',
    'just below its critical limit it fails',
    sensor(97, { critical_celsius: 100 }),
    ['fail'],
  ],
  ['cpu-temperature', 'a limit of 65261 °C is none', sensor(90, { critical_celsius: 65261 }), ['warn']],
  ['cpu-temperature', 'a disk is no processor', sensor(99, { chip: 'nvme', device: 'nvme0n1' }), []],
  ['disk-temperature', 'an NVMe disk at 69 °C is fine', sensor(69, { chip: 'nvme', device: 'nvme0n1' }), []],
  [
    'disk-temperature',
    'an NVMe disk above its own limit warns',
    sensor(82, { chip: 'nvme', device: 'nvme0n1', high_celsius: 81.8, critical_celsius: 84.8 }),
    ['warn /dev/nvme0n1'],
  ],
  ['disk-temperature', 'a spinning disk at 49 °C is fine', smart({ temperature_c: 49 }), []],
  ['disk-temperature', 'a spinning disk at 50 °C warns', smart({ temperature_c: 50 }), ['warn /dev/sda']],
  [
    'disk-temperature',
    'a solid one at 50 °C is fine',
    smart({ temperature_c: 50, rotation_rate_rpm: 0 }),
    [],
  ],
  ['disk-temperature', 'a disk that does not tell is no cold one', smart({ temperature_c: null }), []],
  ['smart-failing', 'one that passes is fine', smart({}), []],
  ['smart-failing', 'one that fails is named', smart({}, { verdict: 'failing' }), ['fail /dev/sdb']],
  ['smart-prefail', 'one that fails now is another rule', smart({ verdict: 'failing' }), []],
  [
    'smart-prefail',
    'one before its failure is named',
    smart({ verdict: 'prefail', exit_status: 16 }),
    ['fail /dev/sda'],
  ],
  [
    'smart-prefail',
    'one whose limit was reached in the past warns',
    smart({ verdict: 'prefail' }),
    ['warn /dev/sda'],
  ],
  ['smart-worn', 'unknown is not worn', smart({ verdict: 'unknown' }), []],
  ['smart-worn', 'one with errors of dying disks is named', smart({ verdict: 'worn' }), ['warn /dev/sda']],
  ['disk-errors', 'nine replaced sectors are normal', smart({ reallocated_sectors: 9 }), []],
  ['disk-errors', 'ten are not', smart({ reallocated_sectors: 10 }), ['warn /dev/sda']],
  ['disk-errors', 'one unreadable sector is not', smart({ pending_sectors: 1 }), ['warn /dev/sda']],
  ['disk-errors', 'a failed self-test is not', smart({ self_test_failed: true }), ['warn /dev/sda']],
  ['disk-wear', '89 % is fine', smart({ wear_percent: 89 }), []],
  ['disk-wear', '90 % warns', smart({ wear_percent: 90 }), ['warn /dev/sda']],
  ['disk-wear', '100 % fails', smart({ wear_percent: 100 }), ['fail /dev/sda']],
  ['disk-wear', 'few spare blocks warn', smart({ available_spare_percent: 9 }), ['warn /dev/sda']],
  ['io-errors', 'another complaint is none', kernel({ kind: 'other' }), []],
  ['io-errors', 'the disk is named as SMART names it', kernel({ kind: 'io' }), ['fail /dev/sda']],
  [
    'io-errors',
    'two messages about one disk are one finding',
    kernel({ kind: 'io' }, { kind: 'io', message: 'another' }),
    ['fail /dev/sda'],
  ],
  ['filesystem-errors', 'a quiet kernel is fine', kernel(), []],
  ['filesystem-errors', 'damage fails', kernel({ kind: 'filesystem' }), ['fail /dev/sda']],
  ['kernel-fault', 'a quiet kernel is fine', kernel(), []],
  ['kernel-fault', 'an oops warns', kernel({ subject: null }), ['warn']],
  ['io-errors', 'a loop device is no disk', kernel({ kind: 'io', subject: 'loop2' }), ['warn /dev/loop2']],
  [
    'io-errors',
    'a controller is called as the kernel calls it',
    kernel({ kind: 'io', subject: 'ata1' }),
    ['fail ata1'],
  ],
  ['machine-check', 'a quiet kernel is fine', kernel(), []],
  ['machine-check', 'a report warns', kernel({ kind: 'machine-check', subject: null }), ['warn']],
  ['out-of-memory', 'a quiet kernel is fine', kernel(), []],
  ['out-of-memory', 'a killed process is named', kernel({ kind: 'oom', subject: 'java' }), ['warn java']],
  ['hung-task', 'a quiet kernel is fine', kernel(), []],
  ['hung-task', 'a stuck process is named', kernel({ kind: 'hung-task', subject: 'cp' }), ['warn cp']],
  ['pressure', 'waiting for a processor a little is fine', make.pressure({ cpu: 49 }), []],
  ['pressure', 'waiting for a processor half of the time warns', make.pressure({ cpu: 50 }), ['warn cpu']],
  ['pressure', 'a processor alone never fails', make.pressure({ cpu: 100 }), ['warn cpu']],
  ['pressure', 'disks at 24 % are fine', make.pressure({ io: 24 }), []],
  ['pressure', 'disks at 60 % fail', make.pressure({ io: 60 }), ['fail io']],
  ['pressure', 'memory at 10 % warns', make.pressure({ memory: 10 }), ['warn memory']],
  ['load', 'just below two a thread is fine', make.load(7.9, 4), []],
  ['load', 'two a thread warn', make.load(8, 4), ['warn']],
  ['load', 'five a thread fail', make.load(20, 4), ['fail']],
  ['time-not-synchronised', 'a synchronised clock is fine', make.timeSync(true), []],
  ['time-not-synchronised', 'just after a boot it may take a while', make.timeSync(false, 299), []],
  ['time-not-synchronised', 'later it warns', make.timeSync(false, 300), ['warn']],
  [
    'reader-failed',
    'what this machine does not have is no failure',
    { smart: absent('no-tool', 'smartctl', 1) },
    [],
  ],
  [
    'reader-failed',
    'what could not be read is named',
    { smart: failed('timeout', 'smartctl', 1) },
    ['warn smart'],
  ],
  [
    'reader-failed',
    'a disk that alone could not be read is named',
    {
      smart: make.good({
        disks: [{ device: '/dev/sdc', type: 'sat', report: failed('tool-failed', 'smartctl', 1) }],
      }),
    },
    ['warn /dev/sdc'],
  ],
  [
    'reader-failed',
    "a user's private mount that refuses root is none",
    filesystems({ ...mount({}), fill: failed('no-permission', 'statfs', 1) }),
    [],
  ],
  ['zfs-pool', 'ONLINE without errors is fine', make.zfs({}), []],
  ['zfs-pool', 'DEGRADED warns', make.zfs({ state: 'DEGRADED' }), ['warn rpool']],
  ['zfs-pool', 'SUSPENDED fails', make.zfs({ state: 'SUSPENDED' }), ['fail rpool']],
  ['zfs-pool', 'ONLINE with errors warns', make.zfs({ checksum_errors: 1 }), ['warn rpool']],
  ['zfs-full', '79 % is fine', make.zfs({ allocated_bytes: 799 }), []],
  ['zfs-full', '80 % warns', make.zfs({ allocated_bytes: 800 }), ['warn rpool']],
  ['zfs-full', '93 % fails', make.zfs({ allocated_bytes: 930 }), ['fail rpool']],
  ['thin-pool', '79 % is fine', make.thinPool(79.9, 79.9), []],
  ['thin-pool', 'its data at 80 % warn', make.thinPool(80), ['warn pve/data']],
  ['thin-pool', 'its metadata at 95 % fail', make.thinPool(1, 95), ['fail pve/data (metadata)']],
  ['lvm-missing', 'a whole group is fine', make.group(0), []],
  ['lvm-missing', 'a group that lacks a disk fails', make.group(1), ['fail pve']],
  ['backup-failed', 'a good one is fine', make.proxmox(backup(0, 'OK'), null), []],
  ['backup-failed', 'one with warnings is a backup', make.proxmox(backup(0, 'WARNINGS: 2'), null), []],
  ['backup-failed', 'one that runs has not failed', make.proxmox(backup(0, null), null), []],
  ['backup-failed', 'an error fails', make.proxmox(backup(0, 'job errors'), null), ['fail']],
  ['backup-old', 'eight days are fine', make.proxmox(null, backup(8 * DAY_MS, 'OK')), []],
  ['backup-old', 'more warn', make.proxmox(null, backup(8 * DAY_MS + 1, 'OK')), ['warn']],
  ['backup-old', 'a month fails', make.proxmox(null, backup(32 * DAY_MS, 'OK')), ['fail']],
  ['backup-old', 'none at all warns', make.proxmox(null, null), ['warn']],
  ['backup-old', 'a host with templates only needs none', make.proxmox(null, null, true), []],
  ['container-unhealthy', 'a healthy one is fine', make.container({}), []],
  [
    'container-unhealthy',
    'an unhealthy one warns',
    make.container({ health: 'unhealthy' }),
    ['warn traefik'],
  ],
  [
    'container-unhealthy',
    'a protected one fails',
    make.container({ health: 'unhealthy', protected: true }),
    ['fail traefik'],
  ],
  ['container-restarting', 'a running one is fine', make.container({}), []],
  [
    'container-restarting',
    'one that restarts warns',
    make.container({ state: 'restarting' }),
    ['warn traefik'],
  ],
  ['container-stopped', 'one of ours to stop may be stopped', make.container({ state: 'exited' }), []],
  [
    'container-stopped',
    'a protected one may not',
    make.container({ state: 'exited', protected: true }),
    ['fail traefik'],
  ],
  ['agent-silent', 'one that answers is fine', make.operations({}), []],
  ['agent-silent', 'a machine without one is fine', { operations: absent('not-here', 'x', make.NOW) }, []],
  [
    'agent-silent',
    'one whose socket refuses warns',
    { operations: failed('no-answer', '/run/x.sock', make.NOW, 'ECONNREFUSED') },
    ['warn operations'],
  ],
  [
    'agent-silent',
    'one that this person may not ask is no finding',
    { operations: failed('no-permission', '/run/x.sock', make.NOW, 'EACCES') },
    [],
  ],
  ['ledger-broken', 'a whole one is fine', make.ledger(null), []],
  ['ledger-broken', 'a broken one fails', make.ledger('record 2'), ['fail']],
  [
    'installation-changed',
    'one that was only made is fine',
    make.ledger(null, 'op.done', 'install.made'),
    [],
  ],
  [
    'installation-changed',
    'one that changed warns',
    make.ledger(null, 'agent.started', 'install.changed', 'install.made'),
    ['warn'],
  ],
  ...['install.accepted', 'install.restored'].map((what): (typeof CASES)[number] => [
    'installation-changed',
    `${what} ends it`,
    make.ledger(null, what, 'install.changed', 'install.made'),
    [],
  ]),
  [
    'signers-refused',
    'files that can be used are fine',
    { ...make.signers(true, 1), ...make.operations({}) },
    [],
  ],
  [
    'signers-refused',
    'files that cannot be used any more warn',
    { ...make.signers(false, 1), ...make.operations() },
    ['warn'],
  ],
  ['signers-refused', 'none at all are fine', { ...make.signers(false, 0), ...make.operations() }, []],
  [
    'signers-refused',
    'none at all warn when something waits for a signature',
    { ...make.signers(false, 0), ...make.operations({ data_bearing: true }) },
    ['warn'],
  ],
  ['operation-interrupted', 'one that runs is fine', make.operations({ state: 'claimed' }), []],
  [
    'operation-interrupted',
    'one that had not written warns, for a week',
    make.operations(
      { state: 'interrupted' },
      { state: 'interrupted', updated: make.NOW - 8 * DAY_MS, durable_id: 'byid:other' },
    ),
    ['warn byid:wwn-0x5000039ddb108568'],
  ],
  [
    'operation-interrupted',
    'one that had written fails until something newer is done to the disk',
    make.operations(
      { state: 'interrupted', dirty: true, stage: 'wiping', updated: make.NOW - 40 * DAY_MS },
      { state: 'interrupted', dirty: true, durable_id: 'byid:mended', created: 1 },
      { state: 'done', dirty: true, durable_id: 'byid:mended', created: 2 },
    ),
    ['fail byid:wwn-0x5000039ddb108568'],
  ],
  ['guest-failing', 'one that is well is fine', make.guestOfHost(), []],
  [
    'guest-failing',
    'one that fails is named',
    make.guestOfHost({ report: { status: 'fail' } }),
    ['fail 9200'],
  ],
  ['guest-failing', 'one that warns warns', make.guestOfHost({ report: { status: 'warn' } }), ['warn 9200']],
  ['guest-failing', 'unknown is not ok', make.guestOfHost({ report: { status: 'unknown' } }), ['warn 9200']],
  [
    'guest-failing',
    'what it said six minutes ago tells nothing of now',
    make.guestOfHost({ report: { status: 'fail' }, ageMs: 6 * MINUTE_MS }),
    [],
  ],
  ['guest-silent', 'five minutes are a while', make.guestOfHost({ ageMs: 5 * MINUTE_MS }), []],
  ['guest-silent', 'more are silence', make.guestOfHost({ ageMs: 5 * MINUTE_MS + 1 }), ['warn 9200']],
  ['guest-silent', 'one that never reported is silent', make.guestOfHost({ report: null }), ['warn 9200']],
  [
    'guest-silent',
    'one that has just been started has time',
    make.guestOfHost({ report: null, proxmox: { uptime_s: 240 } }),
    [],
  ],
  [
    'guest-silent',
    'so has one that reported before it was shut down for a week',
    make.guestOfHost({ ageMs: 7 * DAY_MS, proxmox: { uptime_s: 240 } }),
    [],
  ],
  [
    'guest-silent',
    'one that does not run says nothing',
    make.guestOfHost({ report: null, proxmox: { status: 'stopped' } }),
    [],
  ],
  ['guest-silent', 'one without a token is none of ours', make.guestOfHost({ report: null, tokens: 0 }), []],
  [
    'guest-silent',
    'without Proxmox nobody knows whether it runs',
    { ...make.guestOfHost({ report: null }), proxmox: absent('not-here', 'pvesh', make.NOW) },
    [],
  ],
  [
    'guest-names',
    'a domain behind a name, and its case, are no other name',
    make.guestOfHost({ proxmox: { name: 'Demo.example.org' } }),
    [],
  ],
  [
    'guest-names',
    "the template's name that stayed is found",
    make.guestOfHost({ proxmox: { name: 'felhom-golden' }, report: { guest_hostname: 'felhom-golden' } }),
    ['warn 9200'],
  ],
  [
    'guest-names',
    'so is a rename that did not reach the guest',
    make.guestOfHost({ report: { guest_hostname: 'felhom-golden' } }),
    ['warn 9200'],
  ],
  [
    'guest-names',
    'the id of a container is no name',
    make.guestOfHost({ report: { hostname: '3dff0fe73b5c', guest_hostname: null } }),
    ['warn 9200'],
  ],
  [
    'guest-names',
    'what is not known differs from nothing',
    make.guestOfHost({ proxmox: { name: null }, report: { hostname: null } }),
    [],
  ],
];

test.each(CASES)('%s: %s', (rule, _title, facts, expected) => {
  expect(look(rule, facts)).toEqual(expected);
});

test.each(allRules)('$id has a case that triggers it and one that does not', ({ id }) => {
  const own = CASES.filter(([rule]) => rule === id);
  expect(own.some(([, , , expected]) => expected.length > 0)).toBe(true);
  expect(own.some(([, , , expected]) => expected.length === 0)).toBe(true);
});

test("a guest's names are told apart with the command that mends them, and a hostile one stays a word", () => {
  const rule = allRules.find(({ id }) => id === 'guest-names');
  const cureOf = (change: Parameters<typeof make.guestOfHost>[0]) => {
    const outcome = rule?.examine({ facts: make.guestOfHost(change), now: make.NOW });
    return outcome?.state === 'found' ? outcome.found[0]?.cure : undefined;
  };
  const golden = { proxmox: { name: 'felhom-golden' } };
  expect(cureOf(golden)).toMatchObject({ text: 'rule.guest-names.cure.lxc', params: { name: 'demo' } });
  expect(cureOf({ proxmox: { ...golden.proxmox, kind: 'qemu' } })?.text).toBe('rule.guest-names.cure.qemu');
  const hostile = { hostname: '$(reboot)', customer_id: '; reboot', guest_hostname: 'x; reboot' };
  expect(cureOf({ ...golden, report: hostile })?.params['name']).toBe('NAME');
});
