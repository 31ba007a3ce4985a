// Gives the terminal to the shell while the job is stopped, and takes it again: by Ctrl+z, by
// SIGTSTP from outside, and after a SIGSTOP that nobody could hear. Or to ourselves, for what is shown
// on its main screen.
import type { SuspendTerminal } from 'ink';

export type Suspension = {
  readonly onSuspendable: (suspend: SuspendTerminal) => void;
  /** Meanwhile nothing may be written to the terminal: it is the shell's. */
  readonly isAway: () => boolean;
  /** A program of the person's has the terminal. */
  readonly isLent: () => boolean;
  readonly suspend: () => void;
  /**
   * Leaves the terminal's main screen to this until it resolves. While a `program` has it, the keys that
   * interrupt and stop are meant for that one.
   */
  readonly aside: (use: () => Promise<void>, by?: 'program') => void;
  readonly stop: () => void;
};

/** After the job was stopped and continued, before the terminal is taken again. */
const CONTINUE_AFTER_MS = 50;

export function createSuspension(options: {
  readonly process: NodeJS.Process;
  readonly leaving: () => void;
  readonly back: () => void;
}): Suspension {
  const { process } = options;
  const state: { away: boolean; lent: boolean; handOver?: SuspendTerminal } = { away: false, lent: false };

  const goAway = async (stopJob: boolean) => {
    if (state.away || state.handOver === undefined) return;
    state.away = true;
    options.leaving();
    const handedOver = await state.handOver();
    if (stopJob) {
      // Without our own listener it stops us. The whole job stops, npm above us too; without a
      // shell's job control this does nothing.
      process.off('SIGTSTP', onStop);
      process.kill(0, 'SIGTSTP');
    }
    await new Promise((resolve) => {
      setTimeout(resolve, CONTINUE_AFTER_MS);
    });
    if (stopJob) process.on('SIGTSTP', onStop);
    await handedOver.resume();
    state.away = false;
    options.back();
  };
  const goAside = async (use: () => Promise<void>, by?: 'program') => {
    if (state.away || state.handOver === undefined) return;
    state.away = true;
    options.leaving();
    const handedOver = await state.handOver();
    state.lent = by === 'program';
    try {
      await use();
    } finally {
      state.lent = false;
      await handedOver.resume();
      state.away = false;
      options.back();
    }
  };
  const onStop = () => {
    if (!state.lent) return void goAway(true);
    // The program was stopped with the whole job: so are we, or the shell would wait for us.
    process.off('SIGTSTP', onStop);
    process.kill(process.pid, 'SIGTSTP');
    setTimeout(() => process.on('SIGTSTP', onStop), CONTINUE_AFTER_MS);
  };
  const onContinue = () => {
    // Only the job in the foreground hears of a new size.
    process.emit('SIGWINCH', 'SIGWINCH');
    // The shell has changed the terminal's modes, and Ink believes that they still are its own.
    void goAway(false);
  };
  process.on('SIGTSTP', onStop);
  process.on('SIGCONT', onContinue);

  return {
    onSuspendable: (suspend) => {
      state.handOver = suspend;
    },
    isAway: () => state.away,
    isLent: () => state.lent,
    suspend: onStop,
    aside: (use, by) => void goAside(use, by),
    stop: () => {
      process.off('SIGTSTP', onStop);
      process.off('SIGCONT', onContinue);
    },
  };
}
