// Opens the console in a terminal and gives it back as it was, whatever ends it: a key, a signal,
// a crash, or the terminal itself going away. The first frame is painted before Ink is loaded, which
// takes as long as everything before it.
import type { ReadStream, WriteStream } from 'node:tty';
import { messageOf } from '../src/base/errors.ts';
import { makeHarmless } from '../src/contracts/harmless.ts';
import type { ProgramEnd, ProgramOpener } from '../src/contracts/terminal-program.ts';
import { createSession, type SessionOptions } from './create-session.ts';
import { paint } from './draw/theme.ts';
import { drawFrame } from './frame.ts';
import type { Session } from './session.ts';
import { createTerminal, writeWithoutBlocking } from './terminal.ts';

export type OpenOptions = SessionOptions & {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream;
  /** Where signals arrive and jobs are stopped. */
  readonly process: NodeJS.Process;
  readonly saveSettings: () => Promise<string>;
  readonly programs: ProgramOpener;
  readonly saveText: Session['saveText'];
};

/** What only the running app can do; nothing before it runs. */
export type Handlers = {
  suspend: () => void;
  repaint: () => void;
  showAside: (lines: readonly string[]) => void;
  /** Gives the terminal to what runs until that has ended. */
  openProgram: (run: () => Promise<ProgramEnd>) => Promise<ProgramEnd>;
  /** Whether a program has the terminal now: keys that interrupt are meant for it. */
  isLent: () => boolean;
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
  const notYet = async (): Promise<ProgramEnd> => Promise.resolve({ state: 'not-started', detail: '' });
  const handlers: Handlers = {
    suspend: nothing,
    repaint: nothing,
    showAside: nothing,
    openProgram: notYet,
    isLent: () => false,
  };
  const closing = new AbortController();
  const toast = (text: string) => console.view.setState({ toast: { text, at: options.now() } });
  const session = createSession(options, {
    size: terminal.size,
    isBehind: terminal.isBehind,
    leave: ended.resolve,
    suspend: () => handlers.suspend(),
    repaint: () => handlers.repaint(),
    showAside: (lines) => handlers.showAside(lines),
    programs: options.programs,
    openProgram: async (program) =>
      handlers.openProgram(async () => {
        const { text } = session;
        terminal.write(`${text()('program.begins', { command: options.programs.told(program) })}\r\n`);
        return options.programs.run(program, closing.signal);
      }),
    saveText: options.saveText,
    copy: (text) => terminal.write(`\u001b]52;c;${Buffer.from(makeHarmless(text)).toString('base64')}\u0007`),
    saveSettings: () => {
      void options.saveSettings().then(
        (path) => toast(session.text()('toast.saved', { path })),
        (error: unknown) => toast(session.text()('toast.not-saved', { reason: messageOf(error) })),
      );
    },
  });
  const onSignal = (signal: NodeJS.Signals) => {
    // In the terminal's own mode it is sent to the whole job, and the person means the program.
    if (signal === 'SIGINT' && handlers.isLent()) return;
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
    closing.abort();
    app.stop?.();
    console.stop();
    for (const signal of SIGNALS) process.off(signal, onSignal);
    process.off('uncaughtException', onCrash);
    terminal.close();
  }
}
