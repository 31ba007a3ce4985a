// Inside the job process: takes its one order, hears `go` and `cancel`, and says how it goes.
import type { Machine } from '../host/machine.ts';
import type { Examine } from './examined-disk.ts';
import { performFormat } from './perform-format.ts';
import { performIdentify } from './perform-identify.ts';
import { performScan } from './perform-scan.ts';
import { diskJobOrder, jobWord, type DiskJobOrder, type JobReport } from './job-messages.ts';

/** How the work of a job talks with whoever started it. */
export type JobTalk = {
  readonly say: (report: JobReport) => void;
  /** Says it, and waits for `go`. */
  readonly ask: (report: JobReport) => Promise<void>;
  /** Aborted by `cancel`; work that can no longer be cancelled does not look at it. */
  readonly signal: AbortSignal;
};

export type JobGear = {
  readonly machine: Machine;
  /** Loop devices take part only when the order says so. */
  readonly createExamine: (options: { readonly allowLoop: boolean }) => Examine;
};

/** Resolves when the order is carried out. Throws for what is no order; `lines` that end early end nothing here. */
export async function runDiskJob(
  lines: AsyncIterable<string>,
  write: (report: JobReport) => void,
  gear: JobGear,
): Promise<void> {
  const words = lines[Symbol.asyncIterator]();
  const first = await words.next();
  if (first.done === true) throw new Error('no order came');
  const order = diskJobOrder.parse(JSON.parse(first.value));
  const cancelled = new AbortController();
  let onGo: (() => void) | undefined;
  const hear = async () => {
    for (let line = await words.next(); line.done !== true; line = await words.next()) {
      const { kind } = jobWord.parse(JSON.parse(line.value));
      if (kind === 'cancel') cancelled.abort();
      else onGo?.();
    }
  };
  const talk: JobTalk = {
    say: write,
    ask: async (report) =>
      new Promise((resolve) => {
        onGo = () => {
          onGo = undefined;
          resolve();
        };
        write(report);
      }),
    signal: cancelled.signal,
  };
  // Who speaks nonsense ends it; who says no more does not, here: the process ends itself then.
  await Promise.race([perform(order, talk, gear), hear().then(async () => new Promise<never>(() => {}))]);
}

async function perform(order: DiskJobOrder, talk: JobTalk, gear: JobGear): Promise<void> {
  switch (order.kind) {
    case 'scan':
      return talk.say({ kind: 'scan', scan: await performScan(order, talk, gear.machine) });
    case 'identify':
      return talk.say({ kind: 'identified', detail: await performIdentify(order, talk, gear.machine) });
    case 'format':
      return talk.say({ kind: 'formatted', result: await performFormat(order.order, talk, gear) });
  }
}
