// Drives a format in a job process: hands on what it tells, lets it go on when that stands in the journal,
// and knows at every moment whether a byte of the device may have been written.
import { messageOf } from '../base/errors.ts';
import type { OwnProgram } from '../base/start-job.ts';
import type { FormatListener, FormatOrder, FormatResult, RunFormat } from './format-order.ts';
import type { JobReport } from './job-messages.ts';
import { startDiskJob, type DiskJob } from './start-disk-job.ts';

/**
 * A job that does not hear `cancel` hangs in a read. As long as nothing was written it may be killed; later it
 * is waited for, as nobody could say what its writes do.
 */
const CANCEL_GRACE_MS = 10_000;

export const createRunFormat =
  (own: OwnProgram): RunFormat =>
  async (order, listener, signal) =>
    driveFormat(own, order, listener, signal);

async function driveFormat(
  own: OwnProgram,
  order: FormatOrder,
  listener: FormatListener,
  signal: AbortSignal,
): Promise<FormatResult> {
  if (signal.aborted) return { state: 'cancelled', dirty: false };
  const { promise, resolve } = Promise.withResolvers<FormatResult>();
  let dirty = false;
  /** From `mkfs` on a format goes to its end. */
  let isLate = false;
  let graceTimer: NodeJS.Timeout | undefined;
  const stopFor = (job: DiskJob, detail: string) => {
    resolve({ state: 'failed', code: 'E_STORE', detail, dirty });
    job.kill();
  };
  const hear = async (report: JobReport): Promise<void> => {
    switch (report.kind) {
      case 'stage':
        await listener.onStage(report.stage, report.dirty);
        // From here on: before it heard `go` it has not written.
        dirty ||= report.dirty;
        isLate ||= report.stage === 'mkfs';
        return job.send('go');
      case 'loop':
        await listener.onLoop(report.path);
        return job.send('go');
      case 'progress':
        return listener.onProgress(report.progress);
      case 'formatted':
        return resolve(report.result);
      case 'scan':
      case 'identified':
        throw new Error(`a format told of a ${report.kind}`);
    }
  };
  const job = startDiskJob({
    own,
    order: { kind: 'format', order },
    idle: false,
    onReport: (report) => {
      hear(report).catch((error: unknown) => stopFor(job, messageOf(error)));
    },
  });
  const cancel = () => {
    if (isLate) return;
    job.send('cancel');
    graceTimer = setTimeout(() => {
      if (dirty) return;
      resolve({ state: 'cancelled', dirty: false });
      job.kill();
    }, CANCEL_GRACE_MS);
  };
  signal.addEventListener('abort', cancel, { once: true });
  void job.ended.then((detail) => resolve({ state: 'failed', code: 'E_INTERRUPTED', detail, dirty }));
  const result = await promise;
  signal.removeEventListener('abort', cancel);
  clearTimeout(graceTimer);
  return result;
}
