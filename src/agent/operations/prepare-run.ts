// Before a format is started: the operation may run, its approval still holds, and the disk is what it was.
import { isSigned, type Operation } from '../../contracts/facts/operations.ts';
import type { ExaminedDisk } from '../../disks/examined-disk.ts';
import type { FormatOrder } from '../../disks/format-order.ts';
import { usedBy } from '../../disks/recheck.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { isGranted } from './decide-format.ts';
import { judgeAgain } from './judge-again.ts';
import { isOverdue } from './operation-book.ts';
import type { Run, RunTools } from './run.ts';
import { loseApproval, verifyApproval, type SignedOrder } from './verify-approval.ts';

/** The disk as it is now, before the format that looks once more under its own claim. */
export async function prepareRun(run: Run, tools: RunTools): Promise<FormatOrder> {
  const { id, controller } = run;
  const { book, inTurn, lookAtDisk } = tools;
  const { durable_id } = demandRunnable(id, tools);
  const { examined } = await lookAtDisk(durable_id, controller.signal);
  return inTurn(async () => {
    const operation = demandRunnable(id, tools);
    const signed = await demandApproval(operation, tools);
    const judged = await judgeAgain(operation, examined, book);
    if (signed !== null) {
      demandFree(examined);
      run.signed = signed;
      const { args, fstype, facts_sha256 } = signed.payload;
      return {
        identity: judged.identity,
        fstype,
        fs_uuid: args.fs_uuid,
        facts_sha256,
        allow_loop: tools.allowLoop,
        wipe: args.wipe,
      };
    }
    if (judged.kind === 'bears') {
      const { flag } = judged;
      const release = flag.signals.find((signal) => signal.release !== null)?.release ?? null;
      if (judged.held) throw heldNow(flag.reason, release);
      await book.change(id, {
        event: 'lose-approval',
        by: null,
        patch: {
          data_bearing: true,
          verdict: flag.verdict,
          reason: flag.reason,
          signals: flag.signals,
          disk: examined.disk,
        },
      });
      throw new Refusal('E_PENDING_SIGNATURE', `${flag.reason}: this needs an operator's signature now`);
    }
    return {
      identity: judged.identity,
      fstype: operation.fstype,
      fs_uuid: operation.fs_uuid,
      facts_sha256: operation.facts_sha256,
      allow_loop: tools.allowLoop,
      wipe: 'none',
    };
  });
}

/** Approved, in time, and the clock is right. */
export function demandRunnable(id: string, { book, mark }: RunTools): Operation {
  const operation = book.known(id);
  if (operation.state !== 'approved') {
    throw new Refusal(
      'E_OP_STATE',
      `the operation is ${operation.state}: only an approved one can run`,
      operation.state === 'pending'
        ? { hint: `confirm it, or sign it (felhom op bytes ${id}); what approved it before may be over` }
        : {},
    );
  }
  if (isOverdue(operation, mark.now())) {
    throw new Refusal('E_OP_STATE', 'the operation has expired: ask for it again');
  }
  mark.demandForward();
  return operation;
}

/** A signature allows a wipe, and not a wipe of what somebody uses. */
function demandFree(examined: ExaminedDisk): void {
  const used = usedBy(examined);
  if (used === undefined) return;
  throw heldNow(examined.flag.reason, used.release);
}

const heldNow = (reason: string, release: string | null): Refusal =>
  new Refusal('E_DEVICE_HELD', `${reason}: nothing was changed`, {
    hint: release === null ? 'release the device, then run it again' : `release it with: ${release}`,
  });

/**
 * What was signed, where a signature approved it: verified here from nothing. A grant holds while it stands.
 * What holds no more is taken away.
 */
export async function demandApproval(operation: Operation, tools: RunTools): Promise<SignedOrder | null> {
  const { book, readGrants } = tools;
  if (isSigned(operation)) {
    const verified = await verifyApproval(book.stored(operation.id), tools);
    if (verified.state === 'lost') throw await loseApproval(operation.id, verified, book);
    return verified.order;
  }
  const { approved_by, durable_id, requested_by } = operation;
  const holds =
    approved_by !== null &&
    (approved_by.how === 'confirm' || isGranted(await readGrants(), requested_by.vmid, durable_id));
  if (holds) return null;
  await book.change(operation.id, { event: 'lose-approval', by: null });
  throw new Refusal('E_OP_STATE', 'the grant for this disk is gone: somebody on the host has to confirm');
}
