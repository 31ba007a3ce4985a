// Gives work a time limit and a way to give it up, and comes back then even if the work does not.

/** The work was not waited for. */
export class GivenUp extends Error {
  /** The time limit ended it, not the caller. */
  readonly late: boolean;

  constructor(late: boolean, deadlineMs: number) {
    super(late ? `no answer within ${deadlineMs} ms` : 'given up');
    this.name = 'GivenUp';
    this.late = late;
  }
}

/** Rejects with `GivenUp` at the deadline or when `parent` aborts; `work` sees its signal abort. */
export async function withDeadline<T>(
  parent: AbortSignal,
  deadlineMs: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const ended = new Promise<never>((_resolve, reject) => {
    const giveUp = (late: boolean) => {
      const reason = new GivenUp(late, deadlineMs);
      reject(reason);
      stop.abort(reason);
    };
    onAbort = () => giveUp(false);
    timer = setTimeout(() => giveUp(true), deadlineMs);
    if (parent.aborted) onAbort();
    else parent.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([work(stop.signal), ended]);
  } finally {
    clearTimeout(timer);
    parent.removeEventListener('abort', onAbort);
  }
}
