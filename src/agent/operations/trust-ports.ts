// What operations need of signatures: who may sign now, and what one signature over one message is worth.
import type { ApiCode } from '../../contracts/api-error.ts';
import type { SignersTold } from '../../contracts/signers-told.ts';

export type Trust = { readonly ready: boolean; readonly told: SignersTold; readonly digest: string };

export type Judged =
  | {
      readonly state: 'good';
      readonly principal: string;
      readonly fingerprint: string;
      readonly keyType: string;
      readonly armor: string;
      readonly signerLine: string;
    }
  | { readonly state: 'refused'; readonly code: ApiCode; readonly detail: string };

export type TrustPorts = {
  readonly readTrust: () => Promise<Trust>;
  readonly judgeSignature: (question: {
    readonly message: string;
    readonly armor: string;
    readonly trust: Trust;
    /** Milliseconds since the epoch. */
    readonly at: number;
    /** Only to explain a slip: what else could have been signed. */
    readonly others: readonly string[];
  }) => Promise<Judged>;
};
