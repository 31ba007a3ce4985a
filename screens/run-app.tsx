// Runs the Ink app on the terminal: draws what changes, hears keys, hands the terminal over and takes
// it back. Loaded after the first frame.
import { PassThrough, Writable } from 'node:stream';
import { render } from 'ink';
import { App } from './app.tsx';
import type { Drawing } from './create-session.ts';
import { announceNotices } from './notices.ts';
import type { Handlers } from './open.ts';
import type { Session } from './session.ts';
import { createSuspension } from './suspension.ts';
import type { Terminal } from './terminal.ts';

/** Frames that may follow each other, so that a key never waits long for the last frame's turn. */
const MAX_FPS = 120;
const IDLE_AFTER_MS = 120_000;
const IDLE_PACE = 2;
const HOME_AND_CLEAR = '\u001b[H\u001b[2J';

/** Gives back how to stop it. */
export function runApp(options: {
  readonly session: Session & Drawing;
  readonly terminal: Terminal;
  readonly process: NodeJS.Process;
  /** Filled with what the app can do. */
  readonly handlers: Handlers;
}): () => void {
  const { session, terminal, process, handlers } = options;
  const { console } = session;
  const idle: { timer?: NodeJS.Timeout; paced: boolean } = { paced: false };

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
  // With the focus elsewhere nothing is drawn: the last frame stays, the facts go on. A terminal that
  // is behind gets the newest frame when it has caught up, and none between.
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
  const unlessAway = (listener: () => void) => () => {
    if (looking.now && !terminal.isBehind()) listener();
  };
  const followFacts = (listener: () => void) => console.shown.subscribe(unlessAway(listener));
  const followLogs = (listener: () => void) => console.logs.store.subscribe(unlessAway(listener));
  const suspension = createSuspension({
    process,
    leaving: () => watching.stop(),
    back: () => {
      watching.stop = console.poller.watch();
      redraw();
    },
  });
  const app = () => (
    <App
      session={session}
      theme={session.theme}
      plainSigns={session.plainSigns}
      followFacts={followFacts}
      followLogs={followLogs}
      onKey={onKey}
      onSuspendable={suspension.onSuspendable}
      columns={terminal.size().columns}
      rows={terminal.size().rows}
    />
  );
  const stdin = new PassThrough();
  const stdout = new Writable({
    decodeStrings: false,
    write: (chunk: string | Buffer, _encoding, done) => {
      // A terminal takes writes at once; waiting for each would lose the last ones at the exit.
      terminal.pass(chunk.toString());
      done();
    },
  });
  terminal.attach(stdin, stdout);
  const ink = render(app(), {
    stdin,
    stdout,
    stderr: process.stderr,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: MAX_FPS,
  });
  const repaint = () => {
    if (suspension.isAway()) return;
    ink.clear();
    terminal.write(HOME_AND_CLEAR);
    ink.rerender(app());
  };
  const redraw = () => {
    if (suspension.isAway()) return;
    ink.rerender(app());
    terminal.announceSize();
    // What a terminal keeps of the old frame differs from one to the next: draw it whole.
    repaint();
  };
  handlers.repaint = repaint;
  handlers.suspend = suspension.suspend;
  handlers.showAside = (lines) => suspension.aside(async () => terminal.showAside(lines));
  handlers.isLent = suspension.isLent;
  handlers.openProgram = async (run) =>
    new Promise((resolve) => suspension.aside(async () => resolve(await terminal.lend(run)), 'program'));

  terminal.events.on('resize', redraw);
  terminal.events.on('drain', () => ink.rerender(app()));
  terminal.events.on('focus', look);
  const unfollow = [
    announceNotices(session),
    console.settings.subscribe(pace),
    console.view.subscribe((view, before) => {
      if (view.detail?.rowId !== before.detail?.rowId || view.screen !== before.screen) {
        console.lookAtContainer(view.screen === 'containers' ? (view.detail?.rowId ?? null) : null);
      }
    }),
  ];
  awake();

  return () => {
    clearTimeout(idle.timer);
    for (const each of unfollow) each();
    watching.stop();
    suspension.stop();
    ink.unmount();
  };
}
