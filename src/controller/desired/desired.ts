// What should be, as plain values: rendered from controller.yaml, compared by hash, applied by steps.
import type { ConfigKey, ServiceName } from '../../contracts/base-stack.ts';
import type { CreateOptions } from '../../clients/engine.ts';

/** A file of a service's configuration, below `<stacks_dir>/<service>/`. */
export type DesiredFile = {
  /** Relative, without `..`. */
  readonly path: string;
  readonly content: string;
  readonly mode: number;
  /** Whose it is: the user that its container runs as. */
  readonly uid: number;
  readonly gid: number;
};
export type DesiredFolder = Omit<DesiredFile, 'content'>;

/** Asked of the service itself, by HTTP at its address on the base network. */
export type Probe = { readonly port: number; readonly path: string };

export type DesiredService = {
  readonly name: ServiceName;
  readonly image: { readonly reference: string; readonly id: string | null };
  /**
   * The folder of its configuration and secrets, below `<stacks_dir>/<service>/`: named for its content, so that an
   * old container keeps what it was started with, whatever is written for a new one (`stale-folders.ts`).
   */
  readonly configFolder: string;
  /** Folders whose content a container keeps (certificates, databases): made once, never emptied. */
  readonly folders: readonly DesiredFolder[];
  readonly files: readonly DesiredFile[];
  /** Without labels, image and limits, which `composeCreate` adds. */
  readonly create: CreateOptions;
  readonly memoryBytes: number;
  readonly pids: number;
  readonly stopGraceS: number;
  /** Healthy, or running without a restart for so long, counts as started. */
  readonly settleS: number;
  readonly probe: Probe | null;
  /** SHA-256 over canonical create options, image, and digests of files and secrets. Limits are not in it. */
  readonly hash: string;
};

export type Desired = {
  readonly network: string;
  readonly services: readonly DesiredService[];
  /** These are not started: keys are missing. */
  readonly notConfigured: readonly { readonly service: ServiceName; readonly keys: readonly ConfigKey[] }[];
  /** Nor these: their configuration asks for what must not be. */
  readonly refused: readonly { readonly service: ServiceName; readonly why: string }[];
  /** These run with less: keys are missing. */
  readonly lacking: readonly { readonly service: ServiceName; readonly keys: readonly ConfigKey[] }[];
};
