// The overview's one-line facts: each says its value, or why there is none.
import { tellMissing } from '../base/texts/tell-missing.ts';
import { tell } from '../base/texts/tell.ts';
import type { Text, TextKey } from '../base/texts/text.ts';
import { formatDuration, formatShare } from '../base/units.ts';
import type { Facts, Subject } from '../contracts/all-facts.ts';
import type { Reading } from '../contracts/reading.ts';
import type { FactMap } from '../doctor/rule.ts';

export type StatusLine = { readonly label: TextKey; readonly value: string; readonly missing: boolean };
type Show<S extends Subject> = (value: Facts[S], text: Text) => string;

/** What this machine does not have (no Proxmox, no ZFS) is left out; what could not be read is not. */
export function listStatusLines(facts: FactMap, text: Text): readonly StatusLine[] {
  const line = <T>(
    label: TextKey,
    reading: Reading<T> | undefined,
    show: (value: T, text: Text) => string,
  ): StatusLine[] => {
    if (reading === undefined || reading.state === 'absent') return [];
    if (reading.state === 'ok') return [{ label, value: show(reading.value, text), missing: false }];
    return [{ label, value: tellMissing(text, reading), missing: true }];
  };
  return [
    ...line('status.machine', facts.identity, (value) => showMachine(value, facts, text)),
    ...line('status.cpu', facts.cpu, showCpu),
    ...line('status.load', facts.load, ({ load1, load5, load15 }) =>
      [load1, load5, load15].map((load) => load.toFixed(2)).join(' '),
    ),
    ...line('status.memory', facts.memory, showMemory),
    ...(facts.memory?.state === 'ok' ? line('status.swap', facts.memory, showSwap) : []),
    ...line('status.pressure', facts.pressure, showPressure),
    ...line('status.temperature', facts.temperatures, ({ cpu_temp_c }) =>
      cpu_temp_c === null
        ? text('status.temperature.none')
        : tell(text, { text: 'status.temperature.cpu', params: { now_celsius: cpu_temp_c } }),
    ),
    ...line('status.network', facts.network, showNetwork),
    ...line('status.proxmox', facts.proxmox, showProxmox),
    ...line('status.containers', facts.containers, showContainers),
    ...line('status.base-stack', facts.base_stack, showBaseStack),
    ...line('status.zfs', facts.zfs, showZfs).filter(({ value }) => value !== ''),
    ...line('status.lvm', facts.lvm, showLvm).filter(({ value }) => value !== ''),
  ];
}

function showMachine(identity: Facts['identity'], facts: FactMap, text: Text): string {
  const { hostname, os_name, kernel_release, architecture, proxmox_version } = identity;
  const uptime = facts.uptime?.state === 'ok' ? facts.uptime.value.uptime_s : undefined;
  const words = [
    hostname,
    proxmox_version === null ? os_name : `Proxmox VE ${proxmox_version}`,
    `Linux ${kernel_release} ${architecture}`,
    uptime === undefined ? null : text('status.up', { up_ms: formatDuration(uptime * 1000, text.language) }),
  ];
  return words.filter((word) => word !== null).join(', ');
}

const showCpu: Show<'cpu'> = ({ use, threads, model }, text) =>
  text('status.cpu.line', {
    busy_percent: use === null ? text('status.cpu.unknown-use') : formatShare(use.busy, text.language),
    threads,
    model: model ?? '-',
  });

const showMemory: Show<'memory'> = ({ memory_used, memory_total, memory_available }, text) =>
  tell(text, {
    text: 'status.memory.line',
    params: {
      used_bytes: memory_used,
      total_bytes: memory_total,
      used_percent: (memory_used / memory_total) * 100,
      available_bytes: memory_available,
    },
  });

const showSwap: Show<'memory'> = ({ swap_total, swap_used }, text) =>
  swap_total === 0
    ? text('status.swap.none')
    : tell(text, {
        text: 'status.swap.line',
        params: { used_bytes: swap_used, total_bytes: swap_total },
      });

const showPressure: Show<'pressure'> = (pressure, text) => {
  const show = (resource: keyof typeof pressure) => {
    const line = pressure[resource]?.some;
    return line === undefined ? '-' : formatShare(line.avg60 / 100, text.language);
  };
  return text('status.pressure.line', { cpu: show('cpu'), memory: show('memory'), io: show('io') });
};

const showNetwork: Show<'network'> = ({ links }) => {
  const named = links.filter(({ kind, addresses }) => kind !== 'loopback' && addresses.length > 0);
  return named.map(({ name, addresses }) => `${name} ${addresses[0] ?? ''}`).join(', ') || '-';
};

const showProxmox: Show<'proxmox'> = ({ version, node, guests }, text) => {
  const real = guests.filter(({ template }) => !template);
  const running = real.filter(({ status }) => status === 'running').length;
  return text('status.proxmox.line', { version, node, running, guests: real.length });
};

const showBaseStack: Show<'base_stack'> = ({ status, services }, text) =>
  text('status.base-stack.line', {
    status: text(`guest-status.${status}`),
    running: services.filter(({ state }) => state === 'running').length,
    total: services.length,
  });

const showContainers: Show<'containers'> = ({ containers }, text) =>
  text('status.containers.line', {
    running: containers.filter(({ state }) => state === 'running').length,
    total: containers.length,
    unhealthy: containers.filter(({ health }) => health === 'unhealthy').length,
  });

const showZfs: Show<'zfs'> = ({ pools }, text) =>
  pools
    .map(({ name, state, allocated_bytes, size_bytes }) =>
      text('status.pool.line', {
        name,
        state,
        used_percent:
          allocated_bytes === null || size_bytes === null || size_bytes === 0
            ? '-'
            : formatShare(allocated_bytes / size_bytes, text.language),
      }),
    )
    .join(', ');

const showLvm: Show<'lvm'> = ({ thin_pools }, text) =>
  thin_pools
    .map(({ group, name, data_percent }) =>
      text('status.pool.line', {
        name: `${group}/${name}`,
        state: '',
        used_percent: data_percent === null ? '-' : formatShare(data_percent / 100, text.language),
      }),
    )
    .join(', ');
