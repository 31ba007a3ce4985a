// A signature is handed in: judged over the very bytes that were made for this operation, written into the
// ledger, and only then counted.
import type { LedgerAnchor } from '../../contracts/facts/ledger.ts';
import type { Approval, Operation, Requester } from '../../contracts/facts/operations.ts';
import { MAX_SIGNATURE_BYTES } from '../../contracts/signature-text.ts';
import type { Clock } from '../../base/clock.ts';
import type { InTurn } from '../../base/in-turn.ts';
import { Refusal } from '../../daemon/refusal.ts';
import type { RateGate } from '../../daemon/rate-gate.ts';
import { checkMessage } from './check-message.ts';
import { isOverdue } from './operation-book.ts';
import { demandHere, type SigningTools } from './verify-approval.ts';

/** Judging one starts a program: who tries them by the hundred waits. */
export const SUBMISSIONS = { perS: 1 / 6, burst: 10 } as const;

export type Submission = { readonly by: Requester; readonly signature: string };
export type Submitted = {
  readonly operation: Operation;
  readonly approval: Approval;
  readonly ledger: LedgerAnchor;
};

export async function submitSignature(
  id: string,
  { by, signature }: Submission,
  tools: SigningTools & { readonly clock: Clock; readonly inTurn: InTurn; readonly submissions: RateGate },
): Promise<Submitted> {
  const { book, mark, trust, clock, inTurn, submissions } = tools;
  if (signature.length > MAX_SIGNATURE_BYTES) {
    throw new Refusal('E_SIG_TOO_LARGE', `a signature of ${signature.length} letters: none is that long`);
  }
  return inTurn(async () => {
    await book.tidy();
    const asked = book.known(id);
    mark.demandForward();
    demandPending(asked, mark.now());
    demandBytes(asked, mark.now());
    // One door cannot shut out the other.
    const waitS = submissions.take(by.door);
    if (waitS > 0) {
      throw new Refusal('E_RATE', 'too many signatures were handed in by this door', { retryAfterS: waitS });
    }
    const here = await demandHere(tools);
    const checked = checkMessage(book.stored(id), here);
    if (checked.state === 'refused') {
      throw new Refusal(checked.code, checked.detail, { hint: `ask for the bytes: felhom op bytes ${id}` });
    }
    const { message } = checked;
    const judged = await trust.judgeSignature({
      message,
      armor: signature,
      trust: here.trust,
      at: mark.now(),
      others: book.messagesBeside(id),
    });
    if (judged.state === 'refused') throw new Refusal(judged.code, judged.detail);
    const { principal, fingerprint, keyType, armor, signerLine } = judged;
    const at = clock.now();
    const approval: Approval = { principal, fingerprint, key_type: keyType, at, by };
    const { operation, ledger } = await book.approve(id, {
      by,
      patch: { approved_by: { how: 'signature', at, by }, approvals: [approval] },
      signing: { message, signatures: [armor] },
      // Enough to check it years later with nothing but ssh-keygen.
      detail: {
        principal,
        fingerprint,
        key_type: keyType,
        signer: signerLine,
        message,
        signature: armor,
        trust_sha256: here.trust.digest,
      },
    });
    return { operation, approval, ledger };
  });
}

/** What can be told without looking further; the bytes themselves are judged later. */
function demandBytes({ id, bytes }: Operation, now: number): void {
  if (bytes === null) {
    throw new Refusal('E_OP_BYTES', 'no bytes were made for this operation yet', {
      hint: `ask for them: felhom op bytes ${id}`,
    });
  }
  if (now < bytes.expires) return;
  throw new Refusal(
    'E_OP_EXPIRED',
    `the bytes could be signed until ${new Date(bytes.expires).toISOString()}`,
    {
      hint: `ask for new ones, and sign those: felhom op bytes ${id}`,
    },
  );
}

function demandPending(operation: Operation, now: number): void {
  if (operation.state !== 'pending') {
    throw new Refusal(
      'E_OP_STATE',
      `the operation is ${operation.state}: only a pending one can be signed`,
      operation.state === 'approved' ? { hint: 'it is approved already: run it' } : {},
    );
  }
  if (isOverdue(operation, now)) {
    throw new Refusal('E_OP_STATE', 'the operation has expired', { hint: 'ask for the format again' });
  }
}
