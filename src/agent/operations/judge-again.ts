// The disk of an operation that was asked for before, as it is now. When it is not what was agreed to, the
// operation ends.
import type { Operation } from '../../contracts/facts/operations.ts';
import type { ExaminedDisk } from '../../disks/examined-disk.ts';
import { Refusal } from '../handler.ts';
import { judgeDisk, type DiskJudgement } from './judge-disk.ts';
import type { OperationBook } from './operation-book.ts';

export async function judgeAgain(
  { id, facts_sha256 }: Operation,
  examined: ExaminedDisk,
  book: OperationBook,
): Promise<Exclude<DiskJudgement, { kind: 'barred' }>> {
  const judged = judgeDisk(examined, book.all());
  if (judged.kind === 'barred') {
    throw new Refusal('E_DEVICE_BARRED', `no operation is possible: ${judged.reason}`);
  }
  if (examined.facts_sha256 !== facts_sha256) {
    const detail = 'the disk is not as it was when this was asked for; nothing was written';
    await book.change(id, { event: 'invalidate', by: null, ended: { code: 'E_DEVICE_CHANGED', detail } });
    throw new Refusal('E_OP_STATE', `${detail}: the operation is invalid`, { hint: 'ask for it again' });
  }
  return judged;
}
