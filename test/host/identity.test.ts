// Identity: the role and what lies below, from files of many kinds of machine.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RunTool } from '../../src/base/run-tool.ts';
import { parseOsName } from '../../src/host/identity.ts';
import { createMachine } from '../../src/host/machine.ts';
import { parseUptime } from '../../src/host/uptime.ts';
import { readSubject } from './read-subject.ts';
import { makeTree } from './temp-tree.ts';

const KERNEL = { '/proc/sys/kernel/hostname': 'box\n', '/proc/sys/kernel/osrelease': '6.8.12-9-pve\n' };
const PROXMOX = {
  '/usr/share/perl5/PVE/pvecfg.pm': "sub version_text {\n    return '8.4.1/2a5fa54a8503f96d';\n}\n",
};
const KVM = {
  '/sys/class/dmi/id/sys_vendor': 'QEMU\n',
  '/sys/devices/system/clocksource/clocksource0/available_clocksource': 'kvm-clock tsc\n',
};
const LXCFS = '400 300 0:50 /proc/meminfo /proc/meminfo rw,nosuid - fuse.lxcfs lxcfs rw,user_id=0\n';
const ROOT = '22 1 8:1 / / rw - ext4 /dev/sda1 rw\n';

test.each([
  ['plain', 'none', {}],
  ['proxmox-host', 'none', PROXMOX],
  ['proxmox-host', 'kvm', { ...PROXMOX, ...KVM }],
  ['vm-guest', 'kvm', KVM],
  ['vm-guest', 'qemu', { '/sys/class/dmi/id/sys_vendor': 'QEMU\n' }],
  ['vm-guest', 'vmware', { '/sys/class/dmi/id/product_name': 'VMware Virtual Platform\n' }],
  [
    'vm-guest',
    'oracle',
    { '/sys/class/dmi/id/board_vendor': 'Oracle Corporation\n', '/proc/cpuinfo': 'flags : fpu hypervisor\n' },
  ],
  [
    'plain',
    'none',
    { '/sys/class/dmi/id/sys_vendor': 'Microsoft Corporation\n', '/proc/cpuinfo': 'flags\t: fpu vmx\n' },
  ],
  ['vm-guest', 'vm-other', { '/proc/cpuinfo': 'flags\t: fpu hypervisor lahf_lm\n' }],
  ['vm-guest', 'kvm', { '/proc/device-tree/hypervisor/compatible': 'linux,kvm\0' }],
  ['plain', 'none', { '/sys/hypervisor/type': 'xen\n', '/proc/xen/capabilities': 'control_d\n' }],
  ['vm-guest', 'xen', { '/sys/hypervisor/type': 'xen\n' }],
  ['lxc-guest', 'lxc', { '/run/systemd/container': 'lxc', ...KVM }],
  ['lxc-guest', 'lxc', { '/proc/self/mountinfo': ROOT + LXCFS }],
  ['lxc-guest', 'lxc', { '/proc/1/cgroup': '4:memory:/lxc/101\n' }],
  ['container', 'docker', { '/.dockerenv': '', ...PROXMOX }],
  ['container', 'podman', { '/run/.containerenv': '' }],
  ['container', 'systemd-nspawn', { '/run/systemd/container': 'systemd-nspawn\n' }],
  ['container', 'docker', { '/proc/1/cgroup': '4:memory:/docker/0123\n' }],
  [
    'vm-guest',
    'kvm',
    { '/.dockerenv': '', '/proc/2/stat': '2 (kthreadd) S 0', '/proc/self/mountinfo': ROOT, ...KVM },
  ],
  [
    'container',
    'docker',
    {
      '/.dockerenv': '',
      '/proc/2/stat': '2 (kthreadd) S 0',
      '/proc/self/mountinfo': '1 0 0:40 / / rw - overlay overlay rw\n',
    },
  ],
])('A machine is a %s on %s (%j)', async (role, virtualization, files) => {
  const reading = await readSubject(createMachine({ root: makeTree({ ...KERNEL, ...files }) }), 'identity');
  expect(reading).toMatchObject({ state: 'ok', value: { role, virtualization } });
});

test("Proxmox's version comes from its own file, without asking Perl", async () => {
  const asked: string[] = [];
  const runTool: RunTool = async ({ file }) => {
    asked.push(file);
    return Promise.resolve({ state: 'missing' });
  };
  const reading = await readSubject(
    createMachine({ root: makeTree({ ...KERNEL, ...PROXMOX }), runTool }),
    'identity',
  );
  expect(reading).toMatchObject({ value: { proxmox_version: '8.4.1' } });
  expect(asked).toEqual([]);
});

test('A Proxmox whose file is not understood is asked with pveversion', async () => {
  const runTool: RunTool = async () =>
    Promise.resolve({
      state: 'ended',
      code: 0,
      stdout: 'pve-manager/9.0.3/025864202ebb6109 (running kernel: 6.14.8-2-pve)\n',
      stderr: '',
    });
  const root = makeTree({ ...KERNEL, '/usr/share/perl5/PVE/pvecfg.pm': 'package Changed;\n' });
  const reading = await readSubject(createMachine({ root, runTool }), 'identity');
  expect(reading).toMatchObject({ value: { role: 'proxmox-host', proxmox_version: '9.0.3' } });
});

test('A recorded machine does not borrow the architecture of the one that reads it', async () => {
  const reading = await readSubject(createMachine({ root: makeTree(KERNEL) }), 'identity');
  expect(reading).toMatchObject({
    value: { hostname: 'box', architecture: null, os_name: null, boot_id: null },
  });
});

test('This machine tells its own name, kernel and boot', async () => {
  const line = (path: string) => readFileSync(path, 'utf8').trim();
  expect(await readSubject(createMachine(), 'identity')).toMatchObject({
    value: {
      hostname: line('/proc/sys/kernel/hostname'),
      kernel_release: line('/proc/sys/kernel/osrelease'),
      boot_id: line('/proc/sys/kernel/random/boot_id'),
    },
  });
});

test.each([
  ['PRETTY_NAME="Debian GNU/Linux 13 (trixie)"\n', 'Debian GNU/Linux 13 (trixie)'],
  ["NAME=x\nPRETTY_NAME='Alpine'\n", 'Alpine'],
  ['PRETTY_NAME=Arch\n', 'Arch'],
  ['PRETTY_NAME="A \\"quoted\\" one"\n', 'A "quoted" one'],
  ['PRETTY_NAME=""\n', undefined],
  ['NAME=Debian\n', undefined],
])('%j names %s', (text, name) => {
  expect(parseOsName(text)).toBe(name);
});

test('Uptime is the first number', () => {
  expect(parseUptime('350735.47 234388.90\n')).toEqual({ uptime_s: 350735.47 });
  expect(parseUptime('-1 2\n')).toBeUndefined();
});
