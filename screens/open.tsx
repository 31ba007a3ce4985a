// Opens the console in a terminal and gives it back as it was, whatever ends it: a key, a signal,
// a crash, or the terminal itself going away.
import { render, type SuspendTerminal } from 'ink';
import type { ReadStream, WriteStream } from 'node:tty';
import { makeHarmless } from '../src/contracts/harmless.ts';
import { App } from './app.tsx';
import { createSession, type SessionOptions } from './create-session.ts';
import { createTerminal } from './terminal.ts';

export type OpenOptions = SessionOptions & {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  /** Where signals arrive and jobs are stopped. */
  readonly process: NodeJS.Process;
  readonly saveSettings: () => Promise<string>;
};

/** Exit codes of a process ended by a signal, as shells count them. */
const SIGNAL_EXITS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
const HANGUP = SIGNAL_EXITS.SIGHUP;
/** Frames that may follow each other, so that a key never waits long for the last frame's turn. */
const MAX_FPS = 120;
const IDLE_AFTER_MS = 120_000;
const IDLE_PACE = 2;
const HOME_AND_CLEAR = '\u001b[H\u001b[2J';
/** After the job was stopped and continued, before the terminal is taken again. */
const CONTINUE_AFTER_MS = 50;

/** Resolves with the exit code when the person leaves or the terminal goes; rejects with what crashed it. */
export async function openConsole(options: OpenOptions): Promise<number> {
  const { console, process } = options;
  const terminal = createTerminal(options.stdin, options.stdout);
  const ended = Promise.withResolvers<number>();
  const leave = (code: number) => ended.resolve(code);
  const idle: { timer?: NodeJS.Timeout; paced: boolean } = { paced: false };

  const session = createSession(options, {
    size: terminal.size,
    leave,
    suspend: () => void suspend(),
    repaint: () => repaint(),
    copy: (text) => terminal.write(`\u001b]52;c;${Buffer.from(makeHarmless(text)).toString('base64')}\u0007`),
    saveSettings: () => {
      void options.saveSettings().then(
        (path) => toast(session.text()('toast.saved', { path })),
        (error: unknown) => toast(session.text()('toast.not-saved', { reason: String(error) })),
      );
    },
  });
  const toast = (text: string) => console.view.setState({ toast: { text, at: options.now() } });
  const pace = () =>
    console.poller.setPace(console.settings.getState().refresh_s * (idle.paced ? IDLE_PACE : 1));
  const awake = () => {
    clearTimeout(idle.timer);
    idle.timer = setTimeout(() => {
      idle.paced = true;
      pace();
    }, IDLE_AFTER_MS);
    if (!idle.paced) return;
    idle.paced = false;
    pace();
    console.poller.refresh();
  };

  const watching = { stop: console.poller.watch() };
  // With the focus elsewhere nothing is drawn: the last frame stays, the facts go on.
  const looking = { now: true };
  const look = (now: boolean) => {
    if (looking.now === now) return;
    looking.now = now;
    if (now) ink.rerender(app());
  };
  const onKey = () => {
    look(true);
    awake();
  };
  const followFacts = (listener: () => void) =>
    console.shown.subscribe(() => {
      if (looking.now) listener();
    });
  const handover: { suspend?: SuspendTerminal } = {};
  const onSuspendable = (suspendTerminal: SuspendTerminal) => {
    handover.suspend = suspendTerminal;
  };
  const app = () => (
    <App
      session={session}
      theme={session.theme}
      plainSigns={session.plainSigns}
      followFacts={followFacts}
      onKey={onKey}
      onSuspendable={onSuspendable}
      columns={terminal.size().columns}
      rows={terminal.size().rows}
    />
  );
  // Before the first frame: what is typed meanwhile must not be echoed into it.
  options.stdin.setRawMode(true);
  const ink = render(app(), {
    stdin: terminal.stdin,
    stdout: terminal.stdout,
    stderr: process.stderr,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: MAX_FPS,
  });
  const repaint = () => {
    ink.clear();
    terminal.write(HOME_AND_CLEAR);
    ink.rerender(app());
  };
  const suspend = async () => {
    if (handover.suspend === undefined) return;
    watching.stop();
    const suspension = await handover.suspend();
    // The whole job stops, npm above us too; without a shell's job control this does nothing.
    process.kill(0, 'SIGTSTP');
    await new Promise((resolve) => {
      setTimeout(resolve, CONTINUE_AFTER_MS);
    });
    await suspension.resume();
    watching.stop = console.poller.watch();
    repaint();
  };

  terminal.events.on('resize', () => {
    ink.rerender(app());
    terminal.announceSize();
    // What a terminal keeps of the old frame differs from one to the next: draw it whole.
    repaint();
  });
  terminal.events.on('focus', look);
  terminal.events.on('lost', () => leave(HANGUP));
  const unfollow = [
    console.settings.subscribe(pace),
    console.view.subscribe((view, before) => {
      if (view.detail?.rowId !== before.detail?.rowId || view.screen !== before.screen) {
        console.lookAtContainer(view.screen === 'containers' ? (view.detail?.rowId ?? null) : null);
      }
    }),
  ];
  const onSignal = (signal: NodeJS.Signals) => {
    const known = SIGNALS.find((each) => each === signal);
    if (known !== undefined) leave(SIGNAL_EXITS[known]);
  };
  const onCrash = (error: unknown) => ended.reject(error);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('uncaughtException', onCrash);
  awake();

  try {
    return await ended.promise;
  } finally {
    clearTimeout(idle.timer);
    for (const each of unfollow) each();
    watching.stop();
    console.stop();
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('uncaughtException', onCrash);
    ink.unmount();
    terminal.close();
  }
}
