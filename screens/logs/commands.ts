// What the keys of the log view do, and why one is off.
import type { TextKey } from '../../src/base/texts/text.ts';
import { messageOf } from '../../src/base/errors.ts';
import { makeHarmless } from '../../src/contracts/harmless.ts';
import { asText, findNext, scrolledTo, type LogView } from '../../state/log-view.ts';
import { toast } from '../input/toast.ts';
import type { CommandId } from '../keys.ts';
import type { Session } from '../session.ts';
import { firstInSight } from './window.ts';

export type LogCommandId = Extract<CommandId, `log.${string}`>;
type LogCommand = {
  readonly run: (session: Session, view: LogView) => void;
  readonly off?: (view: LogView) => TextKey | undefined;
};

const unlessSearched = ({ query }: LogView): TextKey | undefined =>
  query === '' ? 'off.log-no-search' : undefined;
const unlessLines = ({ lines }: LogView): TextKey | undefined =>
  lines.length === 0 ? 'off.log-empty' : undefined;

const logCommands: { readonly [C in LogCommandId]: LogCommand } = {
  'log.follow': {
    run: (session, view) => {
      const top = firstInSight(session, view);
      session.console.logs.change((now) => (now.follow ? scrolledTo(now, top) : { ...now, follow: true }));
    },
  },
  'log.wrap': {
    run: ({ console }) => console.logs.change((now) => ({ ...now, wrap: !now.wrap, left: 0 })),
  },
  'log.time': { run: ({ console }) => console.logs.change((now) => ({ ...now, time: !now.time })) },
  'log.search': {
    run: ({ console }) =>
      console.logs.change((now) => ({ ...now, typing: { before: now.query }, query: '', found: null })),
  },
  'log.next': { run: (session) => goToMatch(session, 1), off: unlessSearched },
  'log.back': { run: (session) => goToMatch(session, -1), off: unlessSearched },
  'log.previous': { run: ({ console }) => console.logs.turnRun() },
  'log.save': { run: save, off: unlessLines },
};

/** To the next line with what is searched for; says so when there is none. */
export function goToMatch(session: Session, by: 1 | -1): void {
  const { logs } = session.console;
  logs.change((view) => findNext(view, by, firstInSight(session, view)));
  const view = logs.store.getState();
  if (view !== null && view.found === null) toast(session, 'log.no-match', { query: view.query });
}

/** What a terminal would obey does not get into the file either: it is read with `cat` some day. */
function save(session: Session, view: LogView): void {
  const text = asText({
    ...view,
    lines: view.lines.map(({ time, text }) => ({ time, text: makeHarmless(text) })),
  });
  void session.saveText(view.name, text).then(
    (path) => toast(session, 'log.saved', { path, count: view.lines.length }),
    (error: unknown) => toast(session, 'log.not-saved', { reason: messageOf(error) }),
  );
}

export const isLogCommand = (id: string): id is LogCommandId => Object.hasOwn(logCommands, id);

/** Why a key of the log view does nothing here and now. */
export function logOff(session: Session, id: LogCommandId): TextKey | undefined {
  const view = session.console.logs.store.getState();
  return view === null ? 'off.log-view' : logCommands[id].off?.(view);
}

export function runLogCommand(session: Session, id: LogCommandId): void {
  const view = session.console.logs.store.getState();
  if (view !== null) logCommands[id].run(session, view);
}
