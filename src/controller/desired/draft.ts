// What a service's own renderer says of it; finish-service.ts makes the rest the same for all of them.
import type { CanonicalValue } from '../../contracts/canonical-json.ts';
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { Probe } from './desired.ts';

export type DraftFile = {
  /** Below the folder of its configuration. */
  readonly path: string;
  readonly content: string;
  /** Readable by the user of its container only. */
  readonly secret: boolean;
};

export type ServiceDraft = {
  readonly name: ServiceName;
  /** Never root; the image's own user where it has one. */
  readonly user: number;
  readonly files: readonly DraftFile[];
  /** Where the container finds them. */
  readonly configTarget: string;
  /** Folders that it keeps, below its own: its data. */
  readonly kept: readonly { readonly path: string; readonly target: string }[];
  /** Folders of the guest that it is given. */
  readonly given: readonly { readonly source: string; readonly target: string }[];
  /** Container's port → the guest's. */
  readonly ports: readonly { readonly inside: number; readonly outside: number }[];
  readonly command: readonly string[];
  /** Never a secret. */
  readonly env: readonly string[];
  /** A command inside; null: none, not even the image's own. */
  readonly healthCheck: readonly string[] | null;
  readonly hostConfig?: Readonly<Record<string, CanonicalValue>>;
  readonly memoryBytes: number;
  readonly pids: number;
  readonly stopGraceS: number;
  readonly settleS: number;
  readonly probe: Probe | null;
};

/** Why a service is not rendered: its configuration asks for what must not be. */
export type RefusedDraft = { readonly refused: string };
