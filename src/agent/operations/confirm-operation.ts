// A person on the host confirms an operation with the disk's word: the disk is looked at once more, and
// what bears data is not confirmed away.
import type { Operation, Requester } from '../../contracts/facts/operations.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { judgeAgain } from './judge-again.ts';
import type { RunTools } from './run.ts';

export type Answer = {
  readonly by: Requester;
  readonly word: string | undefined;
  readonly signal: AbortSignal;
};
type ConfirmTools = Pick<RunTools, 'book' | 'clock' | 'mark' | 'inTurn' | 'lookAtDisk'>;

/** Approved, when it comes back. */
export async function confirmOperation(
  id: string,
  { by, word, signal }: Answer,
  { book, clock, mark, inTurn, lookAtDisk }: ConfirmTools,
): Promise<void> {
  const asked = book.known(id);
  demandWord(asked, word, true);
  demandState(asked, 'pending', 'confirmed');
  mark.demandForward();
  const { examined } = await lookAtDisk(asked.durable_id, signal);
  await inTurn(async () => {
    await book.tidy();
    demandState(book.known(id), 'pending', 'confirmed');
    const judged = await judgeAgain(asked, examined, book);
    if (judged.kind === 'bears') {
      throw judged.held
        ? new Refusal('E_DEVICE_HELD', `${judged.flag.reason}: release it, then confirm again`)
        : new Refusal(
            'E_PENDING_SIGNATURE',
            `${judged.flag.reason}: a word does not do, this needs a signature`,
          );
    }
    mark.demandForward();
    await book.change(id, {
      event: 'approve',
      by,
      patch: { approved_by: { how: 'confirm', at: clock.now(), by } },
    });
  });
}

export function demandWord(
  { confirm_word, device }: Operation,
  word: string | undefined,
  needed: boolean,
): void {
  if (!needed && word === undefined) return;
  if (confirm_word !== '' && word === confirm_word) return;
  throw new Refusal(
    'E_WORD',
    word === undefined ? 'a typed word is needed' : 'the typed word is not that of this disk',
    { hint: `type the end of the serial number (or of the durable id) of ${device}` },
  );
}

function demandState({ state }: Operation, needed: Operation['state'], verb: string): void {
  if (state === needed) return;
  throw new Refusal(
    'E_OP_STATE',
    `the operation is ${state}: only a ${needed} one can be ${verb}`,
    state === 'approved' ? { hint: 'it is confirmed already: run it' } : {},
  );
}
