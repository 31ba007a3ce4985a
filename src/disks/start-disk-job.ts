// Starts the job process with one order and hears its reports; what is none ends it.
import { startJob, type OwnProgram } from '../base/start-job.ts';
import { jobReport, type DiskJobOrder, type JobReport, type JobWord } from './job-messages.ts';

export type DiskJob = {
  readonly pid: number | undefined;
  readonly send: (word: JobWord['kind']) => void;
  readonly kill: () => void;
  /** How it ended, in English. Never rejects. */
  readonly ended: Promise<string>;
};

export function startDiskJob(options: {
  readonly own: OwnProgram;
  readonly order: DiskJobOrder;
  readonly idle: boolean;
  readonly onReport: (report: JobReport) => void;
}): DiskJob {
  let odd: string | undefined;
  const job = startJob({
    own: options.own,
    args: ['disk-job'],
    idle: options.idle,
    onMessage: (message) => {
      const report = jobReport.safeParse(message);
      if (report.success) return options.onReport(report.data);
      odd = `the job said what it may not: ${report.error.issues[0]?.message ?? ''}`;
      job.kill();
    },
  });
  job.send(options.order);
  return {
    pid: job.pid,
    send: (kind) => job.send({ kind } satisfies JobWord),
    kill: job.kill,
    ended: job.ended.then(({ code, detail }) => {
      if (odd !== undefined) return odd;
      return detail === '' ? `the job ended with ${code ?? 'a signal'}` : detail;
    }),
  };
}
