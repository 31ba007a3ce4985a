// The bytes of an operation that are to be signed: made once, from the disk as it is now, kept as they are, and
// given again to whoever asks while they last.
import { plainSha256, randomHex } from '../../base/digest.ts';
import type { InTurn } from '../../base/in-turn.ts';
import { isSigned, type Operation, type Requester, type WipeKind } from '../../contracts/facts/operations.ts';
import type { SignersTold } from '../../contracts/signers-told.ts';
import type { ExaminedDisk } from '../../disks/examined-disk.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { checkMessage, lifetimeOf, type Here } from './check-message.ts';
import { composeApproval, toSecond } from './compose-approval.ts';
import { judgeAgain } from './judge-again.ts';
import type { LookAtDisk } from './look-at-disk.ts';
import { demandHere, type SigningTools } from './verify-approval.ts';

/** What is not said is the default for new bytes, and as it is for those that are there. */
export type BytesWish = {
  readonly by: Requester;
  readonly offline: boolean | undefined;
  readonly wipe: WipeKind | undefined;
  readonly renew: boolean;
  readonly signal: AbortSignal;
};
export type MadeBytes = {
  readonly operation: Operation;
  readonly message: string;
  readonly signers: SignersTold;
};
type BytesTools = SigningTools & {
  readonly inTurn: InTurn;
  readonly lookAtDisk: LookAtDisk;
  readonly isStarting: (id: string) => boolean;
};

export async function makeBytes(id: string, wish: BytesWish, tools: BytesTools): Promise<MadeBytes> {
  const { book, mark, inTurn, lookAtDisk, isStarting } = tools;
  demandSignable(book.known(id));
  mark.demandForward();
  const { examined } = await lookAtDisk(book.known(id).durable_id, wish.signal);
  return inTurn(async () => {
    await book.tidy();
    const asked = book.known(id);
    demandSignable(asked);
    mark.demandForward();
    const here = await demandHere(tools);
    await judgeAgain(asked, examined, book);
    const signers = here.trust.told;
    // Those that were made before, as far as they still mean anything.
    const there = checkMessage(book.stored(id), here);
    if (there.state === 'holds' && !wish.renew) {
      demandSameWish(asked, wish);
      return { operation: asked, message: there.message, signers };
    }
    if (isSigned(asked)) {
      if (isStarting(id)) {
        throw new Refusal('E_DEVICE_BUSY', 'the operation is being started', { retryAfterS: 1 });
      }
      const why = there.state === 'holds' ? 'other bytes were asked for' : there.detail;
      await book.change(id, { event: 'lose-approval', by: wish.by, detail: { detail: why } });
    }
    const { operation, message } = await make(id, { wish, examined, here }, tools);
    return { operation, message, signers };
  });
}

async function make(
  id: string,
  {
    wish,
    examined,
    here,
  }: { readonly wish: BytesWish; readonly examined: ExaminedDisk; readonly here: Here },
  { book, mark }: BytesTools,
): Promise<{ readonly operation: Operation; readonly message: string }> {
  const { by, offline = false, wipe = 'full' } = wish;
  const stored = book.stored(id);
  const { operation } = stored;
  const made = toSecond(mark.now());
  // The request itself may end before.
  const expires = Math.min(made + lifetimeOf(here.policy, offline), toSecond(operation.expires));
  const message = composeApproval({
    operation,
    examined,
    install: here.install,
    wipe,
    nonce: randomHex(32),
    created: made,
    expires,
    threshold: here.policy.threshold,
  });
  const sha256 = plainSha256(message);
  const described = await book.describe(
    {
      ...stored,
      operation: {
        ...operation,
        bytes: { made, expires, offline, wipe, sha256 },
        approvals: [],
        updated: mark.now(),
      },
      signing: { message, signatures: [] },
    },
    { what: 'op.bytes', by, subject: id, detail: { sha256, expires, offline, wipe } },
  );
  return { operation: described, message };
}

function demandSameWish({ bytes }: Operation, { offline, wipe }: BytesWish): void {
  if (bytes === null) return;
  const differs =
    (offline !== undefined && offline !== bytes.offline) || (wipe !== undefined && wipe !== bytes.wipe);
  if (!differs) return;
  const made = `${bytes.offline ? 'offline, ' : ''}${bytes.wipe} wipe`;
  throw new Refusal('E_OP_BYTES', `other bytes were made for this operation already (${made})`, {
    hint: 'ask with --renew for new ones: what was signed of the old ones then counts no more',
  });
}

function demandSignable(operation: Operation): void {
  if (operation.state === 'pending' || (operation.state === 'approved' && isSigned(operation))) return;
  throw new Refusal(
    'E_OP_STATE',
    `the operation is ${operation.state}: there is nothing to sign`,
    operation.state === 'approved' ? { hint: 'it is approved already: run it' } : {},
  );
}
