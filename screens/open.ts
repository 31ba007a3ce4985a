// Opens the console in a terminal and gives it back as it was, whatever ends it: a key, a signal,
// a crash, or the terminal itself going away. The first frame is painted before Ink is loaded, which
// takes as long as everything before it.
import type { ReadStream, WriteStream } from 'node:tty';
import { messageOf } from '../src/base/errors.ts';
import { makeHarmless } from '../src/contracts/harmless.ts';
import { createSession, type SessionOptions } from './create-session.ts';
import { paint } from './draw/theme.ts';
import { drawFrame } from './frame.ts';
import { createTerminal, writeWithoutBlocking } from './terminal.ts';

export type OpenOptions = SessionOptions & {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  /** Where signals arrive and jobs are stopped. */
  readonly process: NodeJS.Process;
  readonly saveSettings: () => Promise<string>;
};

/** What only the running app can do; nothing before it runs. */
export type Handlers = {
  suspend: () => void;
  repaint: () => void;
  showAside: (lines: readonly string[]) => void;
};

/** Exit codes of a process ended by a signal, as shells count them. */
const SIGNAL_EXITS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;

/** Resolves with the exit code when the person leaves or the terminal goes; rejects with what crashed it. */
export async function openConsole(options: OpenOptions): Promise<number> {
  const { console, process } = options;
  const terminal = createTerminal(options.stdin, options.stdout, options.now);
  // At the end Ink shows the cursor by way of stderr.
  if (process.stderr.isTTY) writeWithoutBlocking(process.stderr);
  const ended = Promise.withResolvers<number>();
  const nothing = () => undefined;
  const handlers: Handlers = { suspend: nothing, repaint: nothing, showAside: nothing };
  const toast = (text: string) => console.view.setState({ toast: { text, at: options.now() } });
  const session = createSession(options, {
    size: terminal.size,
    isBehind: terminal.isBehind,
    leave: ended.resolve,
    suspend: () => handlers.suspend(),
    repaint: () => handlers.repaint(),
    showAside: (lines) => handlers.showAside(lines),
    copy: (text) => terminal.write(`\u001b]52;c;${Buffer.from(makeHarmless(text)).toString('base64')}\u0007`),
    saveSettings: () => {
      void options.saveSettings().then(
        (path) => toast(session.text()('toast.saved', { path })),
        (error: unknown) => toast(session.text()('toast.not-saved', { reason: messageOf(error) })),
      );
    },
  });
  const onSignal = (signal: NodeJS.Signals) => {
    const known = SIGNALS.find((each) => each === signal);
    if (known !== undefined) ended.resolve(SIGNAL_EXITS[known]);
  };
  const onCrash = (error: unknown) => ended.reject(error);
  for (const signal of SIGNALS) process.on(signal, onSignal);
  process.on('uncaughtException', onCrash);
  terminal.events.on('lost', () => ended.resolve(SIGNAL_EXITS.SIGHUP));

  const app: { stop?: () => void } = {};
  try {
    const frame = drawFrame(session, console.view.getState(), session.model(), terminal.size());
    await terminal.enter(frame.lines.map((line) => paint(line, session.theme(), session.plainSigns())));
    const { runApp } = await import('./run-app.tsx');
    app.stop = runApp({ session, terminal, process, handlers });
    return await ended.promise;
  } finally {
    app.stop?.();
    console.stop();
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('uncaughtException', onCrash);
    terminal.close();
  }
}
