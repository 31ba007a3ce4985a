// What the controller asks of a Docker daemon, as a port: each call is limited in time, parsed at the door, and
// fails with an `EngineError` that tells apart what Docker's bare status does not.

/** Milliseconds, bytes; names and ids as Docker writes them. Missing facts are null. */
export type ListedContainer = {
  readonly id: string;
  /** Without the slash. */
  readonly name: string;
  readonly image: string;
  readonly imageId: string;
  /** created, running, paused, restarting, removing, exited, dead. */
  readonly state: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Of the machine that Docker runs on, while it runs. */
  readonly ports: readonly number[];
};

export type InspectedContainer = Omit<ListedContainer, 'ports'> & {
  readonly health: string | null;
  readonly exitCode: number | null;
  readonly oomKilled: boolean;
  /** What Docker says of a start that failed. */
  readonly startError: string;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly createdAt: number | null;
  /** By the restart policy; Docker counts from zero again after a start by hand. */
  readonly restartCount: number;
  readonly restartPolicy: string;
  readonly privileged: boolean;
  readonly hostname: string;
  readonly memoryBytes: number;
  readonly pidsLimit: number;
  /** Network's name → its id (endpoints keep an old one; empty before the first start), and the address there. */
  readonly networks: Readonly<Record<string, { readonly id: string; readonly address: string | null }>>;
  readonly mounts: readonly {
    readonly type: string;
    readonly source: string;
    readonly target: string;
    readonly readOnly: boolean;
  }[];
};

export type ListedNetwork = {
  readonly id: string;
  readonly name: string;
  readonly driver: string;
  readonly labels: Readonly<Record<string, string>>;
};

/** As `POST /containers/create` takes it: canonical JSON of it is what the hash is made of. */
export type CreateOptions = Readonly<Record<string, unknown>>;

export type EngineEvent = {
  /** `container`, `network`, `image`, `daemon`. */
  readonly type: string;
  /** `die`, `start`, `destroy`, `health_status: unhealthy`, … */
  readonly action: string;
  readonly id: string;
  /** Of the container or network; empty when the event does not say. */
  readonly name: string;
  readonly exitCode: number | null;
  /** Of a `kill`: the signal's number. */
  readonly signal: number | null;
  /** Milliseconds since the epoch, by the daemon's clock. */
  readonly at: number;
};

export type LoadedImage = { readonly reference: string | null; readonly id: string | null };

export type Engine = {
  readonly socketPath: string;
  readonly ping: (signal: AbortSignal) => Promise<void>;
  /** `runtime`: the version of runc, as far as Docker tells. `name`: the host name of the machine that it runs on. */
  readonly info: (signal: AbortSignal) => Promise<{
    readonly name: string;
    readonly version: string;
    readonly runtime: string | null;
    readonly liveRestore: boolean;
  }>;
  readonly listContainers: (signal: AbortSignal) => Promise<readonly ListedContainer[]>;
  /** Nothing when there is no such container. */
  readonly inspectContainer: (id: string, signal: AbortSignal) => Promise<InspectedContainer | undefined>;
  readonly createContainer: (name: string, options: CreateOptions, signal: AbortSignal) => Promise<string>;
  readonly startContainer: (id: string, signal: AbortSignal) => Promise<void>;
  /** SIGTERM, and SIGKILL after `graceS`; one that does not run is no error. */
  readonly stopContainer: (id: string, graceS: number, signal: AbortSignal) => Promise<void>;
  readonly restartContainer: (id: string, graceS: number, signal: AbortSignal) => Promise<void>;
  readonly unpauseContainer: (id: string, signal: AbortSignal) => Promise<void>;
  readonly renameContainer: (id: string, name: string, signal: AbortSignal) => Promise<void>;
  /** Kills it when it runs; never its volumes. One that is gone is no error. */
  readonly removeContainer: (id: string, signal: AbortSignal) => Promise<void>;
  /** Sets swap to none besides: `MemorySwap` equal to `Memory`, as it has to be made. */
  readonly updateLimits: (
    id: string,
    limits: { readonly memoryBytes: number; readonly pids: number; readonly restart: 'always' },
    signal: AbortSignal,
  ) => Promise<void>;
  readonly listNetworks: (signal: AbortSignal) => Promise<readonly ListedNetwork[]>;
  readonly createNetwork: (
    name: string,
    labels: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ) => Promise<string>;
  readonly removeNetwork: (id: string, signal: AbortSignal) => Promise<void>;
  readonly connectNetwork: (networkId: string, containerId: string, signal: AbortSignal) => Promise<void>;
  readonly disconnectNetwork: (networkId: string, containerId: string, signal: AbortSignal) => Promise<void>;
  /** Nothing when it is not there. `id`: SHA-256 of its configuration. */
  readonly inspectImage: (
    reference: string,
    signal: AbortSignal,
  ) => Promise<
    { readonly id: string; readonly tags: readonly string[]; readonly digests: readonly string[] } | undefined
  >;
  /**
   * An archive by `docker save`, from a file. It is judged before Docker has it (image-archive.ts), Docker's answer
   * is read to its end, where errors hide, and what is there afterwards must be what the archive's manifest names.
   */
  readonly loadImage: (path: string, signal: AbortSignal) => Promise<readonly LoadedImage[]>;
  readonly pullImage: (reference: string, signal: AbortSignal) => Promise<void>;
  readonly tagImage: (id: string, reference: string, signal: AbortSignal) => Promise<void>;
  readonly readLog: (
    id: string,
    options: { readonly tail: number; readonly previous: boolean },
    signal: AbortSignal,
  ) => Promise<readonly string[]>;
  /**
   * Calls back for each event from now on. Resolves never; rejects when the stream closes (the daemon died or was
   * stopped: events in between are lost), and when `signal` aborts.
   */
  readonly followEvents: (
    onOpen: () => void,
    onEvent: (event: EngineEvent) => void,
    signal: AbortSignal,
  ) => Promise<never>;
  readonly close: () => void;
};

/**
 * `unreachable`: nobody answers. `timeout`: not in time, or whoever asked gave up. `no-such-…`, by what is missing, as the message tells: Docker says
 * 404 for each. `name-taken`, `port-taken`, `mount-missing`, `no-space`: what a person can do something about.
 */
export type EngineErrorKind =
  | 'unreachable'
  | 'timeout'
  | 'no-permission'
  | 'no-such-container'
  | 'no-such-image'
  | 'no-such-network'
  | 'name-taken'
  | 'port-taken'
  | 'mount-missing'
  | 'network-in-use'
  | 'task-exists'
  | 'no-space'
  | 'bad-archive'
  | 'conflict'
  | 'refused'
  | 'garbage';

export class EngineError extends Error {
  readonly kind: EngineErrorKind;
  readonly status: number | undefined;

  constructor(kind: EngineErrorKind, message: string, options: { status?: number; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'EngineError';
    this.kind = kind;
    this.status = options.status;
  }
}
