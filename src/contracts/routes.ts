// Every route of the agent: who may call it, what it takes and what it gives. Server, client, the
// table of rights and the documents come from this one table.
import { z } from 'zod';
import { allFacts } from './all-facts.ts';
import { guest, guestReport } from './facts/guests.ts';
import { ledgerAnchor, ledgerRecord } from './facts/ledger.ts';
import { approval, operation, wipeKind } from './facts/operations.ts';
import { flaggedDevice } from './flagged-device-schema.ts';
import { readingOf } from './reading-schema.ts';
import { signersTold } from './signers-told.ts';
import { vmid } from './vmid.ts';

/** By which way a request comes in, and what it brought along. */
export const CALLERS = ['root', 'group', 'guest', 'scraper', 'nobody'] as const;
export type CallerKind = (typeof CALLERS)[number];
/** `own`: only what belongs to the guest's VMID; the handler sees to it, and a test that it does. */
export type Right = 'yes' | 'no' | 'own';
export type Rights = { readonly [C in CallerKind]: Right };

const rights = (root: Right, group: Right, guestMay: Right, scraper: Right, nobody: Right): Rights => ({
  root,
  group,
  guest: guestMay,
  scraper,
  nobody,
});
const ROOT_ONLY = rights('yes', 'no', 'no', 'no', 'no');
const HOST_ONLY = rights('yes', 'yes', 'no', 'no', 'no');
const LOOK = rights('yes', 'yes', 'yes', 'no', 'no');
const LOOK_OWN = rights('yes', 'yes', 'own', 'no', 'no');
const GUEST_OWN = rights('no', 'no', 'own', 'no', 'no');
const SCRAPE = rights('yes', 'yes', 'no', 'yes', 'no');
const ANYBODY = rights('yes', 'yes', 'yes', 'yes', 'yes');

/** When the facts were read (milliseconds since the epoch), and how often they are (seconds). */
const fresh = { at: z.number(), every_s: z.number() };
const none = z.strictObject({});
const subject = z.object(allFacts).keyof();

/** A value that could not be read is null, and `missing` says why. */
const missing = z.record(z.string(), z.string());

export const hostMetrics = z.object({
  ...fresh,
  memory_total: z.number().nullable(),
  memory_used: z.number().nullable(),
  load1: z.number().nullable(),
  load5: z.number().nullable(),
  load15: z.number().nullable(),
  uptime_s: z.number().nullable(),
  cpu_temp_c: z.number().nullable(),
  /** The file system at `/`. */
  disk_total: z.number().nullable(),
  disk_used: z.number().nullable(),
  disk_used_percent: z.number().nullable(),
  storages: z.array(
    z.object({
      name: z.string(),
      type: z.string(),
      active: z.boolean(),
      total: z.number().nullable(),
      used: z.number().nullable(),
      /** Of the disk that it lies on, where SMART says. */
      smart_temperature_c: z.number().nullable(),
    }),
  ),
  missing,
});

const storageAnswer = z.object({
  ...fresh,
  host_scope: z.string(),
  vmid: vmid.nullable(),
  storages: hostMetrics.shape.storages,
  missing,
  /** The certificate that follows the present one; a client that acknowledges it pins both. Null when none does. */
  next_fingerprint: z.string().nullable(),
});

export const tokenRow = z.object({
  /** Names the token; tells nothing of it. */
  id: z.string(),
  vmid,
  created: z.number(),
  revoked: z.number().nullable(),
  /** Null when not since the agent started. */
  last_used: z.number().nullable(),
});
export type TokenRow = z.infer<typeof tokenRow>;

const namedDevice = z.strictObject({
  /** As listed by `GET /disks`: its path (`/dev/sdb1`) or its durable id (`byid:…`). */
  device: z.string().min(1).max(300),
});
/** What a caller on a host socket says of itself, for the ledger: a claim and no more. */
const claimed = { name: z.string().max(100).optional() };
const typed = { ...claimed, confirm: z.string().max(300).optional() };

/** Who acknowledged a certificate to come says so in this header, with its fingerprint. */
export const ACKNOWLEDGE_HEADER = 'x-felhom-acknowledge';

export type RouteShape = {
  readonly method: 'GET' | 'POST';
  /** `:name` stands for one segment of the path. */
  readonly path: string;
  readonly rights: Rights;
  readonly params: z.ZodType;
  readonly query: z.ZodType;
  readonly body: z.ZodType;
  readonly answer: z.ZodType;
  /** 200, or 202 where work goes on after the answer. */
  readonly status: 200 | 202;
  /** `text` and `events` answer no JSON: their handlers write it themselves. */
  readonly kind: 'json' | 'text' | 'events';
};

const guestParams = z.strictObject({ vmid: z.coerce.number().pipe(vmid) });
/** `status`: as Proxmox calls it afterwards (`running`, `stopped`), null when it could not be read. */
const guestDone = z.object({ vmid, kind: z.enum(['lxc', 'qemu']), status: z.string().nullable() });
const idParams = z.strictObject({ id: z.string().regex(/^op_[0-9a-f]{24}$/) });
const get = { method: 'GET', params: none, query: none, body: none, status: 200, kind: 'json' } as const;
const post = { method: 'POST', params: none, query: none, status: 200, kind: 'json' } as const;

export const routes = {
  healthz: {
    ...get,
    path: '/healthz',
    rights: ANYBODY,
    answer: z.object({ status: z.enum(['ok', 'degraded']), version: z.string() }),
  },
  metrics: { ...get, path: '/metrics', rights: SCRAPE, answer: z.string(), kind: 'text' },
  storage: { ...get, path: '/storage', rights: LOOK, answer: storageAnswer },
  hostMetrics: { ...get, path: '/host/metrics', rights: LOOK, answer: hostMetrics },
  /** One subject of facts as the sources of the console know it. */
  facts: {
    ...get,
    path: '/facts/:subject',
    rights: HOST_ONLY,
    params: z.strictObject({ subject }),
    answer: z.object({ every_s: z.number(), reading: readingOf(z.unknown()) }),
  },
  /** What this agent is: for a client that has just connected. */
  agent: {
    ...get,
    path: '/agent',
    rights: LOOK,
    answer: z.object({
      version: z.string(),
      host_scope: z.string(),
      allow_loop: z.boolean(),
      /** Subjects that `facts` and `events` have for this caller, with their intervals in seconds. */
      subjects: z.record(z.string(), z.number()),
      started: z.number(),
    }),
  },
  disks: {
    ...get,
    path: '/disks',
    rights: LOOK,
    answer: z.object({ ...fresh, devices: z.array(flaggedDevice) }),
  },
  scanDisk: {
    ...post,
    path: '/disks/scan',
    rights: LOOK,
    body: namedDevice,
    answer: z.object({ device: flaggedDevice }),
    status: 202,
  },
  formatDisk: {
    ...post,
    path: '/disks/format',
    rights: LOOK_OWN,
    body: z.object({
      /** For a guest: its own, and nothing else. Host sockets may leave it out. */
      vmid: vmid.optional(),
      device: z.string().min(1).max(300),
      fstype: z.string().max(50),
      ...typed,
    }),
    answer: z.object({ formatted: z.literal(false), data_bearing: z.boolean(), operation }),
    status: 202,
  },
  releaseDisk: {
    ...post,
    path: '/disks/release',
    rights: HOST_ONLY,
    body: namedDevice.extend(typed),
    answer: z.object({ released: z.array(z.string()), device: flaggedDevice }),
  },
  identifyDisk: {
    ...post,
    path: '/disks/identify',
    rights: HOST_ONLY,
    body: namedDevice.extend(claimed),
    answer: z.object({ how: z.enum(['light', 'reading']), seconds: z.number() }),
    status: 202,
  },
  operations: {
    ...get,
    path: '/operations',
    rights: LOOK_OWN,
    answer: z.object({ ...fresh, operations: z.array(operation) }),
  },
  operation: {
    ...get,
    path: '/operations/:id',
    rights: LOOK_OWN,
    params: idParams,
    answer: z.object({ operation }),
  },
  confirmOperation: {
    ...post,
    path: '/operations/:id/confirm',
    rights: HOST_ONLY,
    params: idParams,
    body: z.strictObject(typed),
    answer: z.object({ operation }),
    status: 202,
  },
  /**
   * The very bytes to be signed. Asking again gives the same ones while they last; other ones are made
   * only with `renew`, which ends the approvals of the old ones.
   */
  bytesOperation: {
    ...post,
    path: '/operations/:id/bytes',
    rights: HOST_ONLY,
    params: idParams,
    body: z.strictObject({
      /** For signing where there is no network: they last 24 hours instead of one. */
      offline: z.boolean().optional(),
      wipe: wipeKind.optional(),
      renew: z.boolean().optional(),
      ...claimed,
    }),
    answer: z.object({
      operation,
      /** Printable ASCII and one line's end, to be signed exactly so. */
      message: z.string(),
      signers: signersTold,
    }),
  },
  submitOperation: {
    ...post,
    path: '/operations/:id/submit',
    rights: HOST_ONLY,
    params: idParams,
    body: z.strictObject({
      /** As `ssh-keygen -Y sign` writes it. */
      signature: z.string(),
      ...claimed,
    }),
    /** `ledger`: its record of this approval. */
    answer: z.object({ operation, approval, ledger: ledgerAnchor }),
  },
  denyOperation: {
    ...post,
    path: '/operations/:id/deny',
    rights: HOST_ONLY,
    params: idParams,
    body: z.strictObject(claimed),
    answer: z.object({ operation }),
  },
  runOperation: {
    ...post,
    path: '/operations/:id/run',
    rights: HOST_ONLY,
    params: idParams,
    body: z.strictObject(typed),
    answer: z.object({ operation }),
    status: 202,
  },
  cancelOperation: {
    ...post,
    path: '/operations/:id/cancel',
    rights: HOST_ONLY,
    params: idParams,
    body: z.strictObject(claimed),
    answer: z.object({ operation }),
    status: 202,
  },
  guests: {
    ...get,
    path: '/guests',
    rights: LOOK_OWN,
    answer: z.object({ ...fresh, guests: z.array(guest) }),
  },
  reportGuest: {
    ...post,
    path: '/guests/:vmid/report',
    rights: GUEST_OWN,
    params: guestParams,
    body: guestReport,
    /** `ledger`: its newest record, to be kept far from this host. */
    answer: z.object({ received: z.number(), ledger: ledgerAnchor }),
  },
  /** By `pct` or `qm`, as the kind of guest asks for; answers when it is done. */
  startGuest: {
    ...post,
    path: '/guests/:vmid/start',
    rights: HOST_ONLY,
    params: guestParams,
    body: z.strictObject(claimed),
    answer: guestDone,
  },
  /** Shuts it down in order. What is typed is its VMID. */
  stopGuest: {
    ...post,
    path: '/guests/:vmid/stop',
    rights: HOST_ONLY,
    params: guestParams,
    body: z.strictObject(typed),
    answer: guestDone,
  },
  rebootGuest: {
    ...post,
    path: '/guests/:vmid/reboot',
    rights: HOST_ONLY,
    params: guestParams,
    body: z.strictObject(typed),
    answer: guestDone,
  },
  tokens: { ...get, path: '/tokens', rights: ROOT_ONLY, answer: z.object({ tokens: z.array(tokenRow) }) },
  /** The only answer that holds a secret; who asked writes it to a file of mode 0600. */
  mintToken: {
    ...post,
    path: '/tokens',
    rights: ROOT_ONLY,
    body: z.strictObject({ vmid, ...claimed }),
    answer: z.object({ id: z.string(), vmid, token: z.string() }),
  },
  revokeToken: {
    ...post,
    path: '/tokens/revoke',
    rights: ROOT_ONLY,
    body: z.strictObject({ id: z.string().max(100).optional(), vmid: vmid.optional(), ...claimed }),
    answer: z.object({ revoked: z.array(z.string()) }),
  },
  grants: {
    ...get,
    path: '/grants',
    rights: HOST_ONLY,
    answer: z.object({ grants: z.record(z.string(), z.union([z.literal('*'), z.array(z.string())])) }),
  },
  ledger: {
    ...get,
    path: '/ledger',
    rights: HOST_ONLY,
    /** Records after number `after`, at most a thousand. */
    query: z.strictObject({ after: z.coerce.number().int().min(0).optional() }),
    answer: z.object({
      ...fresh,
      records: z.array(ledgerRecord),
      count: z.number(),
      intact: z.boolean(),
      broken: z.string().nullable(),
      /** Its newest record: whoever keeps it finds out later when the ledger was cut. */
      anchor: ledgerAnchor,
    }),
  },
  /** Who may approve operations, as the files of this host say now, and what is wrong with them. */
  signers: {
    ...get,
    path: '/signers',
    rights: HOST_ONLY,
    answer: z.object({ ...fresh, signers: signersTold }),
  },
  /**
   * Server-sent events: `facts` with `{subject, every_s, reading}` whenever a subject that was asked
   * for has a new reading, `notice` for what happens once (a disk was plugged in). Resumable.
   */
  events: {
    ...get,
    path: '/events',
    rights: LOOK_OWN,
    query: z.strictObject({ subjects: z.string().max(1000).optional() }),
    answer: z.string(),
    kind: 'events',
  },
  renewCertificate: {
    ...post,
    path: '/certificate/renew',
    rights: ROOT_ONLY,
    body: z.strictObject(claimed),
    answer: z.object({ fingerprint: z.string(), next_fingerprint: z.string() }),
  },
  switchCertificate: {
    ...post,
    path: '/certificate/switch',
    rights: ROOT_ONLY,
    body: z.strictObject(claimed),
    answer: z.object({ fingerprint: z.string() }),
  },
  /** Root says that this is the host it was, or is meant to be one of its own. */
  acceptInstall: {
    ...post,
    path: '/host/accept-install',
    rights: ROOT_ONLY,
    body: z.strictObject(claimed),
    answer: z.object({ install: z.string() }),
  },
  resetClock: {
    ...post,
    path: '/host/reset-clock',
    rights: ROOT_ONLY,
    body: z.strictObject(claimed),
    answer: z.object({ mark: z.number() }),
  },
} as const satisfies Record<string, RouteShape>;

export type RouteId = keyof typeof routes;
export type RouteTable = { readonly [R in RouteId]: RouteShape };
export type RouteBody<R extends RouteId> = z.input<(typeof routes)[R]['body']>;
/** As the server reads it, with its defaults. */
export type ParsedBody<R extends RouteId> = z.output<(typeof routes)[R]['body']>;
export type RouteParams<R extends RouteId> = z.output<(typeof routes)[R]['params']>;
export type RouteQuery<R extends RouteId> = z.output<(typeof routes)[R]['query']>;
export type RouteAnswer<R extends RouteId> = z.output<(typeof routes)[R]['answer']>;

/** What happens once, as `event: notice`; clients show it, and need not know every kind. */
export const notice = z.object({
  kind: z.enum([
    'disk-plugged',
    'disk-pulled',
    'scan-ended',
    'operation-ended',
    'guest-changed',
    'service-healed',
    'service-failed',
    'service-rolled-back',
  ]),
  at: z.number(),
  /** Kernel name, operation id, VMID, or the name of a container. */
  subject: z.string(),
  /** Model, size and durable id, or what came of it; may be foreign text. */
  detail: z.string(),
});
export type Notice = z.infer<typeof notice>;

/** `event: facts`. */
export const factsEvent = z.object({ subject, every_s: z.number(), reading: readingOf(z.unknown()) });
