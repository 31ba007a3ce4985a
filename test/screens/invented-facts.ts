// A machine with everything in it and hostile names everywhere, for the screens' tests: two
// disks too many, containers of every state, findings, Proxmox. Checked by the contracts' schemas.
import { bareDevice } from '../contracts/bare-device.ts';
import { allFacts, type Facts, type Subject } from '../../src/contracts/all-facts.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import type { ContainerDetail } from '../../src/contracts/facts/containers.ts';
import { absent, failed, ok, type Reading } from '../../src/contracts/reading.ts';

/** ESC, OSC 52, a C1 CSI, bidi override and isolate, zero-width space and joiner, a tag, a newline, a wide and a combining letter. */
export const HOSTILE =
  'x\u001b[31m\u001b]52;c;aGk=\u0007\u009b5m\u202eabc\u2066\u200b\u200d\u{e0041}\n漢e\u0301\u0301\u0301\u0301';

const GIB = 1024 ** 3;
const at = 1_790_000_000_000;
const use = { busy: 0.42, user: 0.3, system: 0.08, iowait: 0.03, steal: 0.01, idle: 0.58 };
const ticks = { user: 10, system: 5, iowait: 1, steal: 0, idle: 100 };

const device = (name: string, over: Partial<Facts['disks']['devices'][number]> = {}) => ({
  ...bareDevice(name),
  size_bytes: 1000 * GIB,
  model: `Model ${HOSTILE}`,
  serial: `S${HOSTILE}`,
  transport: 'sata',
  rotational: true,
  removable: false,
  durable_id: 'byid:wwn-0x5000039ddb108568',
  io: { read_bytes: 1, written_bytes: 2, busy_ms: 3, read_rate: 4096, write_rate: 0, busy: 0.5 },
  ...over,
});

const smart = (
  over: Partial<Extract<Facts['smart']['disks'][number]['report'], { state: 'ok' }>['value']> = {},
) =>
  ok(
    {
      model: 'Model',
      serial: 'S1',
      firmware: HOSTILE,
      capacity_bytes: 1000 * GIB,
      rotation_rate_rpm: 7200,
      verdict: 'passed' as const,
      passed: true,
      temperature_c: 41,
      power_on_hours: 32_000,
      power_cycles: 12,
      wear_percent: 7,
      available_spare_percent: null,
      reallocated_sectors: 0,
      pending_sectors: 0,
      uncorrectable_errors: 0,
      media_errors: null,
      error_log_entries: 0,
      self_test_failed: false,
      exit_status: 0,
      attributes: Array.from({ length: 30 }, (_, index) => ({
        id: index + 1,
        name: `Attribute_${index}_${HOSTILE}`,
        value: 100,
        worst: 99,
        threshold: 10,
        raw: '0',
        when_failed: '' as const,
      })),
      ...over,
    },
    'smartctl',
    at,
  );

const container = (name: string, over: Partial<Facts['containers']['containers'][number]> = {}) => ({
  id: `id-${name}`.padEnd(64, '0'),
  name,
  image: 'traefik:v3.6.7',
  image_id: 'sha256:0',
  pinned: 'tag' as const,
  state: 'running',
  health: 'healthy',
  status: 'Up 3 hours (healthy)',
  created_at: at - 1e7,
  stack: 'base',
  protected: false,
  ours: 'made' as const,
  ports: ['80/tcp', '0.0.0.0:443->443/tcp'],
  networks: ['traefik-public'],
  mounts: [{ source: `/srv/${HOSTILE}`, target: '/data', read_only: false }],
  ...over,
});

const fill = (share: number) =>
  ok(
    {
      size_bytes: 100 * GIB,
      used_bytes: share * 100 * GIB,
      available_bytes: (1 - share) * 100 * GIB,
      used_share: share,
      inodes_total: 1000,
      inodes_used: 10,
    },
    'statfs',
    at,
  );
const filesystem = (mount_point: string, reading: Facts['filesystems']['filesystems'][number]['fill']) => ({
  mount_point,
  device: '/dev/sda1',
  device_number: '8:1',
  fs_type: 'ext4',
  read_only: false,
  fill: reading,
});

const task = (status: string | null) => ({
  upid: 'UPID:pve1:1',
  type: 'vzdump',
  target: '9200',
  user: 'root@pam',
  started_at: at - 9e7,
  ended_at: status === null ? null : at - 8e7,
  status,
});

const operation = (over: Partial<Operation> = {}): Operation => ({
  id: 'op_0123456789abcdef01234567',
  op: 'storage_wipe',
  state: 'pending',
  host_scope: 'demo-felhom-01',
  durable_id: 'byid:wwn-0x5000039ddb108568',
  device: '/dev/sda',
  fstype: 'ext4',
  fs_uuid: '5c3fbb04-4b54-4f2b-9f0e-2f6f3f9a1c55',
  data_bearing: true,
  verdict: 'in_use',
  reason: 'device is mounted',
  signals: [mountedSignal],
  disk: {
    model: `Model ${HOSTILE}`,
    serial: `S${HOSTILE}`,
    transport: 'sata',
    size_bytes: 1000 * GIB,
    content: [
      {
        device: 'sda1',
        size_bytes: 999 * GIB,
        fs_type: 'ext4',
        label: HOSTILE,
        uuid: null,
        last_mounted: at - 9e7,
        last_mounted_on: HOSTILE,
      },
    ],
  },
  facts_sha256: 'ab'.repeat(32),
  confirm_word: '8568',
  requested_by: { door: 'guest', vmid: 9200, name: HOSTILE },
  approved_by: null,
  bytes: null,
  approvals: [],
  created: at - 9e6,
  updated: at - 9e6,
  expires: at + 6e8,
  stage: null,
  dirty: false,
  progress: null,
  ended: null,
  ...over,
});

const mountedSignal = {
  id: 'mounted',
  class: 'held' as const,
  device: 'sda1',
  detail: `/srv/${HOSTILE}`,
  where: '/proc/1/mountinfo',
  release: `umount /srv/${HOSTILE}`,
};

const facts: Facts = {
  disk_flags: {
    allow_loop: true,
    flags: [
      {
        name: 'sda',
        data_bearing: true,
        verdict: 'in_use',
        reason: 'device is mounted',
        signals: [mountedSignal],
        scan: null,
      },
      {
        name: 'sdb',
        data_bearing: true,
        verdict: 'unverified',
        reason: 'not read whole yet',
        signals: [],
        scan: {
          state: 'running',
          bytes_done: 370 * GIB,
          bytes_total: 1000 * GIB,
          rate: 2e8,
          left_s: 3400,
          started: at - 1e6,
          at,
          detail: HOSTILE,
        },
      },
    ],
  },
  operations: {
    operations: [
      operation(),
      operation({
        id: 'op_0123456789abcdef01234568',
        state: 'claimed',
        data_bearing: false,
        verdict: 'blank_proven',
        stage: 'zero_verified',
        approved_by: { how: 'grant', at: at - 5000, by: { door: 'guest', vmid: 9200, name: null } },
        progress: { bytes_done: 5 * GIB, bytes_total: 9 * GIB, rate: 2e8, left_s: 20, stalled: false, at },
      }),
      operation({
        id: 'op_0123456789abcdef01234569',
        state: 'failed',
        dirty: true,
        stage: 'mkfs',
        ended: { at: at - 4000, code: 'E_MKFS', detail: HOSTILE },
      }),
    ],
  },
  guests: {
    guests: [
      {
        vmid: 9200,
        reported: at - 60_000,
        address: HOSTILE,
        tokens: 1,
        report: {
          status: 'fail',
          issues: [`Protected container not running: ${HOSTILE}`],
          controller_version: '0.39.1',
          hostname: HOSTILE,
          guest_hostname: HOSTILE,
          customer_id: 'demo-felhom',
          services: [{ name: HOSTILE, state: HOSTILE, cause: HOSTILE }],
        },
      },
      { vmid: 9201, reported: null, address: null, tokens: 0, report: null },
    ],
  },
  ledger: {
    count: 2,
    intact: true,
    broken: null,
    records: [
      {
        n: 2,
        at: at - 1000,
        what: 'op.requested',
        by: { door: 'guest', vmid: 9200, name: HOSTILE },
        subject: 'op_0123456789abcdef01234567',
        detail: { reason: HOSTILE },
        previous: 'ab'.repeat(32),
        hash: 'cd'.repeat(32),
      },
      {
        n: 1,
        at: at - 2000,
        what: 'agent.started',
        by: null,
        subject: '',
        detail: { version: '0.2.0' },
        previous: '0'.repeat(64),
        hash: 'ab'.repeat(32),
      },
    ],
  },
  identity: {
    hostname: `pve1${HOSTILE}`,
    kernel_release: '6.8.12-4-pve',
    architecture: 'x86_64',
    os_name: 'Debian GNU/Linux 12 (bookworm)',
    boot_id: 'b',
    role: 'proxmox-host',
    virtualization: 'none',
    proxmox_version: '8.2.4',
  },
  uptime: { uptime_s: 324_255 },
  time_sync: { synchronised: false, service: 'chrony' },
  cpu: { model: 'CPU', cores: 4, threads: 8, use, ticks, per_core: [{ id: 0, use, ticks }] },
  load: { load1: 12.5, load5: 8.25, load15: 4, runnable: 3, entities: 400 },
  memory: {
    memory_total: 16_537_989_120,
    memory_available: 14_000_000_000,
    memory_used: 2_537_989_120,
    memory_free: 1e9,
    buffers: 1e8,
    cached: 1e9,
    swap_total: 8 * GIB,
    swap_used: GIB,
    arc_size: 2 * GIB,
  },
  pressure: {
    cpu: { some: { avg10: 12.3, avg60: 1, avg300: 0, total_us: 1 }, full: null },
    memory: null,
    io: { some: { avg10: 66, avg60: 1, avg300: 0, total_us: 1 }, full: null },
  },
  temperatures: { cpu_temp_c: 91, sensors: [] },
  network: {
    links: ['eno1', `veth${HOSTILE}`, 'vmbr0', 'tap0', 'tap1', 'tap2'].map((name) => ({
      name,
      state: 'up',
      mac: '02:00:00:00:00:01',
      mtu: 1500,
      speed_mbps: 1000,
      addresses: ['192.0.2.10/24', '2001:db8::1234:5678/64'],
      kind: 'physical' as const,
      rx_bytes: 1,
      tx_bytes: 1,
      rx_errors: 0,
      tx_errors: 0,
      rx_dropped: 0,
      tx_dropped: 0,
      rx_rate: 123_456,
      tx_rate: 98_765_432,
    })),
  },
  filesystems: {
    filesystems: [
      filesystem('/', fill(0.2)),
      filesystem(`/mnt/${HOSTILE}`, fill(1)),
      filesystem('/mnt/hung', failed('timeout', '/mnt/hung', at, 'fuse mount')),
      ...Array.from({ length: 12 }, (_, index) => filesystem(`/srv/${index}`, fill(index / 12))),
    ],
  },
  disks: {
    devices: [
      device('sda'),
      device('sda1', {
        kind: 'partition',
        parents: ['sda'],
        fs_type: 'ext4',
        label: HOSTILE,
        mount_points: [`/mnt/${HOSTILE}`],
      }),
      device('sda2', { kind: 'partition', parents: ['sda'], swap: true }),
      device('nvme0n1', { durable_id: null, durable_id_reason: 'its serial is not unique', model: null }),
      device('md0', { kind: 'md', parents: ['sda', 'nvme0n1'] }),
      device('loop7', { kind: 'loop', backing_file: `/root/${HOSTILE}.img`, size_bytes: 0 }),
      ...Array.from({ length: 40 }, (_, index) =>
        device(`sd${String.fromCodePoint(98 + (index % 25))}${index}`),
      ),
    ],
  },
  smart: {
    disks: [
      {
        device: '/dev/sda',
        type: 'sat',
        report: smart({ verdict: 'failing', passed: false, temperature_c: 66 }),
      },
      { device: '/dev/nvme0n1', type: 'nvme', report: failed('no-permission', '/dev/nvme0n1', at, 'EACCES') },
    ],
  },
  zfs: {
    pools: [
      {
        name: 'tank',
        state: 'DEGRADED',
        size_bytes: GIB,
        allocated_bytes: GIB / 2,
        free_bytes: GIB / 2,
        fragmentation_percent: 3,
        read_errors: 0,
        write_errors: 1,
        checksum_errors: 2,
        scan: HOSTILE,
      },
    ],
  },
  lvm: {
    groups: [{ name: 'pve', size_bytes: GIB, free_bytes: 0, missing_volumes: 1 }],
    thin_pools: [{ group: 'pve', name: 'data', size_bytes: GIB, data_percent: 97, metadata_percent: 91 }],
  },
  proxmox: {
    node: 'pve1',
    version: '8.2.4',
    storages: [
      {
        name: 'local-lvm',
        type: 'lvmthin',
        enabled: true,
        active: true,
        size_bytes: GIB,
        used_bytes: GIB / 2,
        available_bytes: GIB / 2,
        content: [],
      },
      {
        name: HOSTILE,
        type: 'dir',
        enabled: true,
        active: false,
        size_bytes: null,
        used_bytes: null,
        available_bytes: null,
        content: [],
      },
    ],
    guests: [],
    tasks: [task('job errors'), task('OK')],
    last_backup: task('job errors'),
    last_good_backup: task('OK'),
  },
  processes: {
    total: 400,
    blocked: 2,
    zombies: 1,
    top_cpu: Array.from({ length: 10 }, (_, pid) => ({
      pid,
      name: `p${pid}${HOSTILE}`,
      state: 'R',
      cpu: 1 / (pid + 1),
      rss_bytes: GIB,
      owner: HOSTILE,
    })),
    top_memory: [],
    cgroups: [{ name: 'lxc 9200', kind: 'lxc', path: '/lxc/9200', cpu: 0.5, memory_bytes: GIB }],
  },
  kernel_errors: {
    since: at - 3_600_000,
    errors: [{ kind: 'io', message: HOSTILE, subject: 'sda', first_at: at - 1000, last_at: at, count: 3 }],
  },
  base_stack: {
    controller: {
      version: '0.4.0',
      customer_id: 'demo-felhom',
      hostname: 'demo-felhom',
      guest_hostname: HOSTILE,
      started: at - 3_600_000,
      generation: 3,
    },
    status: 'fail',
    issues: [
      {
        code: 'protected-not-running',
        level: 'fail',
        subject: 'traefik',
        text: 'Protected container not running: traefik',
        since: at - 60_000,
        count: 2,
        hint: HOSTILE,
        heals_itself: true,
      },
    ],
    services: [
      {
        name: 'traefik',
        state: 'back-off',
        cause: `exited with code 1: ${HOSTILE}`,
        since: at - 60_000,
        container: { id: 'a'.repeat(64), state: 'exited', health: null },
        image: 'traefik:v3.6.7',
        image_id: `sha256:${'1'.repeat(64)}`,
        drift: [HOSTILE],
        missing_keys: ['infrastructure.cf_api_token'],
        next_try: at + 20_000,
        restarts: 4,
        pause: null,
        rolled_back: { at: at - 5000, image: HOSTILE, why: HOSTILE },
        probe: { state: 'failed', detail: HOSTILE, at: at - 1000 },
      },
      {
        name: 'cloudflared',
        state: 'paused',
        cause: null,
        since: at - 60_000,
        container: null,
        image: 'cloudflare/cloudflared:2025.11.1',
        image_id: null,
        drift: [],
        missing_keys: [],
        next_try: null,
        restarts: null,
        pause: { reason: HOSTILE, from: at - 60_000, until: at + 600_000, by: HOSTILE },
        rolled_back: null,
        probe: null,
      },
    ],
    steps: [{ kind: 'start', subject: 'traefik', cause: HOSTILE }],
    blocked: null,
    last_pass: { at, took_ms: 31, calls: 5, applied: 0, converged: true },
    links: {
      docker: { state: 'ok', since: at - 1000, detail: '' },
      agent: { state: 'failed', since: at - 1000, detail: HOSTILE },
      hub: { state: 'off', since: at - 1000, detail: '' },
    },
  },
  containers: {
    engine_version: '20.10.24',
    containers: [
      container('traefik', {
        protected: true,
        state: 'exited',
        health: null,
        status: 'Exited (1) 2 minutes ago',
      }),
      container('cloudflared', { protected: true, image: 'cloudflare/cloudflared:latest', pinned: 'no' }),
      container(`app${HOSTILE}`, { health: 'unhealthy', stack: HOSTILE, image: `reg/${HOSTILE}` }),
      ...Array.from({ length: 60 }, (_, index) =>
        container(`web-${index}`, { stack: null, protected: false }),
      ),
    ],
  },
};

/** Every subject's reading, each valid by its schema; `missing` makes them all absent or failed instead. */
export function inventReadings(missing?: 'absent' | 'failed'): {
  readonly [S in Subject]: Reading<Facts[S]>;
} {
  const make = <S extends Subject>(subject: S): Reading<Facts[S]> => {
    if (missing === 'absent') return absent('not-here', subject, at, HOSTILE);
    if (missing === 'failed') return failed('timeout', subject, at, HOSTILE);
    allFacts[subject].parse(facts[subject]);
    return ok(facts[subject], subject, at);
  };
  return {
    identity: make('identity'),
    uptime: make('uptime'),
    time_sync: make('time_sync'),
    cpu: make('cpu'),
    load: make('load'),
    memory: make('memory'),
    pressure: make('pressure'),
    temperatures: make('temperatures'),
    network: make('network'),
    filesystems: make('filesystems'),
    disks: make('disks'),
    smart: make('smart'),
    zfs: make('zfs'),
    lvm: make('lvm'),
    proxmox: make('proxmox'),
    processes: make('processes'),
    kernel_errors: make('kernel_errors'),
    containers: make('containers'),
    base_stack: make('base_stack'),
    disk_flags: make('disk_flags'),
    operations: make('operations'),
    guests: make('guests'),
    ledger: make('ledger'),
  };
}

export const inventedDetail: ContainerDetail = {
  id: container('traefik').id,
  started_at: at - 5000,
  finished_at: at - 1000,
  exit_code: 137,
  oom_killed: true,
  restart_count: 4,
  restart_policy: 'always',
  command: ['sh', '-c', HOSTILE],
  log_tail: ok([HOSTILE, 'a second line '.repeat(40)], 'logs', at),
};

export const INVENTED_AT = at;
