// What the agent is put together from: the part that listens and answers (this one) and the parts that
// decide and act, which are given what they need and give back their handlers.
import type { Clock } from '../base/clock.ts';
import type { Text } from '../base/texts/text.ts';
import type { Subject } from '../contracts/all-facts.ts';
import type { AgentConfig } from '../contracts/agent-config.ts';
import type { DiskScan } from '../contracts/facts/disk-flags.ts';
import type { BlockDevice, DiskFacts } from '../contracts/facts/disks.ts';
import type { Requester } from '../contracts/facts/operations.ts';
import type { ProxmoxFacts } from '../contracts/facts/proxmox.ts';
import type { Reading } from '../contracts/reading.ts';
import type { Notice, RouteId } from '../contracts/routes.ts';
import type { ExaminedDisk } from '../disks/examined-disk.ts';
import type { Released } from '../disks/release-disk.ts';
import type { Machine } from '../host/machine.ts';
import type { FindToken, Handlers } from './handler.ts';
import type { Log } from '../daemon/log.ts';
import type { OwnSubjects } from './sampler.ts';
import type { StartScan } from './scans.ts';

/** Routes that the listening part answers itself. */
const LISTENING_ROUTES = [
  'healthz',
  'metrics',
  'storage',
  'hostMetrics',
  'facts',
  'agent',
  'disks',
  'scanDisk',
  'releaseDisk',
  'identifyDisk',
  'events',
  'renewCertificate',
  'switchCertificate',
] as const satisfies readonly RouteId[];
type ListeningRoute = (typeof LISTENING_ROUTES)[number];
export type ListeningHandlers = Pick<Handlers, ListeningRoute>;
export type DecidingHandlers = Omit<Handlers, ListeningRoute>;

/** What reaches for the disks themselves. */
export type DiskHands = {
  readonly startScan: StartScan;
  /** All signals of a device, read now. */
  readonly examine: (
    name: string,
    options: { readonly signal: AbortSignal },
  ) => Promise<Reading<ExaminedDisk>>;
  /** Unmounts and swaps off; what it may not, or could not, it says with the command that would. */
  readonly release: (device: BlockDevice, signal: AbortSignal) => Promise<Released>;
  /** Makes it show which it is, for so many seconds. */
  readonly identify: (device: BlockDevice) => Promise<Identified>;
};
export type Identified =
  | { readonly how: 'light' | 'reading'; readonly seconds: number }
  | { readonly how: 'none'; readonly why: string };

export type AgentTools = {
  readonly config: AgentConfig;
  readonly clock: Clock;
  readonly log: Log;
  readonly text: Text;
  readonly machine: Machine;
  /** Where its configuration stands, and beside it the files that say who may sign. */
  readonly configFolder: string;
  /** This host's name in every operation. */
  readonly hostScope: string;
  /** As they stand in the configuration file now. */
  readonly readGrants: () => AgentConfig['disks']['grants'];
  /** The block devices, read now. */
  readonly readDevices: (signal: AbortSignal) => Promise<Reading<DiskFacts>>;
  /** The running or last scan of a device. */
  readonly scanOf: (name: string) => DiskScan | null;
  /** Ends readings of these devices (kernel names), and lets none begin until the given function is called. */
  readonly keepOffScans: (names: readonly string[]) => Promise<() => void>;
  /** What Proxmox says of this node; nothing where there is none, or it does not answer. */
  readonly readProxmox: () => Promise<ProxmoxFacts | undefined>;
  /** To whoever follows on the host; with a VMID to this guest as well. */
  readonly notice: (notice: Notice, vmid?: number) => void;
  /** Facts that whoever asks next must read anew. */
  readonly forget: (subject: Subject) => void;
  /** And whoever follows them is told anew. */
  readonly changed: (subject: Subject) => void;
};
export type RecordDeed = (deed: {
  readonly what: string;
  readonly by: Requester | null;
  readonly subject: string;
  readonly detail: Readonly<Record<string, string | number | boolean | null>>;
}) => Promise<void>;
export type AgentParts = {
  readonly handlers: DecidingHandlers;
  readonly findToken: FindToken;
  /** Ids of the tokens that are valid now. */
  readonly validTokens: () => Promise<readonly string[]>;
  readonly subjects: OwnSubjects;
  readonly disks: DiskHands;
  /** Writes down in the ledger what another part did. Throws E_STORE when it cannot be written. */
  readonly record: RecordDeed;
  /** Why it cannot do all of its work, or nothing. */
  readonly trouble: () => string | undefined;
  /** Ends what it runs; the agent stops. */
  readonly stop: () => Promise<void>;
};

/** Opens what the agent remembers. Throws when it cannot: an agent that has forgotten must not decide. */
export type OpenParts = (tools: AgentTools) => Promise<AgentParts>;
