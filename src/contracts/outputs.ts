// What the commands print with --json: one document each, whose fields keep their names. The JSON
// Schemas in docs/schema are made from these.
import { z } from 'zod';
import { allFacts } from './all-facts.ts';
import type { Subject } from './all-facts.ts';
import { baseService, baseStep } from './facts/base-stack.ts';
import { container } from './facts/containers.ts';
import { guest } from './facts/guests.ts';
import { ledgerAnchor, ledgerRecord } from './facts/ledger.ts';
import { diskFlag, diskScan } from './facts/disk-flags.ts';
import { approval, diskContent, operation } from './facts/operations.ts';
import { smartVerdict } from './facts/smart.ts';
import { finding, ruleAnswer } from './finding.ts';
import { readingOf } from './reading-schema.ts';
import { flaggedDevice } from './flagged-device-schema.ts';
import { tokenRow } from './routes.ts';
import { signersTold } from './signers-told.ts';

/** When the facts were read (milliseconds since the epoch), and by which source. */
const origin = { at: z.number(), source: z.enum(['embedded', 'agent']) };

/** A finding together with its words in the language that was asked for. */
const toldFinding = finding.extend({
  told: z.object({
    what: z.string(),
    evidence: z.array(z.string()),
    cause: z.string(),
    cure: z.string(),
  }),
});
export type ToldFinding = z.infer<typeof toldFinding>;

const examined = { findings: z.array(toldFinding), rules: z.array(ruleAnswer) };

export const statusOutput = z.object({
  schema: z.literal('felhom/status/1'),
  ...origin,
  facts: z.object({
    identity: readingOf(allFacts.identity),
    uptime: readingOf(allFacts.uptime),
    time_sync: readingOf(allFacts.time_sync),
    cpu: readingOf(allFacts.cpu),
    load: readingOf(allFacts.load),
    memory: readingOf(allFacts.memory),
    pressure: readingOf(allFacts.pressure),
    temperatures: readingOf(allFacts.temperatures),
    network: readingOf(allFacts.network),
    filesystems: readingOf(allFacts.filesystems),
    disks: readingOf(allFacts.disks),
    disk_flags: readingOf(allFacts.disk_flags),
    smart: readingOf(allFacts.smart),
    zfs: readingOf(allFacts.zfs),
    lvm: readingOf(allFacts.lvm),
    proxmox: readingOf(allFacts.proxmox),
    processes: readingOf(allFacts.processes),
    kernel_errors: readingOf(allFacts.kernel_errors),
    containers: readingOf(allFacts.containers),
    base_stack: readingOf(allFacts.base_stack),
    operations: readingOf(allFacts.operations),
    guests: readingOf(allFacts.guests),
    ledger: readingOf(allFacts.ledger),
  } satisfies Record<Subject, z.ZodType>),
  ...examined,
});

export const doctorOutput = z.object({
  schema: z.literal('felhom/doctor/1'),
  ...origin,
  /** The one rule that was asked for; null when all were. */
  rule: z.string().nullable(),
  ...examined,
});
export type DoctorOutput = z.infer<typeof doctorOutput>;

/** One figure as the monitoring plugins' guidelines write it; null where there is no such limit. */
const perfdatum = z.object({
  label: z.string(),
  value: z.number(),
  unit: z.enum(['', '%', 'B', 's', 'c']),
  warn: z.number().nullable(),
  crit: z.number().nullable(),
  min: z.number().nullable(),
  max: z.number().nullable(),
});
export type Perfdatum = z.infer<typeof perfdatum>;

export const checkOutput = z.object({
  schema: z.literal('felhom/check/1'),
  ...origin,
  status: z.enum(['OK', 'WARNING', 'CRITICAL', 'UNKNOWN']),
  exit_code: z.number(),
  summary: z.string(),
  perfdata: z.array(perfdatum),
  ...examined,
});
export type CheckOutput = z.infer<typeof checkOutput>;

export const disksListOutput = z.object({
  schema: z.literal('felhom/disks-list/1'),
  ...origin,
  devices: z.array(
    flaggedDevice.extend({
      /** Null when SMART says nothing of this device. */
      smart_verdict: smartVerdict.nullable(),
      temperature_c: z.number().nullable(),
    }),
  ),
});
export type DisksListOutput = z.infer<typeof disksListOutput>;

export const disksScanOutput = z.object({
  schema: z.literal('felhom/disks-scan/1'),
  ...origin,
  /** Kernel name, and the name that stays. */
  name: z.string(),
  path: z.string(),
  durable_id: z.string().nullable(),
  /** `zero`: every byte was read and is. `not-zero`: `detail` is the offset of the first that is not. */
  scan: diskScan,
});
export type DisksScanOutput = z.infer<typeof disksScanOutput>;
/** One device as it was examined; what only an examination on the host tells is null elsewhere. */
export const disksInspectOutput = z.object({
  schema: z.literal('felhom/disks-inspect/1'),
  ...origin,
  /** Its path; what was asked for when there is no such device. */
  device: z.string(),
  name: z.string().nullable(),
  durable_id: z.string().nullable(),
  durable_id_reason: z.string().nullable(),
  ...diskFlag.omit({ name: true }).shape,
  size_bytes: z.number().nullable(),
  model: z.string().nullable(),
  serial: z.string().nullable(),
  transport: z.string().nullable(),
  content: z.array(diskContent),
  facts_sha256: z.string().nullable(),
  confirm_word: z.string().nullable(),
});
export type DisksInspectOutput = z.infer<typeof disksInspectOutput>;

const optionOutput = z.object({
  name: z.string(),
  short: z.string().nullable(),
  summary: z.string(),
  /** The word that stands for its value; null for one without a value. */
  placeholder: z.string().nullable(),
  choices: z.array(z.string()).nullable(),
});
export type OptionOutput = z.infer<typeof optionOutput>;

export const helpOutput = z.object({
  schema: z.literal('felhom/help/1'),
  version: z.string(),
  commands: z.array(
    z.object({
      name: z.string(),
      summary: z.string(),
      operands: z.array(
        z.object({
          placeholder: z.string(),
          required: z.boolean(),
          choices: z.array(z.string()).nullable(),
        }),
      ),
      options: z.array(optionOutput),
    }),
  ),
  global_options: z.array(optionOutput),
});
export type HelpOutput = z.infer<typeof helpOutput>;

export const completionOutput = z.object({
  schema: z.literal('felhom/completion/1'),
  shell: z.enum(['bash', 'zsh', 'fish']),
  script: z.string(),
});
export type CompletionOutput = z.infer<typeof completionOutput>;

/** What the agent told or did; `at` is when, in milliseconds since the epoch. */
export const opListOutput = z.object({
  schema: z.literal('felhom/op-list/1'),
  at: z.number(),
  /** The newest first. */
  operations: z.array(operation),
});
export type OpListOutput = z.infer<typeof opListOutput>;

/** Of every command that shows or changes one operation, `disks format` too. */
export const opOutput = z.object({ schema: z.literal('felhom/op/1'), operation });
export type OpOutput = z.infer<typeof opOutput>;

export const opBytesOutput = z.object({
  schema: z.literal('felhom/op-bytes/1'),
  operation,
  /** To be signed exactly so, its line's end included. */
  message: z.string(),
  /** Over these bytes, as sha256sum(1) prints it. */
  sha256: z.string(),
  signers: signersTold,
});
export type OpBytesOutput = z.infer<typeof opBytesOutput>;

/** Of `op sign` and `op submit`. */
export const opSubmitOutput = z.object({
  schema: z.literal('felhom/op-submit/1'),
  operation,
  approval,
  /** The ledger's record of it. */
  ledger: ledgerAnchor,
});
export type OpSubmitOutput = z.infer<typeof opSubmitOutput>;

export const signersCheckOutput = z.object({
  schema: z.literal('felhom/signers-check/1'),
  at: z.number(),
  /** Whose files were read: the agent's own, or those of a folder here. */
  folder: z.string().nullable(),
  signers: signersTold,
});
export type SignersCheckOutput = z.infer<typeof signersCheckOutput>;

export const disksReleaseOutput = z.object({
  schema: z.literal('felhom/disks-release/1'),
  released: z.array(z.string()),
  device: flaggedDevice,
});
export type DisksReleaseOutput = z.infer<typeof disksReleaseOutput>;

export const disksIdentifyOutput = z.object({
  schema: z.literal('felhom/disks-identify/1'),
  how: z.enum(['light', 'reading']),
  seconds: z.number(),
});
export type DisksIdentifyOutput = z.infer<typeof disksIdentifyOutput>;

/** Without the token itself: that is in the file alone. */
export const tokensMintOutput = z.object({
  schema: z.literal('felhom/tokens-mint/1'),
  id: z.string(),
  vmid: z.number(),
  file: z.string(),
});
export type TokensMintOutput = z.infer<typeof tokensMintOutput>;

export const tokensListOutput = z.object({
  schema: z.literal('felhom/tokens-list/1'),
  tokens: z.array(tokenRow),
});
export type TokensListOutput = z.infer<typeof tokensListOutput>;

export const tokensRevokeOutput = z.object({
  schema: z.literal('felhom/tokens-revoke/1'),
  /** Ids of tokens. */
  revoked: z.array(z.string()),
});
export type TokensRevokeOutput = z.infer<typeof tokensRevokeOutput>;

export const guestsOutput = z.object({
  schema: z.literal('felhom/guests/1'),
  at: z.number(),
  guests: z.array(guest),
});
export type GuestsOutput = z.infer<typeof guestsOutput>;

/** Of `guests start`, `stop` and `reboot`. */
export const guestOutput = z.object({
  schema: z.literal('felhom/guest/1'),
  deed: z.enum(['start', 'stop', 'reboot']),
  vmid: z.number(),
  kind: z.enum(['lxc', 'qemu']),
  /** What it is afterwards, as Proxmox says; null when it does not. */
  status: z.string().nullable(),
});
export type GuestOutput = z.infer<typeof guestOutput>;

/** What `guests enter` would run; a document runs nothing. */
export const guestsEnterOutput = z.object({
  schema: z.literal('felhom/guests-enter/1'),
  vmid: z.number(),
  command: z.array(z.string()),
});
export type GuestsEnterOutput = z.infer<typeof guestsEnterOutput>;

/** Whose ledger it is: the host's agent's, or this guest's controller's. */
const ledgerKeeper = z.enum(['agent', 'controller']);
export type LedgerKeeper = z.infer<typeof ledgerKeeper>;
const chain = {
  keeper: ledgerKeeper,
  count: z.number(),
  intact: z.boolean(),
  broken: z.string().nullable(),
};
export const ledgerShowOutput = z.object({
  schema: z.literal('felhom/ledger-show/1'),
  ...chain,
  /** The oldest first. */
  records: z.array(ledgerRecord),
});
export type LedgerShowOutput = z.infer<typeof ledgerShowOutput>;

export const ledgerVerifyOutput = z.object({
  schema: z.literal('felhom/ledger-verify/1'),
  ...chain,
  /** Its newest record: kept elsewhere, it finds out later when the ledger was cut. */
  anchor: ledgerAnchor,
});
export type LedgerVerifyOutput = z.infer<typeof ledgerVerifyOutput>;

export const hostResetClockOutput = z.object({
  schema: z.literal('felhom/host-reset-clock/1'),
  /** What the clock may not go behind from now on, in milliseconds since the epoch. */
  mark: z.number(),
});
export type HostResetClockOutput = z.infer<typeof hostResetClockOutput>;

export const hostAcceptInstallOutput = z.object({
  schema: z.literal('felhom/host-accept-install/1'),
  /** Digest of this installation, as signed bytes name it. */
  install: z.string(),
});
export type HostAcceptInstallOutput = z.infer<typeof hostAcceptInstallOutput>;

/** SHA-256 of the certificate in use and of the one that comes next, hexadecimal. */
export const certificateOutput = z.object({
  schema: z.literal('felhom/certificate/1'),
  fingerprint: z.string(),
  next_fingerprint: z.string().nullable(),
});
export type CertificateOutput = z.infer<typeof certificateOutput>;

export const baseStatusOutput = z.object({
  schema: z.literal('felhom/base-status/1'),
  at: z.number(),
  base: allFacts.base_stack,
});
export type BaseStatusOutput = z.infer<typeof baseStatusOutput>;

const planned = {
  steps: z.array(baseStep),
  /** What is held back, and why: a back-off, a pause, a version that was rolled back, missing keys. */
  held: z.array(z.object({ subject: z.string(), why: z.string(), until: z.number().nullable() })),
  /** What keeps all of it from being done; null when nothing does. */
  blocked: z.string().nullable(),
};
export const basePlanOutput = z.object({
  schema: z.literal('felhom/base-plan/1'),
  at: z.number(),
  ...planned,
});
export type BasePlanOutput = z.infer<typeof basePlanOutput>;

export const baseApplyOutput = z.object({
  schema: z.literal('felhom/base-apply/1'),
  /** As it was before anything was done. */
  plan: z.object(planned),
  applied: z.array(baseStep),
  /** Whether all is as it should be now; what is paused or not configured is. */
  converged: z.boolean(),
  base: allFacts.base_stack,
});
export type BaseApplyOutput = z.infer<typeof baseApplyOutput>;

/** Of `base pause` and `base resume`. */
export const baseServiceOutput = z.object({
  schema: z.literal('felhom/base-service/1'),
  service: baseService,
});
export type BaseServiceOutput = z.infer<typeof baseServiceOutput>;

export const containersListOutput = z.object({
  schema: z.literal('felhom/containers-list/1'),
  ...origin,
  engine_version: z.string(),
  containers: z.array(container),
  /** What the controller tells of the base stack; it may be silent, or there may be none. */
  base: readingOf(allFacts.base_stack),
});
export type ContainersListOutput = z.infer<typeof containersListOutput>;

/** Of `containers start`, `stop` and `restart`. */
export const containerOutput = z.object({
  schema: z.literal('felhom/container/1'),
  id: z.string(),
  name: z.string(),
  state: z.string(),
});
export type ContainerOutput = z.infer<typeof containerOutput>;

/** With --follow one of these for each batch of lines, a document a line. */
export const containerLogsOutput = z.object({
  schema: z.literal('felhom/container-logs/1'),
  id: z.string(),
  lines: z.array(z.string()),
});
export type ContainerLogsOutput = z.infer<typeof containerLogsOutput>;

/** What stands on stdout instead when a command could not do its work. */
const errorOutput = z.object({
  error: z.string(),
  /** `settings`, `unreachable`, `not-found`, `refused`, `failed`. */
  code: z.string(),
  hint: z.string().optional(),
  /** The code of the agent's refusal, or of why an ssh-agent does not sign. */
  api_code: z.string().optional(),
  /** The agent's whole answer (with `pending_op` for a refused format), where it said no. */
  answer: z.unknown().optional(),
});

/** By the name of their file in docs/schema. */
export const allOutputs = {
  status: statusOutput,
  check: checkOutput,
  doctor: doctorOutput,
  'disks-list': disksListOutput,
  'disks-scan': disksScanOutput,
  'disks-release': disksReleaseOutput,
  'disks-identify': disksIdentifyOutput,
  'op-list': opListOutput,
  op: opOutput,
  'op-bytes': opBytesOutput,
  'op-submit': opSubmitOutput,
  'signers-check': signersCheckOutput,
  'tokens-mint': tokensMintOutput,
  'tokens-list': tokensListOutput,
  'tokens-revoke': tokensRevokeOutput,
  guests: guestsOutput,
  guest: guestOutput,
  'guests-enter': guestsEnterOutput,
  'ledger-show': ledgerShowOutput,
  'ledger-verify': ledgerVerifyOutput,
  'host-reset-clock': hostResetClockOutput,
  'host-accept-install': hostAcceptInstallOutput,
  certificate: certificateOutput,
  'disks-inspect': disksInspectOutput,
  'base-status': baseStatusOutput,
  'base-plan': basePlanOutput,
  'base-apply': baseApplyOutput,
  'base-service': baseServiceOutput,
  'containers-list': containersListOutput,
  container: containerOutput,
  'container-logs': containerLogsOutput,
  help: helpOutput,
  completion: completionOutput,
  error: errorOutput,
} as const;
