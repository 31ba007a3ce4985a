// An approval by signature, verified from nothing: the stored bytes, the stored signatures, and the files of now.
// That the operation says that it is approved counts for nothing.
import type { ApprovalPayload } from '../../contracts/approval-payload.ts';
import type { ApiCode } from '../../contracts/api-error.ts';
import type { Operation } from '../../contracts/facts/operations.ts';
import { whyNotReady } from '../../contracts/signers-told.ts';
import type { StoredOperation } from '../../contracts/stored-operation.ts';
import type { JudgedSignature } from '../../signing/judge-signature.ts';
import type { Trust } from '../../signing/read-trust.ts';
import type { ClockMark } from '../clock-mark.ts';
import { Refusal } from '../../daemon/refusal.ts';
import type { Installation } from '../installation.ts';
import { checkMessage, type Here } from './check-message.ts';
import type { OperationBook } from './operation-book.ts';
import type { TrustPorts } from './trust-ports.ts';

export type SigningTools = {
  readonly hostScope: string;
  readonly installation: Pick<Installation, 'demand'>;
  readonly trust: TrustPorts;
  readonly book: OperationBook;
  readonly mark: ClockMark;
};

/** What was signed, and may be done. */
export type SignedOrder = { readonly message: string; readonly payload: ApprovalPayload };
export type Verified =
  | { readonly state: 'holds'; readonly order: SignedOrder }
  | { readonly state: 'lost'; readonly code: ApiCode; readonly detail: string };

/** Throws what says nothing about the approval: a changed installation, a clock that was set back. */
export async function verifyApproval(stored: StoredOperation, tools: SigningTools): Promise<Verified> {
  const { mark, trust } = tools;
  mark.demandForward();
  const here = await lookHere(tools);
  if (here.state === 'refused') return { ...here, state: 'lost' };
  const checked = checkMessage(stored, here);
  if (checked.state === 'refused') return { ...checked, state: 'lost' };
  const { message, payload } = checked;
  const { approvals } = stored.operation;
  const signatures = stored.signing?.signatures ?? [];
  if (signatures.length === 0 || signatures.length !== approvals.length) {
    return {
      state: 'lost',
      code: 'E_SIG_MALFORMED',
      detail: 'the stored signatures are not those that were counted',
    };
  }
  for (const [index, armor] of signatures.entries()) {
    const judged = await trust.judgeSignature({
      message,
      armor,
      trust: here.trust,
      at: mark.now(),
      others: [],
    });
    if (judged.state === 'refused') return { ...judged, state: 'lost' };
    if (!isOf(judged, approvals[index])) {
      return {
        state: 'lost',
        code: 'E_SIG_BAD',
        detail: 'a stored signature is not by whom it was counted for',
      };
    }
  }
  return { state: 'holds', order: { message, payload } };
}

const isOf = (
  judged: Extract<JudgedSignature, { state: 'good' }>,
  counted: Operation['approvals'][number] | undefined,
) =>
  counted !== undefined &&
  counted.principal === judged.principal &&
  counted.fingerprint === judged.fingerprint &&
  counted.key_type === judged.keyType;

type HereNow = Here & { readonly state: 'told'; readonly trust: Trust };
type NobodySigns = { readonly state: 'refused'; readonly code: ApiCode; readonly detail: string };

/** This installation and its rules, as they are now: files that cannot be trusted refuse all. */
async function lookHere({
  installation,
  hostScope,
  trust,
  mark,
}: SigningTools): Promise<HereNow | NobodySigns> {
  const install = await installation.demand();
  const files = await trust.readTrust();
  const { policy } = files;
  if (!files.ready || policy === null) {
    return { state: 'refused', code: 'E_TRUST', detail: whyNotReady(files.told) };
  }
  return { state: 'told', install, hostScope, policy, now: mark.now(), trust: files };
}

/** The same for who wants to sign. */
export async function demandHere(tools: SigningTools): Promise<HereNow> {
  const here = await lookHere(tools);
  if (here.state === 'told') return here;
  throw new Refusal(here.code, here.detail, { hint: 'what is wrong says: felhom signers check' });
}

/** The approval is taken away, and whoever wanted to run it hears why. */
export async function loseApproval(
  id: string,
  { code, detail }: { readonly code: ApiCode; readonly detail: string },
  book: OperationBook,
): Promise<Refusal> {
  await book.change(id, { event: 'lose-approval', by: null, detail: { code, detail } });
  return new Refusal(
    'E_APPROVAL_LOST',
    `the approval does not hold any more: ${detail} (${code}); nothing was written`,
    {
      hint: 'ask for the bytes again, and sign them again',
    },
  );
}
