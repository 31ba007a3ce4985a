// What a format is told, what it tells while it runs, and how it can end.
import type { ApiCode } from '../contracts/api-error.ts';
import type { FormatStage, FormatType, OperationProgress, WipeKind } from '../contracts/facts/operations.ts';
import type { DiskIdentity } from './examined-disk.ts';

export type FormatOrder = {
  readonly identity: DiskIdentity;
  readonly fstype: FormatType;
  readonly fs_uuid: string;
  /** Of the examination when the operation was allowed; anything else under the claim is another disk. */
  readonly facts_sha256: string;
  readonly allow_loop: boolean;
  /**
   * `none`: nobody signed, so every byte is read and must be zero. Else an operator has signed that what is
   * there goes: it is zeroed first, whatever it is.
   */
  readonly wipe: 'none' | WipeKind;
};

export type FormatListener = {
  /**
   * A stage is about to begin, and from here on the device may have been written (`dirty`) or not. The
   * format waits until this resolves, that is until the stage stands in the journal; a rejection ends it.
   * `rechecked` comes once the device is claimed and proven to be the one that was meant.
   */
  readonly onStage: (stage: FormatStage, dirty: boolean) => Promise<void>;
  readonly onProgress: (progress: OperationProgress) => void;
  /** The loop device that mkfs will go through, before it is attached: for cleaning up after a crash. */
  readonly onLoop: (path: string) => Promise<void>;
};

export type FormatResult =
  | { readonly state: 'done' }
  /** Somebody uses the device: nothing changed, it can be tried again. */
  | { readonly state: 'held'; readonly detail: string }
  /** Not the device that was meant, or not blank: nothing was written. */
  | { readonly state: 'invalid'; readonly code: ApiCode; readonly detail: string }
  | { readonly state: 'failed'; readonly code: ApiCode; readonly detail: string; readonly dirty: boolean }
  | { readonly state: 'cancelled'; readonly dirty: boolean };

/** Never throws. `signal` cancels between chunks until mkfs begins; what a wipe has zeroed by then is zero. */
export type RunFormat = (
  order: FormatOrder,
  listener: FormatListener,
  signal: AbortSignal,
) => Promise<FormatResult>;
