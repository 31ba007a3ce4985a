// What lies below this machine, by the words of systemd-detect-virt(1): a container manager, a
// hypervisor, or `none` on metal. From files that anyone may read: /proc/1/environ, which
// systemd asks too, holds secrets.
import type { Machine } from './machine.ts';
import { readLine } from './read-fact.ts';

export type Virtualization = { readonly kind: 'container' | 'vm' | 'none'; readonly name: string };

const NONE: Virtualization = { kind: 'none', name: 'none' };

/** A container's answer goes first: the hypervisor below it is its host's affair. */
export async function detectVirtualization(machine: Machine): Promise<Virtualization> {
  const container = await detectContainer(machine);
  if (container !== undefined) return { kind: 'container', name: container };
  const hypervisor = await detectHypervisor(machine);
  return hypervisor === undefined ? NONE : { kind: 'vm', name: hypervisor };
}

/** The container manager, or nothing outside of containers. */
export async function detectContainer(machine: Machine): Promise<string | undefined> {
  const mountinfo = (await readLine(machine, '/proc/self/mountinfo')) ?? '';
  const kernelThread = (await readLine(machine, '/proc/2/stat')) ?? '';
  if (seesWholeMachine(kernelThread, mountinfo)) return undefined;
  // Left by Docker and Podman in every container of theirs.
  if ((await machine.readText('/.dockerenv')).state === 'ok') return 'docker';
  if ((await machine.readText('/run/.containerenv')).state === 'ok') return 'podman';
  // Left by a systemd that runs as process 1 of a container.
  const manager = await readLine(machine, '/run/systemd/container');
  if (manager !== undefined && /^[a-z0-9-]{1,32}$/.test(manager)) return manager;
  return containerOf(
    (await readLine(machine, '/proc/sys/kernel/osrelease')) ?? '',
    (await readLine(machine, '/proc/1/cgroup')) ?? '',
    mountinfo,
  );
}

/**
 * The kernel's own threads show only in the first process namespace. A machine that was started
 * from a container's image keeps that image's marks and is none; a container that shares its
 * host's processes still has layers for a root.
 */
const seesWholeMachine = (kernelThread: string, mountinfo: string): boolean =>
  kernelThread.startsWith('2 (kthreadd)') && !/ \/ \/ .* - (overlay|aufs|fuse\.\S+) /m.test(mountinfo);

function containerOf(kernelRelease: string, initCgroup: string, mountinfo: string): string | undefined {
  if (/microsoft|\bWSL/i.test(kernelRelease)) return 'wsl';
  // LXC guests without systemd: lxcfs lies over files of /proc, and only in there.
  if (/ \/proc\/\S+ .* - fuse\.lxcfs /m.test(mountinfo)) return 'lxc';
  if (/[:/]lxc(\.payload)?[./]/m.test(initCgroup)) return 'lxc';
  // Version 1 control groups are not hidden from their inhabitants.
  if (/\/(docker[/-]|kubepods)/m.test(initCgroup)) return 'docker';
  return undefined;
}

async function detectHypervisor(machine: Machine): Promise<string | undefined> {
  if ((await readLine(machine, '/sys/hypervisor/type')) === 'xen') {
    const capabilities = (await readLine(machine, '/proc/xen/capabilities')) ?? '';
    return capabilities.includes('control_d') ? undefined : 'xen';
  }
  const files = ['product_name', 'sys_vendor', 'board_vendor', 'bios_vendor'];
  const dmi: string[] = [];
  for (const file of files) dmi.push((await readLine(machine, `/sys/class/dmi/id/${file}`)) ?? '');
  const clocks = await readLine(
    machine,
    '/sys/devices/system/clocksource/clocksource0/available_clocksource',
  );
  const cpuinfo = (await readLine(machine, '/proc/cpuinfo')) ?? '';
  const deviceTree = (await readLine(machine, '/proc/device-tree/hypervisor/compatible')) ?? '';
  return hypervisorOf(dmi, clocks ?? '', /^flags\s*:.*\bhypervisor\b/m.test(cpuinfo), deviceTree);
}

/** What firmware calls a virtual machine. `sure` ones never name real hardware. */
const FIRMWARE: readonly { readonly starts: string; readonly name: string; readonly sure: boolean }[] = [
  { starts: 'KVM', name: 'kvm', sure: true },
  { starts: 'OpenStack', name: 'kvm', sure: true },
  { starts: 'KubeVirt', name: 'kvm', sure: true },
  { starts: 'QEMU', name: 'qemu', sure: true },
  { starts: 'VMware', name: 'vmware', sure: true },
  { starts: 'VMW', name: 'vmware', sure: true },
  { starts: 'innotek GmbH', name: 'oracle', sure: true },
  { starts: 'VirtualBox', name: 'oracle', sure: true },
  { starts: 'Xen', name: 'xen', sure: true },
  { starts: 'Bochs', name: 'bochs', sure: true },
  { starts: 'Parallels', name: 'parallels', sure: true },
  { starts: 'BHYVE', name: 'bhyve', sure: true },
  { starts: 'Apple Virtualization', name: 'apple', sure: true },
  { starts: 'Amazon EC2', name: 'amazon', sure: false },
  { starts: 'Google', name: 'google', sure: false },
  { starts: 'Microsoft Corporation', name: 'microsoft', sure: false },
  { starts: 'Oracle Corporation', name: 'oracle', sure: false },
];

function hypervisorOf(
  dmi: readonly string[],
  clocks: string,
  cpuSaysHypervisor: boolean,
  deviceTree: string,
): string | undefined {
  const kvmClock = clocks.includes('kvm-clock');
  for (const { starts, name, sure } of FIRMWARE) {
    if (!(sure || cpuSaysHypervisor || kvmClock)) continue;
    // QEMU's firmware says QEMU with and without the kernel's help; only KVM has its clock.
    if (dmi.some((word) => word.startsWith(starts))) return name === 'qemu' && kvmClock ? 'kvm' : name;
  }
  if (kvmClock || deviceTree.includes('linux,kvm')) return 'kvm';
  if (clocks.includes('hyperv')) return 'microsoft';
  if (deviceTree.includes('xen')) return 'xen';
  return cpuSaysHypervisor ? 'vm-other' : undefined;
}
