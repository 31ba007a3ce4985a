// The disk of an operation that was asked for before, as it is now. When it is not what was agreed to, the
// operation ends.
import type { Operation } from '../../contracts/facts/operations.ts';
import type { DiskIdentity, ExaminedDisk } from '../../disks/examined-disk.ts';
import { listChanges } from '../../disks/recheck.ts';
import { Refusal } from '../../daemon/refusal.ts';
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
    const detail = `the disk is not as it was when this was asked for: ${tellChange(examined, book.find(id)?.identity)}; nothing was written`;
    await book.change(id, { event: 'invalidate', by: null, ended: { code: 'E_DEVICE_CHANGED', detail } });
    throw new Refusal('E_DEVICE_CHANGED', detail, {
      hint: 'the operation has ended; if it is the disk that you mean, ask for the format again',
    });
  }
  return judged;
}

/** Another disk, or another content of the same one. */
function tellChange({ identity, flag }: ExaminedDisk, before: DiskIdentity | undefined): string {
  const changes = identity === null || before === undefined ? [] : listChanges(before, identity);
  return changes.length > 0 ? changes.join('; ') : `what lies on it has changed (${flag.reason})`;
}
