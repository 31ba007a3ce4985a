// Inside the job: formats a device that is proven blank, or that an operator signed to be wiped. Each stage
// is written down by whoever started the job before it begins; until `wiping` or else `mkfs` nothing is
// written, and everything that is in doubt ends it.
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, messageOf } from '../base/errors.ts';
import type { ApiCode } from '../contracts/api-error.ts';
import type { FormatStage } from '../contracts/facts/operations.ts';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice, type NumberedDevice } from '../host/numbered-device.ts';
import { attachLoop, findFree } from './attach-loop.ts';
import { claimDevice, type Claim } from './claim.ts';
import type { JobGear, JobTalk } from './disk-job.ts';
import { fileSystems } from './file-systems.ts';
import { failed, FormatEnded, held, invalid } from './format-ended.ts';
import type { FormatOrder, FormatResult } from './format-order.ts';
import { liesOver, listLoops } from './list-loop.ts';
import { flushBuffers } from './open-device.ts';
import { flushAll } from './open-ordered.ts';
import { recheck, tellUse } from './recheck.ts';
import { runDiskTool, tellTool } from './run-disk-tool.ts';
import { tryMkfs } from './try-mkfs.ts';
import type { Progress } from './progress-meter.ts';
import { whyNotAsWanted, type WantedFileSystem } from './verify-file-system.ts';
import { planWipe, verifyWiped, wipeDevice, type Wipe } from './wipe-device.ts';
import { scanZeros } from './zero-scan.ts';
import { whyNotSynced } from './zero-write.ts';

/** Writing the structures of a large, slow disk. */
const MKFS_DEADLINE_MS = 6 * 3_600_000;
const TRIES_WHILE_HELD = 5;
const BETWEEN_TRIES_MS = 400;
const SETTLE_DEADLINE_MS = 30_000;

type Run = {
  readonly order: FormatOrder;
  readonly wanted: WantedFileSystem;
  readonly talk: JobTalk;
  readonly gear: JobGear;
  /** Whether a byte may have been written. */
  dirty: boolean;
  /** From `mkfs` on it goes to its end. */
  cancellable: boolean;
};

/** Never throws. */
export async function performFormat(order: FormatOrder, talk: JobTalk, gear: JobGear): Promise<FormatResult> {
  const { fstype, fs_uuid: uuid, identity } = order;
  const wanted = { fstype, uuid, sectorBytes: identity.logical_block_bytes };
  const run: Run = { order, wanted, talk, gear, dirty: false, cancellable: true };
  try {
    await tryMkfs(wanted, identity.size_bytes, gear.machine.runTool);
    await findFree(gear.machine);
    const claim = await takeClaim(run);
    try {
      await formatClaimed(claim, run);
    } finally {
      await claim.release();
    }
    await settle(run);
    return { state: 'done' };
  } catch (error) {
    return resultOf(error, run.dirty);
  }
}

async function formatClaimed(claim: Claim, run: Run): Promise<void> {
  const { fd, device } = claim;
  const { machine, createExamine } = run.gear;
  await refuseLoops(device, machine);
  await orFail('E_READ', flushAll(fd, device, machine));
  const examine = createExamine({ allowLoop: run.order.allow_loop });
  await patiently(async () =>
    recheck(run.order, await orFail('E_READ', examine(device.name, { claimed: true }))),
  );
  await begin('rechecked', run);
  if (run.order.wipe === 'none') {
    await begin('zero_verified', run);
    await readZeros(claim, run);
  } else await wipe({ claim, kind: run.order.wipe }, run);
  await begin('mkfs', run);
  await makeFileSystem(claim, run);
  await begin('fs_verified', run);
  await orFail('E_VERIFY', flushBuffers(fd, machine.runTool));
  const why = await whyNotAsWanted(fd, run.wanted, machine.runTool);
  if (why !== undefined) throw failed('E_VERIFY', why);
  await begin('released', run);
}

/**
 * A loop device over it does not hold it, for the kernel: one that a killed job left, with a mkfs that hangs in
 * it, would write into what is made now.
 */
async function refuseLoops(device: NumberedDevice, machine: Machine): Promise<void> {
  const loops = await orFail('E_TOOL', listLoops(machine));
  if (loops.length === 0) return;
  const partitions = await Promise.all(
    device.partitions.map(async (number) => readNumberedDevice(machine, number)),
  );
  const nodes = [device, ...partitions].flatMap((node) => (node === undefined ? [] : [node.path]));
  const over = loops.find((back) => nodes.some((node) => liesOver(back, node)));
  if (over !== undefined)
    throw held(`${over.loop} lies over ${over.file}; ends with: losetup --detach ${over.loop}`);
}

/** Held by somebody: the examination tells by whom, which the kernel's EBUSY does not. */
async function takeClaim({ order, gear }: Run): Promise<Claim> {
  const { machine, createExamine } = gear;
  const allowLoop = order.allow_loop;
  try {
    return await claimDevice(order.identity, { machine, allowLoop });
  } catch (error) {
    if (!(error instanceof FormatEnded) || error.end.state !== 'held') throw error;
    const device = await readNumberedDevice(machine, order.identity.device_number);
    if (device === undefined) throw error;
    throw held(tellUse(await createExamine({ allowLoop })(device.name, { claimed: false })));
  }
}

/**
 * udev, smartd, Proxmox's statistics and other looks of ours open a disk for a moment: only who stays holds it.
 * Everything is looked at anew each time.
 */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tries = 1; tries < TRIES_WHILE_HELD; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof FormatEnded) || error.end.state !== 'held') throw error;
    }
    await sleep(BETWEEN_TRIES_MS);
  }
  return work();
}

/** What this program or the device cannot do is no bug of ours. */
async function orFail<T>(code: ApiCode, work: Promise<T>): Promise<T> {
  return work.catch((error: unknown) => {
    throw error instanceof FormatEnded ? error : failed(code, errnoOf(error) ?? messageOf(error));
  });
}

/** Stages that write to the device. */
const WRITING: ReadonlySet<FormatStage> = new Set(['wiping', 'mkfs']);

/** Resolves once it stands in the journal. It can be cancelled until mkfs is let go. */
async function begin(stage: FormatStage, run: Run): Promise<void> {
  const { talk } = run;
  const dirty = run.dirty || WRITING.has(stage);
  const journaled = talk.ask({ kind: 'stage', stage, dirty });
  await (run.cancellable ? orCancelled(journaled, talk.signal) : journaled);
  run.dirty = dirty;
  run.cancellable &&= stage !== 'mkfs';
}

async function orCancelled(wait: Promise<void>, signal: AbortSignal): Promise<void> {
  const cancelled = new Promise<never>((_, reject) => {
    const cancel = () => reject(new FormatEnded({ state: 'cancelled' }));
    if (signal.aborted) cancel();
    else signal.addEventListener('abort', cancel, { once: true });
  });
  await Promise.race([wait, cancelled]);
}

/** The reading before, and its receipt, were for showing: this one is what allows the write. */
async function readZeros({ fd }: Claim, run: Run): Promise<void> {
  const { order, talk, gear } = run;
  const sizeBytes = order.identity.size_bytes;
  const { clock } = gear.machine;
  const onProgress = tellProgress(run);
  const result = await scanZeros({ fd, sizeBytes, clock, signal: talk.signal, onProgress });
  switch (result.state) {
    case 'zero':
      return;
    case 'not-zero':
      throw invalid('E_NOT_BLANK', `byte ${result.offset} is not zero`);
    case 'failed':
      throw failed('E_READ', result.detail);
    case 'cancelled':
      throw new FormatEnded({ state: 'cancelled' });
  }
}

const tellProgress =
  ({ talk, gear }: Run) =>
  ({ bytesDone, bytesTotal, rate, leftS, stalled }: Progress): void => {
    const progress = { bytes_done: bytesDone, bytes_total: bytesTotal, rate, left_s: leftS, stalled };
    talk.say({ kind: 'progress', progress: { ...progress, at: gear.machine.clock.now() } });
  };

/** Signed: whatever lies there goes, and is proven gone. */
async function wipe(what: Pick<Wipe, 'claim' | 'kind'>, run: Run): Promise<void> {
  const { talk, gear } = run;
  const wiping = { ...what, machine: gear.machine, signal: talk.signal, onProgress: tellProgress(run) };
  const planned = await orFail('E_READ', planWipe(wiping));
  await begin('wiping', run);
  const zeroed = await wipeDevice(planned, wiping);
  await begin('zero_verified', run);
  await verifyWiped(zeroed, wiping);
}

async function makeFileSystem({ fd }: Claim, { wanted, talk, gear }: Run): Promise<void> {
  const { machine } = gear;
  const { file, args } = fileSystems[wanted.fstype].mkfs;
  const claimed = { fd, sectorBytes: wanted.sectorBytes };
  const loop = await attachLoop(claimed, machine, async (path) => talk.ask({ kind: 'loop', path }));
  const tool = { file, args: args(wanted), fd: loop.fd, deadlineMs: MKFS_DEADLINE_MS };
  const made = await runDiskTool(tool, machine.runTool);
  const lost = await whyNotSynced(loop.fd);
  const isGone = await loop.letGo();
  if (lost !== undefined) throw failed('E_WRITE', `writing failed: ${lost}`);
  if (made.state !== 'ended' || made.code !== 0) throw failed('E_MKFS', tellTool(file, made));
  if (!isGone) throw failed('E_TOOL', `somebody else keeps ${loop.path} open, which lies over the device`);
  const lostBelow = await whyNotSynced(fd);
  if (lostBelow !== undefined) throw failed('E_WRITE', `writing failed: ${lostBelow}`);
}

/** udev looks at a device anew when it is closed; its links are there when this ends. No udev, no waiting. */
async function settle({ gear }: Run): Promise<void> {
  await gear.machine.runTool({
    file: 'udevadm',
    args: ['settle', '--timeout=10'],
    deadlineMs: SETTLE_DEADLINE_MS,
  });
}

function resultOf(error: unknown, dirty: boolean): FormatResult {
  if (!(error instanceof FormatEnded)) {
    return { state: 'failed', code: 'E_BUG', detail: errnoOf(error) ?? messageOf(error), dirty };
  }
  const { end } = error;
  return end.state === 'failed' || end.state === 'cancelled' ? { ...end, dirty } : end;
}
