// One daemon for a state folder. The lock is flock(2)'s, held by a child that dies with this process:
// after kill -9 nothing is left that would keep the next one out.
import { setTimeout as wait } from 'node:timers/promises';
import { ActionableError } from '../base/errors.ts';
import { startJob, type Job } from '../base/start-job.ts';
import type { Text } from '../base/texts/text.ts';

export type StateLock = {
  readonly release: () => Promise<void>;
  /** Resolves when the lock is lost while it should be held; then this agent must not go on. */
  readonly lost: Promise<void>;
};

const CONFLICT = 75;
/** The child of an agent that was killed a moment ago may still be dying. */
const TRIES = 20;
const BETWEEN_TRIES_MS = 100;

const LOCKED = {
  agent: { told: 'agent.locked', hint: 'agent.locked.hint' },
  controller: { told: 'controller.locked', hint: 'controller.locked.hint' },
} as const;

/** `whose`: who holds it, in the words that say so. */
export async function lockState(
  path: string,
  text: Text,
  whose: 'agent' | 'controller' = 'agent',
): Promise<StateLock> {
  for (let tries = 1; ; tries += 1) {
    const { job, result } = hold(path);
    const outcome = await result;
    if (outcome === 'held') {
      let released = false;
      return {
        release: async () => {
          released = true;
          job.kill();
          await job.ended;
        },
        lost: job.ended.then(async () => (released ? new Promise<void>(() => {}) : undefined)),
      };
    }
    if (outcome.code === CONFLICT && tries < TRIES) {
      await wait(BETWEEN_TRIES_MS);
      continue;
    }
    if (outcome.code === CONFLICT) {
      throw new ActionableError('failed', text(LOCKED[whose].told, { path }), {
        hint: text(LOCKED[whose].hint),
      });
    }
    const noTool = outcome.code === null || outcome.code === 127;
    throw new ActionableError(
      'failed',
      text('agent.lock.failed', { path, reason: outcome.detail }),
      noTool ? { hint: text('agent.lock.no-tool.hint') } : {},
    );
  }
}

type Outcome = 'held' | { readonly code: number | null; readonly detail: string };

/** `cat` gives back what it is sent, which it can only once flock has let it start. */
function hold(path: string): { readonly job: Job; readonly result: Promise<Outcome> } {
  let held = () => {};
  const answered = new Promise<Outcome>((resolve) => {
    held = () => resolve('held');
  });
  const job = startJob({
    own: ['flock', '--nonblock', '--no-fork', '--conflict-exit-code', String(CONFLICT)],
    args: [path, 'cat'],
    onMessage: () => held(),
  });
  job.send({ held: true });
  return { job, result: Promise.race([answered, job.ended]) };
}
