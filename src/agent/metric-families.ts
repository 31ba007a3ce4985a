// What `/metrics` tells, from facts to families (Prometheus's naming: base units, the unit last). What could
// not be read has no sample, and counts in `felhom_subject_ok`.
import type { Facts, Subject } from '../contracts/all-facts.ts';
import { healthStatus } from '../contracts/facts/base-stack.ts';
import { flaggedDevices } from '../contracts/flagged-devices.ts';
import { isOpen } from '../contracts/facts/operations.ts';
import { valueOf, type Reading } from '../contracts/reading.ts';
import { freshReport } from '../doctor/guest-report.ts';
import type { Family, Sample } from './exposition.ts';

export type MetricReadings = { readonly [S in Subject]?: Reading<Facts[S]> };

type Labels = Readonly<Record<string, string>>;
type Options = Pick<Family, 'unit'> & { readonly type?: Family['type'] };

export function metricFamilies(
  readings: MetricReadings,
  about: { readonly version: string; readonly now: number },
): readonly Family[] {
  const memory = valueOf(readings.memory);
  const load = valueOf(readings.load);
  const uptime = valueOf(readings.uptime);
  const temperatures = valueOf(readings.temperatures);
  const pressure = valueOf(readings.pressure);
  const cpu = valueOf(readings.cpu);
  const mounts = valueOf(readings.filesystems)?.filesystems ?? [];
  const links = valueOf(readings.network)?.links ?? [];
  const smart = valueOf(readings.smart)?.disks ?? [];
  const storages = valueOf(readings.proxmox)?.storages ?? [];
  const pools = valueOf(readings.zfs)?.pools ?? [];
  const operations = valueOf(readings.operations)?.operations ?? [];
  const guests = valueOf(readings.guests)?.guests;
  const ledger = valueOf(readings.ledger);
  const sync = valueOf(readings.time_sync);
  const flags = valueOf(readings.disk_flags)?.flags;
  const disks = (valueOf(readings.disks)?.devices ?? []).filter(
    ({ kind }) => kind !== 'rom' && kind !== 'zram',
  );
  const filled = mounts.flatMap((mount) =>
    mount.fill.state === 'ok'
      ? [
          {
            labels: { mountpoint: mount.mount_point, device: mount.device, fstype: mount.fs_type },
            fill: mount.fill.value,
          },
        ]
      : [],
  );
  const reports = smart.flatMap(({ device, type, report }) =>
    report.state === 'ok' ? [{ labels: { device, type }, report: report.value }] : [],
  );

  return [
    family('felhom_build_info', 'Version of the agent.', [sample(1, { version: about.version })]),
    family(
      'felhom_subject_ok',
      'Whether a group of facts could be read (1), is missing although it should be there (0).',
      Object.entries(readings).flatMap(([subject, { state }]) =>
        state === 'absent' ? [] : [sample(state === 'ok' ? 1 : 0, { subject })],
      ),
    ),
    family('felhom_memory_total_bytes', 'Memory of the host.', one(memory?.memory_total), { unit: 'bytes' }),
    family('felhom_memory_used_bytes', 'Memory in use: total less available.', one(memory?.memory_used), {
      unit: 'bytes',
    }),
    family('felhom_swap_used_bytes', 'Swap in use.', one(memory?.swap_used), { unit: 'bytes' }),
    family('felhom_load1', 'Load average over one minute.', one(load?.load1)),
    family('felhom_load5', 'Load average over five minutes.', one(load?.load5)),
    family('felhom_load15', 'Load average over fifteen minutes.', one(load?.load15)),
    family('felhom_uptime_seconds', 'Time since the host was started.', one(uptime?.uptime_s), {
      unit: 'seconds',
    }),
    family(
      'felhom_cpu_busy_ratio',
      'Share of processor time in use, between two looks.',
      one(cpu?.use?.busy),
      {
        unit: 'ratio',
      },
    ),
    family(
      'felhom_cpu_temperature_celsius',
      "Temperature of the processor's package.",
      one(temperatures?.cpu_temp_c),
      {
        unit: 'celsius',
      },
    ),
    family(
      'felhom_pressure_some_ratio',
      'Share of the last minute in which something waited for a resource.',
      Object.entries(pressure ?? {}).flatMap(([resource, lines]) =>
        lines === null ? [] : [sample(lines.some.avg60 / 100, { resource })],
      ),
      { unit: 'ratio' },
    ),
    family(
      'felhom_time_synchronised',
      "Whether the kernel's clock is disciplined.",
      flag(sync?.synchronised),
    ),
    family(
      'felhom_filesystem_size_bytes',
      'Size of a mounted file system.',
      filled.map(({ labels, fill }) => sample(fill.size_bytes, labels)),
      { unit: 'bytes' },
    ),
    family(
      'felhom_filesystem_available_bytes',
      'What an ordinary user may still write there.',
      filled.map(({ labels, fill }) => sample(fill.available_bytes, labels)),
      { unit: 'bytes' },
    ),
    family(
      'felhom_network_received_bytes',
      'Bytes received by a link.',
      links.map(({ name, rx_bytes }) => sample(rx_bytes, { link: name })),
      { unit: 'bytes', type: 'counter' },
    ),
    family(
      'felhom_network_sent_bytes',
      'Bytes sent by a link.',
      links.map(({ name, tx_bytes }) => sample(tx_bytes, { link: name })),
      { unit: 'bytes', type: 'counter' },
    ),
    family(
      'felhom_disk_size_bytes',
      'Size of a block device.',
      disks.map((disk) => sample(disk.size_bytes, { device: disk.name })),
      { unit: 'bytes' },
    ),
    family(
      'felhom_disk_info',
      'What a block device is.',
      disks.map((disk) =>
        sample(1, {
          device: disk.name,
          kind: disk.kind,
          model: disk.model ?? '',
          serial: disk.serial ?? '',
          durable_id: disk.durable_id ?? '',
        }),
      ),
    ),
    // Only from flags that were read: what nobody looked at is not told as one or the other.
    family(
      'felhom_disk_data_bearing',
      'Whether a block device may hold data (1), or every byte of it was read and is zero (0).',
      flags === undefined
        ? []
        : flaggedDevices(disks, flags).map(({ name, data_bearing, verdict }) =>
            sample(data_bearing ? 1 : 0, { device: name, verdict }),
          ),
    ),
    family(
      'felhom_disk_scan_done_ratio',
      'How much of a block device a running scan has read.',
      (flags ?? []).flatMap(({ name, scan }) =>
        scan === null || scan.state !== 'running' || scan.bytes_total === 0
          ? []
          : [sample(scan.bytes_done / scan.bytes_total, { device: name })],
      ),
      { unit: 'ratio' },
    ),
    family(
      'felhom_disk_read_bytes',
      'Bytes read from a block device.',
      disks.flatMap(({ name, io }) => (io === null ? [] : [sample(io.read_bytes, { device: name })])),
      { unit: 'bytes', type: 'counter' },
    ),
    family(
      'felhom_disk_written_bytes',
      'Bytes written to a block device.',
      disks.flatMap(({ name, io }) => (io === null ? [] : [sample(io.written_bytes, { device: name })])),
      { unit: 'bytes', type: 'counter' },
    ),
    family(
      'felhom_smart_temperature_celsius',
      'Temperature of a disk, as SMART tells it.',
      reports.flatMap(({ labels, report }) => one(report.temperature_c, labels)),
      { unit: 'celsius' },
    ),
    family(
      'felhom_smart_passed',
      'Whether a disk passes its own check.',
      reports.flatMap(({ labels, report }) => flag(report.passed, labels)),
    ),
    family(
      'felhom_smart_reallocated_sectors',
      'Sectors that a disk has replaced.',
      reports.flatMap(({ labels, report }) => one(report.reallocated_sectors, labels)),
    ),
    family(
      'felhom_storage_size_bytes',
      "Size of one of Proxmox's storages.",
      storages.flatMap(({ name, type, size_bytes }) => one(size_bytes, { storage: name, type })),
      { unit: 'bytes' },
    ),
    family(
      'felhom_storage_used_bytes',
      "What is used of one of Proxmox's storages.",
      storages.flatMap(({ name, type, used_bytes }) => one(used_bytes, { storage: name, type })),
      { unit: 'bytes' },
    ),
    family(
      'felhom_zfs_pool_online',
      'Whether a ZFS pool is whole.',
      pools.map(({ name, state }) => sample(state === 'ONLINE' ? 1 : 0, { pool: name, state })),
    ),
    family(
      'felhom_operations_open',
      'Operations that wait or run.',
      readings.operations?.state === 'ok'
        ? (['pending', 'approved', 'claimed'] as const).map((state) =>
            sample(operations.filter((operation) => isOpen(operation) && operation.state === state).length, {
              state,
            }),
          )
        : [],
    ),
    family(
      'felhom_guest_reported_seconds',
      'When a guest last reported, since 1970.',
      (guests ?? []).flatMap(({ vmid, reported }) =>
        reported === null ? [] : [sample(reported / 1000, { vmid: String(vmid) })],
      ),
      { unit: 'seconds' },
    ),
    family(
      'felhom_guest_report_age_seconds',
      'Time since a guest last reported.',
      (guests ?? []).flatMap(({ vmid, reported }) =>
        reported === null ? [] : [sample(Math.max(0, about.now - reported) / 1000, { vmid: String(vmid) })],
      ),
      { unit: 'seconds' },
    ),
    // What a guest said long ago is not told as how it is.
    family(
      'felhom_guest_status',
      'What a guest last reported of itself, while that is fresh: 1 at its status, 0 at the others.',
      (guests ?? []).flatMap((guest) => {
        const fresh = freshReport(guest, about.now);
        if (fresh === undefined) return [];
        const vmid = String(guest.vmid);
        return healthStatus.options.map((status) =>
          sample(fresh.report.status === status ? 1 : 0, { vmid, status }),
        );
      }),
    ),
    family(
      'felhom_guest_running',
      'Whether a guest runs, as Proxmox says.',
      (valueOf(readings.proxmox)?.guests ?? [])
        .filter(({ template }) => !template)
        .map(({ vmid, kind, status }) => sample(status === 'running' ? 1 : 0, { vmid: String(vmid), kind })),
    ),
    family('felhom_ledger_records', 'Records in the ledger.', one(ledger?.count)),
    family('felhom_ledger_intact', "Whether the ledger's chain holds.", flag(ledger?.intact)),
  ];
}

const sample = (value: number, labels?: Labels): Sample =>
  labels === undefined ? { value } : { value, labels };

const one = (value: number | null | undefined, labels?: Labels): readonly Sample[] =>
  value === null || value === undefined || !Number.isFinite(value) ? [] : [sample(value, labels)];

const flag = (value: boolean | null | undefined, labels?: Labels): readonly Sample[] =>
  value === null || value === undefined ? [] : [sample(value ? 1 : 0, labels)];

function family(name: string, help: string, samples: readonly Sample[], options: Options = {}): Family {
  const { unit, type = 'gauge' } = options;
  return { name, help, type, samples, ...(unit === undefined ? {} : { unit }) };
}
