// A whole example of each route's request and answer, and what else there is to say of it. Tests parse
// them with the route's own schemas; docs/api.md is written from here and from the table of routes.
import type { z } from 'zod';
import type { ApiCode, FormatRefused } from './api-error.ts';
import { PENDING_SIGNATURE } from './api-error.ts';
import { APPROVAL_NAMESPACE, formatApproval } from './approval-payload.ts';
import type { Operation } from './facts/operations.ts';
import type { FlaggedDevice } from './flagged-devices.ts';
import type { Notice, RouteAnswer, RouteBody, RouteId, routes } from './routes.ts';

export type RouteExample<R extends RouteId> = {
  /** One sentence: what it is for. */
  readonly says: string;
  readonly params: z.input<(typeof routes)[R]['params']>;
  readonly query: z.input<(typeof routes)[R]['query']>;
  readonly body: RouteBody<R>;
  readonly answer: RouteAnswer<R>;
  /** Its own; those of the table of routes itself (a wrong body, no token, …) can come from any. */
  readonly errors: readonly ApiCode[];
};

/** What any request can be refused with, before its route is asked. */
export const COMMON_ERRORS = [
  'E_BAD_REQUEST',
  'E_TOKEN',
  'E_FORBIDDEN',
  'E_NO_ROUTE',
  'E_METHOD',
  'E_TIMEOUT',
  'E_TOO_LARGE',
  'E_RATE',
  'E_BUG',
  'E_NOT_READY',
] as const satisfies readonly ApiCode[];

const AT = 1_790_000_000_000;
const VMID = 9200;
const ID = 'op_0123456789abcdef01234567';
const HOST_SCOPE = '4c4c4544-0042-3510-8052-c4c04f573332';
const DURABLE_ID = 'byid:usb-Seagate_Expansion_NA8F1K2P-0:0';
const FINGERPRINT = '3f0a'.repeat(16);
const NEXT_FINGERPRINT = 'b81c'.repeat(16);
const SIZE = 2_000_398_934_016;
/** Nothing is sent. */
const nothing = { params: {}, query: {}, body: {} } as const;

const device: FlaggedDevice = {
  name: 'sdb',
  path: '/dev/sdb',
  device_number: '8:16',
  kind: 'disk',
  parents: [],
  size_bytes: SIZE,
  model: 'Seagate Expansion',
  serial: 'NA8F1K2P',
  transport: 'usb',
  rotational: true,
  removable: false,
  read_only: false,
  durable_id: DURABLE_ID,
  durable_id_reason: null,
  fs_type: null,
  label: null,
  uuid: null,
  mount_points: [],
  swap: false,
  backing_file: null,
  io: null,
  data_bearing: true,
  verdict: 'unverified',
  reason: 'not every byte was read yet',
  signals: [],
  scan: null,
};

const root = { door: 'root', vmid: null, name: 'anna' } as const;
const pending: Operation = {
  id: ID,
  op: 'storage_wipe',
  state: 'pending',
  host_scope: HOST_SCOPE,
  durable_id: DURABLE_ID,
  device: '/dev/sdb',
  fstype: 'ext4',
  fs_uuid: '0b7e1d4c-5a53-4d0e-9a43-5f1f7a0c2d11',
  data_bearing: true,
  verdict: 'unverified',
  reason: device.reason,
  signals: [],
  disk: {
    model: device.model,
    serial: device.serial,
    transport: device.transport,
    size_bytes: SIZE,
    content: [
      {
        device: 'sdb',
        size_bytes: SIZE,
        fs_type: null,
        label: null,
        uuid: null,
        last_mounted: null,
        last_mounted_on: null,
      },
    ],
  },
  facts_sha256: '9d41'.repeat(16),
  confirm_word: '8F1K2P',
  requested_by: { door: 'guest', vmid: VMID, name: null },
  approved_by: null,
  bytes: null,
  approvals: [],
  created: AT,
  updated: AT,
  expires: AT + 86_400_000,
  stage: null,
  dirty: false,
  progress: null,
  ended: null,
};
const approved: Operation = {
  ...pending,
  state: 'approved',
  approved_by: { how: 'confirm', at: AT + 60_000, by: root },
  updated: AT + 60_000,
};
const MESSAGE = formatApproval({
  v: 1,
  type: 'felhom.pending-op',
  intent: 'approve',
  op: 'storage_wipe',
  op_id: ID,
  host_scope: HOST_SCOPE,
  install: '77ab'.repeat(16),
  durable_id: DURABLE_ID,
  fstype: 'ext4',
  args: { fs_uuid: pending.fs_uuid, wipe: 'full' },
  device: {
    model: 'Seagate Expansion',
    serial: 'NA8F1K2P',
    transport: 'usb',
    bytes: SIZE,
    on_it: [{ part: 'sdb', bytes: SIZE }],
    more: 0,
  },
  facts_sha256: pending.facts_sha256,
  nonce: 'e05c'.repeat(16),
  created: '2026-09-21T15:33:20Z',
  expires: '2026-09-21T16:33:20Z',
  threshold: 1,
  requested_by: { door: 'guest', vmid: VMID },
});
const SIGNATURE = '-----BEGIN SSH SIGNATURE-----\n…\n-----END SSH SIGNATURE-----\n';
const ANCHOR = { n: 42, hash: 'c07d'.repeat(16) } as const;
const withBytes: Operation = {
  ...pending,
  bytes: { made: AT, expires: AT + 3_600_000, offline: false, wipe: 'full', sha256: '2f90'.repeat(16) },
};
const approval: RouteAnswer<'submitOperation'>['approval'] = {
  principal: 'anna@felhom.eu',
  fingerprint: 'SHA256:uNiVztksCsDhcc0u9e8BrquWtWZmvN0TJhbX3TxNLGQ',
  key_type: 'ssh-ed25519',
  at: AT + 60_000,
  by: root,
};
const signed: Operation = {
  ...withBytes,
  state: 'approved',
  approved_by: { how: 'signature', at: AT + 60_000, by: root },
  approvals: [approval],
  updated: AT + 60_000,
};
const signers: RouteAnswer<'bytesOperation'>['signers'] = {
  ready: true,
  problems: [],
  signers: [
    {
      principal: 'anna@felhom.eu',
      fingerprint: approval.fingerprint,
      key_type: 'ssh-ed25519',
      state: 'usable',
      valid_after: null,
      valid_before: AT + 31_536_000_000,
      line: 3,
    },
  ],
  policy: {
    threshold: 1,
    lifetime_minutes: 60,
    offline_hours: 24,
    approvers: null,
    security_key: false,
    pin: false,
  },
  namespace: APPROVAL_NAMESPACE,
};
const claimed: Operation = {
  ...approved,
  state: 'claimed',
  stage: 'rechecked',
  updated: AT + 61_000,
  progress: {
    bytes_done: 400_000_000_000,
    bytes_total: SIZE,
    rate: 180_000_000,
    left_s: 8890,
    stalled: false,
    at: AT + 2_283_000,
  },
};
const denied: Operation = {
  ...pending,
  state: 'denied',
  updated: AT + 60_000,
  ended: { at: AT + 60_000, code: null, detail: '' },
};

const storages: RouteAnswer<'storage'>['storages'] = [
  {
    name: 'local-lvm',
    type: 'lvmthin',
    active: true,
    total: 852_000_000_000,
    used: 201_000_000_000,
    smart_temperature_c: 41,
  },
];
const report = {
  status: 'warn',
  issues: ['Protected container not running: traefik'],
  controller_version: '0.1.0',
  hostname: 'kovacs',
  guest_hostname: 'felhom-9200',
  customer_id: 'kovacs',
  services: [{ name: 'traefik', state: 'healing', cause: 'exited with code 137' }],
} as const;
const guest: RouteAnswer<'guests'>['guests'][number] = {
  vmid: VMID,
  report: {
    ...report,
    issues: [...report.issues],
    services: [...report.services],
  },
  reported: AT,
  address: '192.168.1.20',
  tokens: 1,
};
const guestsRead = {
  every_s: 10,
  reading: { state: 'ok', value: { guests: [guest] }, at: AT, source: 'felhom-agent' },
} as const;
const notice: Notice = {
  kind: 'operation-ended',
  at: AT,
  subject: ID,
  detail: `done: ${DURABLE_ID}`,
};
const toOperation = { params: { id: ID }, query: {} } as const;
const OF_DISKS = ['E_DEVICE_UNKNOWN', 'E_DEVICE_BARRED', 'E_NOT_READY'] as const;
const OF_SIGNATURES = [
  'E_OP_STATE',
  'E_OP_BYTES',
  'E_OP_EXPIRED',
  'E_OP_HOST',
  'E_OP_ROLE',
  'E_TRUST',
  'E_SIG_TOO_LARGE',
  'E_SIG_ARMOR',
  'E_SIG_MALFORMED',
  'E_SIG_VERSION',
  'E_SIG_NAMESPACE',
  'E_SIG_HASH',
  'E_SIG_ALGORITHM',
  'E_SIG_BAD',
  'E_KEY_TYPE',
  'E_KEY_WEAK',
  'E_KEY_UNKNOWN',
  'E_KEY_REVOKED',
  'E_KEY_EXPIRED',
  'E_KEY_NOT_YET',
  'E_KEY_NAMESPACE',
  'E_KEY_ON_HOST',
  'E_CERTIFICATE',
  'E_SK_FLAGS',
  'E_SK_APPLICATION',
  'E_SK_TOUCH',
  'E_SK_PIN',
  'E_SK_REQUIRED',
  'E_VERIFIERS',
] as const;
const OF_STARTS = [
  'E_DEVICE_HELD',
  'E_DEVICE_BUSY',
  'E_PENDING_SIGNATURE',
  'E_STORE',
  'E_CLOCK_BACK',
] as const;

export const routeExamples: { readonly [R in RouteId]: RouteExample<R> } = {
  healthz: {
    ...nothing,
    says: 'Whether the agent works; `degraded` when it cannot do all of its work.',
    answer: { status: 'ok', version: '0.1.0' },
    errors: [],
  },
  metrics: {
    ...nothing,
    says: "Everything as Prometheus reads it: OpenMetrics for who asks for it by `accept`, else Prometheus' own text.",
    answer: [
      '# HELP felhom_memory_total_bytes Memory of the host.',
      '# TYPE felhom_memory_total_bytes gauge',
      'felhom_memory_total_bytes 16580431872',
      '',
    ].join('\n'),
    errors: [],
  },
  storage: {
    ...nothing,
    says: 'The storages of the host: what a controller calls first, to verify its channel.',
    answer: {
      at: AT,
      every_s: 10,
      host_scope: HOST_SCOPE,
      vmid: VMID,
      storages,
      missing: {},
      next_fingerprint: null,
    },
    errors: [],
  },
  hostMetrics: {
    ...nothing,
    says: 'Memory, load, uptime, temperatures, the root disk and the storages; a null is explained in `missing`.',
    answer: {
      at: AT,
      every_s: 2,
      memory_total: 16_580_431_872,
      memory_used: 9_201_000_448,
      load1: 0.42,
      load5: 0.51,
      load15: 0.48,
      uptime_s: 1_209_600,
      cpu_temp_c: null,
      disk_total: 100_861_726_720,
      disk_used: 22_190_858_240,
      disk_used_percent: 22,
      storages,
      missing: { cpu_temp_c: 'this host tells no temperature of its processor' },
    },
    errors: [],
  },
  facts: {
    says: 'One subject of facts, as the console knows it; `GET /agent` lists the subjects.',
    params: { subject: 'guests' },
    query: {},
    body: {},
    answer: guestsRead,
    errors: ['E_NO_SUCH'],
  },
  agent: {
    ...nothing,
    says: 'What this agent is: for a client that has just connected.',
    answer: {
      version: '0.1.0',
      host_scope: HOST_SCOPE,
      allow_loop: false,
      subjects: { disks: 2, disk_flags: 10 },
      started: AT,
    },
    errors: [],
  },
  disks: {
    ...nothing,
    says: 'All block devices with their flags. Only `data_bearing: false` means that there is nothing to lose.',
    answer: { at: AT, every_s: 2, devices: [device] },
    errors: ['E_NOT_READY'],
  },
  scanDisk: {
    ...nothing,
    says: 'Reads every byte of a device, and writes none; how far it is stands in `scan` of `GET /disks`.',
    body: { device: '/dev/sdb' },
    answer: {
      device: {
        ...device,
        scan: {
          state: 'running',
          bytes_done: 0,
          bytes_total: SIZE,
          rate: null,
          left_s: null,
          started: AT,
          at: AT,
          detail: '',
        },
      },
    },
    errors: [...OF_DISKS, 'E_DEVICE_BUSY'],
  },
  formatDisk: {
    ...nothing,
    says: 'Asks for a format. A device that seems blank is formatted, at once or after a confirm, once every byte was read as zero; for one that bears data or is in use the request is kept, refused, and nothing touched.',
    body: { vmid: VMID, device: DURABLE_ID, fstype: 'ext4' },
    answer: { formatted: false, data_bearing: true, operation: pending },
    errors: [
      ...OF_DISKS,
      'E_FSTYPE',
      'E_WORD',
      'E_DEVICE_BUSY',
      'E_PENDING_SIGNATURE',
      'E_OP_OPEN',
      'E_OP_LIMIT',
      'E_STORE',
      'E_CLOCK_BACK',
    ],
  },
  releaseDisk: {
    ...nothing,
    says: 'Ends what holds a disk (mounts, swap), so that it can be pulled or formatted; needs the word of the disk.',
    body: { device: '/dev/sdb', confirm: '8F1K2P', name: 'anna' },
    answer: { released: ['/mnt/backup'], device },
    errors: [...OF_DISKS, 'E_WORD', 'E_DEVICE_HELD', 'E_STORE'],
  },
  identifyDisk: {
    ...nothing,
    says: 'Shows which disk it is, by its light or by reading from it for a while.',
    body: { device: '/dev/sdb' },
    answer: { how: 'reading', seconds: 60 },
    errors: [...OF_DISKS, 'E_DEVICE_BUSY'],
  },
  operations: {
    ...nothing,
    says: 'All operations, the newest first; a guest sees those that it asked for.',
    answer: { at: AT, every_s: 2, operations: [claimed] },
    errors: [],
  },
  operation: {
    ...nothing,
    says: 'One operation; while it runs, `progress` says how far it is.',
    params: { id: ID },
    answer: { operation: claimed },
    errors: ['E_NO_SUCH'],
  },
  confirmOperation: {
    ...toOperation,
    says: 'Agrees to a pending operation with the word of its disk, and starts it.',
    body: { name: 'anna', confirm: '8F1K2P' },
    answer: { operation: approved },
    errors: ['E_NO_SUCH', 'E_OP_STATE', 'E_WORD', ...OF_DISKS, ...OF_STARTS],
  },
  bytesOperation: {
    ...toOperation,
    says: 'The bytes of a pending operation that an operator signs; makes them when there are none.',
    body: { name: 'anna' },
    answer: { operation: withBytes, message: MESSAGE, signers },
    errors: [
      'E_NO_SUCH',
      'E_OP_STATE',
      'E_OP_BYTES',
      'E_INSTALL_CHANGED',
      'E_DEVICE_CHANGED',
      ...OF_DISKS,
      'E_STORE',
      'E_CLOCK_BACK',
    ],
  },
  submitOperation: {
    ...toOperation,
    says: 'Hands in a signature over these bytes; approves the operation when it counts.',
    body: { name: 'anna', signature: SIGNATURE },
    answer: { operation: signed, approval, ledger: ANCHOR },
    errors: ['E_NO_SUCH', ...OF_SIGNATURES, 'E_STORE', 'E_CLOCK_BACK'],
  },
  denyOperation: {
    ...toOperation,
    says: 'Refuses an operation that has not begun.',
    body: { name: 'anna' },
    answer: { operation: denied },
    errors: ['E_NO_SUCH', 'E_OP_STATE', 'E_STORE'],
  },
  runOperation: {
    ...toOperation,
    says: 'Starts an approved operation that has not begun, as its disk was in use.',
    body: { name: 'anna' },
    answer: { operation: approved },
    errors: [
      'E_NO_SUCH',
      'E_OP_STATE',
      'E_WORD',
      'E_APPROVAL_LOST',
      'E_DEVICE_CHANGED',
      ...OF_DISKS,
      ...OF_STARTS,
    ],
  },
  cancelOperation: {
    ...toOperation,
    says: 'Stops an operation that runs; the answer is before its end, which `GET /events` tells.',
    body: { name: 'anna' },
    answer: { operation: claimed },
    errors: ['E_NO_SUCH', 'E_OP_STATE'],
  },
  guests: {
    ...nothing,
    says: 'All guests and what their controllers last reported; a guest sees itself.',
    answer: { at: AT, every_s: 10, guests: [guest] },
    errors: [],
  },
  reportGuest: {
    says: 'What a controller says of its own health.',
    params: { vmid: VMID },
    query: {},
    body: { ...report, issues: [...report.issues], services: [...report.services] },
    answer: { received: AT, ledger: ANCHOR },
    errors: ['E_STORE'],
  },
  startGuest: {
    ...nothing,
    params: { vmid: VMID },
    body: { name: 'kati' },
    says: 'Starts a guest, by `pct start` or `qm start`; answers when it is done.',
    answer: { vmid: VMID, kind: 'lxc', status: 'running' },
    errors: ['E_NO_SUCH', 'E_GUEST_STATE', 'E_GUEST_TOOL', 'E_STORE'],
  },
  stopGuest: {
    ...nothing,
    params: { vmid: VMID },
    body: { confirm: String(VMID), name: 'kati' },
    says: 'Shuts a guest down in order, by `pct shutdown` or `qm shutdown`. `confirm` is its VMID, typed by a person.',
    answer: { vmid: VMID, kind: 'lxc', status: 'stopped' },
    errors: ['E_WORD', 'E_NO_SUCH', 'E_GUEST_STATE', 'E_GUEST_TOOL', 'E_STORE'],
  },
  rebootGuest: {
    ...nothing,
    params: { vmid: VMID },
    body: { confirm: String(VMID), name: 'kati' },
    says: 'Reboots a guest, by `pct reboot` or `qm reboot`. `confirm` is its VMID, typed by a person.',
    answer: { vmid: VMID, kind: 'lxc', status: 'running' },
    errors: ['E_WORD', 'E_NO_SUCH', 'E_GUEST_STATE', 'E_GUEST_TOOL', 'E_STORE'],
  },
  tokens: {
    ...nothing,
    says: 'The tokens that were minted, without their secrets.',
    answer: {
      tokens: [{ id: '0123456789abcdef', vmid: VMID, created: AT, revoked: null, last_used: AT + 60_000 }],
    },
    errors: [],
  },
  mintToken: {
    ...nothing,
    says: 'Makes a token for a guest. No other answer holds a secret.',
    body: { vmid: VMID, name: 'anna' },
    answer: {
      id: '0123456789abcdef',
      vmid: VMID,
      token: 'felhom_9200_0123456789abcdef_AND-43-SECRET-LETTERS',
    },
    errors: ['E_OP_LIMIT', 'E_STORE', 'E_CLOCK_BACK'],
  },
  revokeToken: {
    ...nothing,
    says: 'Revokes one token by its id, or all of a guest by its VMID.',
    body: { vmid: VMID, name: 'anna' },
    answer: { revoked: ['0123456789abcdef'] },
    errors: ['E_NO_SUCH', 'E_STORE'],
  },
  grants: {
    ...nothing,
    says: 'Which guests may format which disks without a confirm, by `disks.grants` of the configuration.',
    answer: { grants: { '9200': [DURABLE_ID], '9201': '*' } },
    errors: ['E_NOT_READY'],
  },
  ledger: {
    says: 'Who did what, and whether the chain of records holds: the last thousand, or a thousand after a number.',
    params: {},
    query: { after: 41 },
    body: {},
    answer: {
      at: AT,
      every_s: 10,
      records: [
        {
          n: 42,
          at: AT,
          what: 'token.minted',
          by: root,
          subject: '0123456789abcdef',
          detail: { vmid: VMID },
          previous: '61e2'.repeat(16),
          hash: 'c07d'.repeat(16),
        },
      ],
      count: 42,
      intact: true,
      broken: null,
      anchor: ANCHOR,
    },
    errors: [],
  },
  signers: {
    ...nothing,
    says: 'Who may approve operations on this host by a signature, and what is wrong with the files that say so.',
    answer: { at: AT, every_s: 60, signers },
    errors: [],
  },
  events: {
    says: 'Server-sent events: `facts` when a subject has a new reading, `notice` for what happens once, `reset` where what was missed is not kept. Resumable by `last-event-id`.',
    params: {},
    query: { subjects: 'guests,operations' },
    body: {},
    answer: [
      'id: 18c2f-7',
      'event: facts',
      `data: ${JSON.stringify({ subject: 'guests', ...guestsRead })}`,
      '',
      'id: 18c2f-8',
      'event: notice',
      `data: ${JSON.stringify(notice)}`,
      '',
      '',
    ].join('\n'),
    errors: [],
  },
  renewCertificate: {
    ...nothing,
    says: 'Makes the certificate that follows the present one, and announces it to guests.',
    body: { name: 'anna' },
    answer: { fingerprint: FINGERPRINT, next_fingerprint: NEXT_FINGERPRINT },
    errors: ['E_STORE'],
  },
  switchCertificate: {
    ...nothing,
    says: 'Takes the certificate that follows into use now, though not every guest has said that it knows it.',
    body: { name: 'anna' },
    answer: { fingerprint: NEXT_FINGERPRINT },
    errors: ['E_OP_STATE', 'E_STORE'],
  },
  acceptInstall: {
    ...nothing,
    says: 'Says that this installation is meant to be one of its own, although it looks like a copy of another.',
    body: { name: 'anna' },
    answer: { install: '77ab'.repeat(16) },
    errors: ['E_STORE'],
  },
  resetClock: {
    ...nothing,
    says: 'Says that the clock of the host is right, although it was set back.',
    body: { name: 'anna' },
    answer: { mark: AT },
    errors: ['E_STORE'],
  },
};

/** The 403 of `POST /disks/format`. */
export const refusedExample: FormatRefused = {
  formatted: false,
  data_bearing: true,
  reason: 'device is mounted',
  pending_op: {
    op: 'storage_wipe',
    host_scope: HOST_SCOPE,
    durable_id: DURABLE_ID,
    fstype: 'ext4',
    id: ID,
  },
  error: PENDING_SIGNATURE,
  code: 'E_PENDING_SIGNATURE',
};
