// A person before an invented machine: a console on a source that answers at once, and the frames it draws.
import type { Language } from '../../src/base/texts/text.ts';
import type { Clock } from '../../src/base/clock.ts';
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import { defaultSettings } from '../../src/contracts/default-settings.ts';
import { absent, ok, type Reading } from '../../src/contracts/reading.ts';
import type { Settings } from '../../src/contracts/settings.ts';
import type { Signer } from '../../src/contracts/signer.ts';
import type { CallController } from '../../src/contracts/controller-routes.ts';
import type { ProgramEnd, ProgramProblem, TerminalProgram } from '../../src/contracts/terminal-program.ts';
import type { CallRoute, FactsSource, FollowLog } from '../../src/contracts/source.ts';
import { createSession, type Drawing } from '../../screens/create-session.ts';
import { lineText, lineWidth, type Line } from '../../screens/draw/line.ts';
import { paint } from '../../screens/draw/theme.ts';
import { drawFrame, type Frame } from '../../screens/frame.ts';
import { pasteText, pressKey } from '../../screens/input/keyboard.ts';
import type { Session } from '../../screens/session.ts';
import { createConsole, type Console } from '../../state/console.ts';
import { INVENTED_AT, inventedDetail, inventReadings } from './invented-facts.ts';

export type Seated = {
  readonly console: Console;
  readonly session: Session & Drawing;
  readonly copied: string[];
  readonly left: number[];
  /** What was shown on the main screen. */
  readonly aside: string[];
  /** Programs that were given the terminal. */
  readonly opened: TerminalProgram[];
  /** Texts that were saved, by their names. */
  readonly files: Readonly<Record<string, string>>;
  /** How often the settings were saved. */
  readonly saved: number;
  readonly press: (...names: readonly string[]) => void;
  /** Keys that one event brought. */
  readonly pressTogether: (...names: readonly string[]) => void;
  readonly paste: (text: string) => void;
  /** Lets time pass, as far as the console knows it. */
  readonly pass: (ms: number) => void;
  readonly resize: (columns: number, rows: number) => void;
  readonly frame: () => Frame;
  readonly text: () => string;
  readonly painted: () => string;
  readonly stop: () => void;
};

/** Subjects that are not there are none of this source's. */
type Readings = { readonly [S in Subject]?: Reading<Facts[S]> };

const second = 1000;

export async function sitDown(
  options: {
    columns?: number;
    rows?: number;
    /** As from --lang; null is without. */
    language?: Language | null;
    readings?: Readings;
    settings?: Partial<Settings>;
    readOnly?: boolean;
    /** Whether the doctor waits until a finding lasts; the console's does. */
    patient?: boolean;
    /** Answers as an agent would; without it the source only reads. */
    call?: CallRoute;
    /** Answers as the controller of this guest would. */
    callController?: CallController;
    followLog?: FollowLog;
    /** What is missing for programs on the terminal. */
    problem?: ProgramProblem;
    /** How a program on the terminal ends. */
    end?: ProgramEnd;
    /** Who can sign. */
    signer?: Signer;
    /** Whether the terminal is behind. */
    isBehind?: () => boolean;
    env?: Readonly<Record<string, string>>;
  } = {},
): Promise<Seated> {
  const time = { passedMs: 0 };
  const clock: Clock = {
    now: () => INVENTED_AT + 500 + time.passedMs,
    monotonic: () => performance.now(),
  };
  const readings = options.readings ?? inventReadings();
  const source: FactsSource = {
    ...answering(readings, options.call),
    ...(options.callController && { callController: options.callController }),
    ...(options.followLog && { followLog: options.followLog }),
  };
  const console = createConsole({
    source,
    clock,
    settings: { ...defaultSettings, ...options.settings },
    patient: options.patient ?? true,
    ...(options.signer && { signer: options.signer }),
  });
  const size = { columns: options.columns ?? 120, rows: options.rows ?? 40 };
  const copied: string[] = [];
  const left: number[] = [];
  const aside: string[] = [];
  const opened: TerminalProgram[] = [];
  const files: Record<string, string> = {};
  const times = { saved: 0 };
  const session = createSession(
    {
      console,
      readOnly: options.readOnly ?? false,
      env: options.env ?? { TERM: 'xterm-256color', LANG: 'C.UTF-8' },
      language: options.language === null ? undefined : (options.language ?? 'en'),
      colour: true,
      now: clock.now,
    },
    {
      size: () => size,
      ...(options.isBehind && { isBehind: options.isBehind }),
      leave: (code) => left.push(code),
      suspend: () => undefined,
      repaint: () => undefined,
      showAside: (lines) => aside.push(...lines),
      programs: { problem: () => options.problem, told: ({ kind }) => kind },
      openProgram: async (program) => {
        opened.push(program);
        return Promise.resolve(options.end ?? { state: 'ended', code: 0, tookMs: 9000 });
      },
      saveText: async (name, text) => {
        files[name] = text;
        return Promise.resolve(`/root/${name}.log`);
      },
      copy: (text) => copied.push(text),
      saveSettings: () => {
        times.saved += 1;
      },
    },
  );
  const stopWatching = console.poller.watch();
  await console.poller.firstAnswers(console.poller.subjects, 2 * second);
  const frame = () => drawFrame(session, console.view.getState(), session.model(), size);
  const lines = (): readonly Line[] => frame().lines;
  return {
    console,
    session,
    copied,
    left,
    aside,
    opened,
    files,
    get saved() {
      return times.saved;
    },
    press: (...names) => {
      for (const name of names) pressKey(session, name);
    },
    pressTogether: (...names) => {
      for (const name of names) pressKey(session, name, names.length === 1);
    },
    paste: (text) => pasteText(session, text),
    pass: (ms) => {
      time.passedMs += ms;
    },
    resize: (columns, rows) => Object.assign(size, { columns, rows }),
    frame,
    text: () => lines().map(lineText).join('\n'),
    painted: () =>
      lines()
        .map((line) => paint(line, session.theme(), session.plainSigns()))
        .join('\n'),
    stop: () => {
      stopWatching();
      console.stop();
    },
  };
}

/** The keys that type a text. */
export const lettersOf = (text: string): string[] =>
  Array.from(text, (letter) => (letter === ' ' ? 'Space' : letter));

export const widest = (frame: Frame): number => Math.max(...frame.lines.map(lineWidth));

function answering(readings: Readings, call: CallRoute | undefined): FactsSource {
  const intervals: { [S in Subject]?: number } = {};
  let subject: Subject;
  for (subject in readings) intervals[subject] = second;
  return {
    kind: call === undefined ? 'embedded' : 'agent',
    ...(call === undefined ? {} : { call }),
    intervals,
    read: async (wanted) => Promise.resolve(readings[wanted] ?? absent('not-here', wanted, INVENTED_AT)),
    readContainer: async () => Promise.resolve(ok(inventedDetail, 'docker', INVENTED_AT)),
    close: () => undefined,
  };
}
