// Facts of a healthy machine, for tests to spoil one at a time.
import type { Facts } from '../../src/contracts/all-facts.ts';
import type { HealthIssue } from '../../src/contracts/facts/base-stack.ts';
import type { Container } from '../../src/contracts/facts/containers.ts';
import type { Filesystem, FilesystemFill } from '../../src/contracts/facts/filesystems.ts';
import { guestReport, type GuestReport } from '../../src/contracts/facts/guests.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import type { SmartReport } from '../../src/contracts/facts/smart.ts';
import { ok, type Reading } from '../../src/contracts/reading.ts';
import type { FactMap } from '../../src/doctor/rule.ts';

export const NOW = 1_780_000_000_000;
export const DAY_MS = 86_400_000;
const GIB = 1024 ** 3;

export const good = <T>(value: T): Reading<T> => ok(value, 'test', NOW);

export const memory = (change: Partial<Facts['memory']> = {}): FactMap => ({
  memory: good({
    memory_total: 100 * GIB,
    memory_available: 50 * GIB,
    memory_used: 50 * GIB,
    memory_free: 40 * GIB,
    buffers: 0,
    cached: 0,
    swap_total: 8 * GIB,
    swap_used: 0,
    arc_size: null,
    ...change,
  }),
});
/** With this share of memory available. */
export const availableMemory = (percent: number, more: Partial<Facts['memory']> = {}): FactMap =>
  memory({ memory_available: percent * GIB, memory_used: (100 - percent) * GIB, ...more });

const line = (avg60: number) => ({ avg10: avg60, avg60, avg300: avg60, total_us: 0 });
export const pressure = (avg60: { cpu?: number; memory?: number; io?: number }): FactMap => ({
  pressure: good({
    cpu: { some: line(avg60.cpu ?? 0), full: null },
    memory: { some: line(avg60.memory ?? 0), full: line(avg60.memory ?? 0) },
    io: { some: line(avg60.io ?? 0), full: line(avg60.io ?? 0) },
  }),
});

const fill = (change: Partial<FilesystemFill>): Reading<FilesystemFill> =>
  good({
    size_bytes: 100 * GIB,
    used_bytes: 10 * GIB,
    available_bytes: 90 * GIB,
    used_share: 0.1,
    inodes_total: 1000,
    inodes_used: 10,
    ...change,
  });
export const mount = (change: Partial<FilesystemFill>, more: Partial<Filesystem> = {}): Filesystem => ({
  mount_point: '/data',
  device: '/dev/sdb1',
  device_number: '8:17',
  fs_type: 'ext4',
  read_only: false,
  fill: fill(change),
  ...more,
});
export const filesystems = (...mounts: Filesystem[]): FactMap => ({
  filesystems: good({ filesystems: mounts }),
});

type Sensor = Facts['temperatures']['sensors'][number];
export const sensor = (celsius: number, change: Partial<Sensor> = {}): FactMap => ({
  temperatures: good({
    cpu_temp_c: null,
    sensors: [
      {
        chip: 'coretemp',
        label: 'Package id 0',
        celsius,
        high_celsius: null,
        critical_celsius: null,
        device: null,
        ...change,
      },
    ],
  }),
});

const report = (change: Partial<SmartReport> = {}): SmartReport => ({
  model: 'WDC WD40EFRX',
  serial: 'WD-1',
  firmware: null,
  capacity_bytes: 4e12,
  rotation_rate_rpm: 5400,
  verdict: 'passed',
  passed: true,
  temperature_c: 35,
  power_on_hours: 1000,
  power_cycles: 10,
  wear_percent: null,
  available_spare_percent: null,
  reallocated_sectors: 0,
  pending_sectors: 0,
  uncorrectable_errors: 0,
  media_errors: null,
  error_log_entries: 0,
  self_test_failed: false,
  exit_status: 0,
  attributes: [],
  ...change,
});
export const smart = (...changes: Partial<SmartReport>[]): FactMap => ({
  smart: good({
    disks: changes.map((change, index) => ({
      device: `/dev/sd${'abcdef'[index] ?? 'z'}`,
      type: 'sat',
      report: good(report(change)),
    })),
  }),
});

type KernelError = Facts['kernel_errors']['errors'][number];
export const kernel = (...errors: Partial<KernelError>[]): FactMap => ({
  kernel_errors: good({
    since: NOW - 3_600_000,
    errors: errors.map((error) => ({
      kind: 'other' as const,
      message: 'a message',
      subject: 'sda',
      first_at: NOW - 1000,
      last_at: NOW - 500,
      count: 2,
      ...error,
    })),
  }),
});

export const load = (load5: number, threads = 4, blocked = 0): FactMap => ({
  load: good({ load1: load5, load5, load15: load5, runnable: 1, entities: 100 }),
  cpu: good({
    model: null,
    cores: threads,
    threads,
    use: null,
    ticks: { user: 0, system: 0, iowait: 0, steal: 0, idle: 0 },
    per_core: [],
  }),
  processes: good({
    total: 10,
    blocked,
    zombies: 0,
    top_cpu: [{ pid: 7, name: 'burn', state: 'R', cpu: 1, rss_bytes: 1, owner: null }],
    top_memory: [],
    cgroups: [],
  }),
});

export const timeSync = (synchronised: boolean, uptime_s = 1000): FactMap => ({
  time_sync: good({ synchronised, service: 'chrony' }),
  uptime: good({ uptime_s }),
});

type Pool = Facts['zfs']['pools'][number];
export const zfs = (change: Partial<Pool>): FactMap => ({
  zfs: good({
    pools: [
      {
        name: 'rpool',
        state: 'ONLINE',
        size_bytes: 1000,
        allocated_bytes: 100,
        free_bytes: 900,
        fragmentation_percent: 1,
        read_errors: 0,
        write_errors: 0,
        checksum_errors: 0,
        scan: null,
        ...change,
      },
    ],
  }),
});

export const thinPool = (data_percent: number, metadata_percent = 1): FactMap => ({
  lvm: good({
    groups: [],
    thin_pools: [{ group: 'pve', name: 'data', size_bytes: 1000, data_percent, metadata_percent }],
  }),
});
export const group = (missing_volumes: number): FactMap => ({
  lvm: good({ groups: [{ name: 'pve', size_bytes: 1, free_bytes: 0, missing_volumes }], thin_pools: [] }),
});

type Task = Facts['proxmox']['tasks'][number];
export const backup = (ageMs: number, status: string | null): Task => ({
  upid: 'UPID:pve:0001',
  type: 'vzdump',
  target: null,
  user: 'root@pam',
  started_at: NOW - ageMs,
  ended_at: NOW - ageMs,
  status,
});
const proxmoxGuest: Facts['proxmox']['guests'][number] = {
  vmid: 9200,
  kind: 'lxc',
  name: 'demo',
  status: 'running',
  cpu_share: null,
  memory_used: null,
  memory_total: null,
  uptime_s: null,
  template: false,
};
const bareProxmox: Facts['proxmox'] = {
  node: 'pve',
  version: '8.2',
  storages: [],
  guests: [],
  tasks: [],
  last_backup: null,
  last_good_backup: null,
};
export const proxmox = (last: Task | null, lastGood: Task | null, template = false): FactMap => ({
  proxmox: good({
    ...bareProxmox,
    guests: [{ ...proxmoxGuest, template }],
    last_backup: last,
    last_good_backup: lastGood,
  }),
});

export const container = (change: Partial<Container>): FactMap => ({
  containers: good({
    engine_version: '29',
    containers: [
      {
        id: 'a',
        name: 'traefik',
        image: 'traefik:3',
        image_id: 'b',
        pinned: 'tag' as const,
        ours: 'made' as const,
        state: 'running',
        health: 'healthy',
        status: 'Up 3 hours',
        created_at: NOW,
        stack: null,
        protected: false,
        ports: [],
        networks: [],
        mounts: [],
        ...change,
      },
    ],
  }),
});

export const operation = (change: Partial<Operation> = {}): Operation => ({
  id: 'op_0123456789abcdef01234567',
  op: 'storage_wipe',
  state: 'pending',
  host_scope: 'demo-felhom-01',
  durable_id: 'byid:wwn-0x5000039ddb108568',
  device: '/dev/sdb',
  fstype: 'ext4',
  fs_uuid: '5f3c0a1e-8a43-4f52-9d0e-8a4f4f1f2b3c',
  data_bearing: true,
  verdict: 'data',
  reason: 'an ext4 file system was found',
  signals: [],
  disk: { model: 'Model', serial: 'S1234567', transport: 'sata', size_bytes: GIB, content: [] },
  facts_sha256: 'ab'.repeat(32),
  confirm_word: '4567',
  requested_by: { door: 'guest', vmid: 9200, name: null },
  approved_by: null,
  bytes: null,
  approvals: [],
  created: NOW - 3_600_000,
  updated: NOW - 3_600_000,
  expires: NOW + 6 * DAY_MS,
  stage: null,
  dirty: false,
  progress: null,
  ended: null,
  ...change,
});
export const operations = (...changes: readonly Partial<Operation>[]): FactMap => ({
  operations: good({ operations: changes.map(operation) }),
});

/** A guest of ours as Proxmox lists it and as it last reported; `null`: it never did. */
export const guestOfHost = (
  change: {
    readonly report?: Partial<GuestReport> | null;
    readonly ageMs?: number;
    readonly tokens?: number;
    readonly proxmox?: Partial<Facts['proxmox']['guests'][number]>;
  } = {},
): FactMap => {
  const names = { hostname: 'demo', guest_hostname: 'demo', customer_id: 'demo' };
  const report =
    change.report === null ? null : guestReport.parse({ status: 'ok', ...names, ...change.report });
  const of = { ...proxmoxGuest, uptime_s: 86_400, ...change.proxmox };
  return {
    guests: good({
      guests: [
        {
          vmid: 9200,
          report,
          reported: report === null ? null : NOW - (change.ageMs ?? 30_000),
          address: null,
          tokens: change.tokens ?? 1,
        },
      ],
    }),
    proxmox: good({ ...bareProxmox, guests: [of] }),
  };
};

/** `whats`: of its records, the newest first. */
/** What the agent last noticed about the files that say who may sign. */
export const signers = (ready: boolean, count: number): FactMap => ({
  ledger: good({
    records: [
      {
        n: 3,
        at: NOW,
        what: 'signers.changed',
        by: null,
        subject: '',
        detail: { ready, signers: count, why: ready ? null : 'allowed_signers:1: it is no line of a signer' },
        previous: '0'.repeat(64),
        hash: '1'.repeat(64),
      },
    ],
    count: 3,
    intact: true,
    broken: null,
  }),
});

export const ledger = (broken: string | null, ...whats: readonly string[]): FactMap => ({
  ledger: good({
    records: whats.map((what, index) => ({
      n: 3 - index,
      at: NOW - index,
      what,
      by: null,
      subject: '',
      detail: { why: 'its file is gone' },
      previous: '0'.repeat(64),
      hash: '1'.repeat(64),
    })),
    count: 3,
    intact: broken === null,
    broken,
  }),
});

export const issue = (subject: string, level: HealthIssue['level']): HealthIssue => ({
  code: 'protected-not-running',
  level,
  subject,
  text: `Protected container not running: ${subject}`,
  since: NOW - 60_000,
  count: 2,
  hint: null,
  heals_itself: level !== 'warn',
});

/** A base stack of one service. */
export const base = ({
  issues = [],
  paused,
}: { readonly issues?: readonly HealthIssue[]; readonly paused?: string } = {}): FactMap => ({
  base_stack: good({
    controller: {
      version: '0.4.0',
      customer_id: 'kovacs',
      hostname: 'kovacs',
      guest_hostname: 'kovacs',
      started: NOW,
      generation: 3,
    },
    status: 'ok',
    issues: [...issues],
    services: [
      {
        name: 'traefik',
        state: paused === undefined ? 'running' : 'paused',
        cause: null,
        since: NOW,
        container: null,
        image: 'traefik:v3.6.7',
        image_id: null,
        drift: [],
        missing_keys: [],
        next_try: null,
        restarts: null,
        pause:
          paused === undefined ? null : { reason: 'a test', from: NOW - 1000, until: NOW + 60_000, by: null },
        rolled_back: null,
        probe: null,
      },
    ],
    steps: [],
    blocked: null,
    last_pass: null,
    links: {
      docker: { state: 'ok', since: NOW, detail: '' },
      agent: { state: 'ok', since: NOW, detail: '' },
      hub: { state: 'off', since: NOW, detail: '' },
    },
  }),
});
