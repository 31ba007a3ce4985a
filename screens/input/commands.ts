// What each command does, and why one is off. The one place where commands are dispatched, and so
// where read-only is enforced.
import type { TextKey } from '../../src/base/texts/text.ts';
import { changeList, goTo, listOf, moveCursor, toggleMark } from '../../state/view.ts';
import { SCREEN_IDS, type ScreenId } from '../../src/contracts/screen-ids.ts';
import { act } from '../actions/act.ts';
import { actionsOf, selectedRows, targetsOf } from '../actions/actions-of.ts';
import { overviewHeight } from '../overview.ts';
import type { CommandId } from '../keys.ts';
import { layoutOf } from '../layout.ts';
import type { Session } from '../session.ts';
import { whereIs, type Where } from '../where.ts';
import { logOff, runLogCommand, type LogCommandId } from '../logs/commands.ts';
import { openLogs } from '../logs/open-logs.ts';
import { signCommands, signOff, type SignCommandId } from '../sign/commands.ts';
import { toast } from './toast.ts';

type Context = { readonly session: Session; readonly where: Where };
type Command = {
  readonly run: (context: Context) => void;
  /** Why it does nothing here and now; nothing when it would. */
  readonly off?: (context: Context) => TextKey | undefined;
};

const whereRow = (where: Where): TextKey | undefined =>
  where.rowId === undefined ? 'off.no-rows' : undefined;
const needsRow = ({ where }: Context) => whereRow(where);
const needsRows = ({ where }: Context): TextKey | undefined =>
  where.ids.length === 0 ? 'off.no-rows' : undefined;

const toScreen = (screen: ScreenId): Command => ({
  run: ({ session }) => goTo(session.console.view, screen),
});

/** Moves the cursor, scrolls a detail, or scrolls the overview, whichever is shown. */
function move({ session, where }: Context, by: (page: number) => number | 'top' | 'bottom'): void {
  const { view } = session.console;
  const { detail } = view.getState();
  const { bodyRows, bodyColumns } = layoutOf(session.size());
  const step = by(Math.max(1, Math.floor(bodyRows / 2)));
  const moved = (from: number) =>
    step === 'top' ? 0 : step === 'bottom' ? Number.MAX_SAFE_INTEGER : from + step;
  if (detail !== null) {
    view.setState({ detail: { ...detail, scroll: Math.max(0, moved(detail.scroll)) } });
  } else if (where.place === 'panels') {
    const last = Math.max(0, overviewHeight(session.model(), bodyColumns) - bodyRows);
    const from = Math.min(where.list.cursorIndex, last);
    changeList(view, { cursorIndex: Math.min(last, Math.max(0, moved(from))) });
  } else moveCursor(view, where.ids, moved);
}

function openRow({ session, where }: Context): void {
  const { view } = session.console;
  if (where.place === 'panels') {
    const target = where.screen.panels[view.getState().panel];
    if (target !== undefined) goTo(view, target);
  } else if (where.rowId !== undefined && view.getState().detail === null) {
    moveCursor(view, where.ids, (index) => index);
    view.setState({ detail: { rowId: where.rowId, tab: 0, scroll: 0 } });
  }
}

/** Closes what lies on top: overlay, detail, range, filter, marks; gives false when nothing did. */
function closeTop({ session, where }: Context): boolean {
  const { view } = session.console;
  const state = view.getState();
  if (state.overlay !== null) view.setState({ overlay: null });
  else if (state.detail !== null) view.setState({ detail: null });
  else if (where.list.rangeFrom !== null) changeList(view, { rangeFrom: null });
  else if (where.list.filter !== '') changeList(view, { filter: '' });
  else if (where.list.marks.size > 0) changeList(view, { marks: new Set() });
  else return false;
  return true;
}

function turnTab({ session, where }: Context, by: number): void {
  const { view } = session.console;
  const { detail } = view.getState();
  if (detail === null) return;
  const count = where.screen.detail(session.model(), detail.rowId)?.tabs.length ?? 1;
  view.setState({ detail: { ...detail, tab: (detail.tab + by + count) % count, scroll: 0 } });
}

function turnPanel({ session, where }: Context, by: number): void {
  const { view } = session.console;
  const count = where.screen.panels.length;
  view.setState({ panel: (view.getState().panel + by + count) % count });
}

/** Opens what can be done with the marked rows, or the one under the cursor. */
function openActions({ session, where }: Context): void {
  const rowIds = selectedRows(where);
  const held = targetsOf(actionsOf(session.model(), where.screen, rowIds));
  session.console.view.setState({ overlay: { kind: 'actions', rowIds, held, choice: 0 } });
}

function noActions({ session, where }: Context): TextKey | undefined {
  if (session.readOnly) return 'off.read-only';
  const rowIds = selectedRows(where);
  if (rowIds.length === 0) return 'off.no-rows';
  const actions = actionsOf(session.model(), where.screen, rowIds);
  if (actions.length === 0) return 'off.nothing-to-do';
  const { call } = session.console.source;
  return call === undefined && actions.every(({ by }) => by === 'agent') ? 'off.no-actions' : undefined;
}

function noSigning(context: Context): TextKey | undefined {
  const none = noActions(context);
  if (none !== undefined) return none;
  const { session, where } = context;
  const rows = selectedRows(where);
  if (rows.length > 1) return 'actions.one-only';
  return signActionOf(session, where) === undefined ? 'off.no-signing' : undefined;
}

const signActionOf = (session: Session, where: Where) =>
  actionsOf(session.model(), where.screen, selectedRows(where)).find(({ tier }) => tier === 3);

/** Opens the sign view of the selected operation, or says why not. */
function signRow({ session, where }: Context): void {
  const action = signActionOf(session, where);
  if (action !== undefined) act(session, action);
}

/** A key of the sign view: dispatched there, and known here for help. */
function inSignView(id: SignCommandId): Command {
  return {
    run: ({ session }) => signCommands[id].run(session),
    off: ({ session }) => signOff(session, id),
  };
}

/** A key of the log view, likewise. */
function inLogView(id: LogCommandId): Command {
  return {
    run: ({ session }) => runLogCommand(session, id),
    off: ({ session }) => logOff(session, id),
  };
}

function askAgain({ session }: Context): void {
  session.console.poller.refresh(true);
  toast(session, 'toast.asked');
}

const commands: { readonly [C in CommandId]: Command } = {
  'move.down': { run: (context) => move(context, () => 1) },
  'move.up': { run: (context) => move(context, () => -1) },
  'move.top': { run: (context) => move(context, () => 'top') },
  'move.bottom': { run: (context) => move(context, () => 'bottom') },
  'move.page-down': { run: (context) => move(context, (page) => page) },
  'move.page-up': { run: (context) => move(context, (page) => -page) },
  'screen.overview': toScreen('overview'),
  'screen.disks': toScreen('disks'),
  'screen.containers': toScreen('containers'),
  'screen.health': toScreen('health'),
  'screen.pending': toScreen('pending'),
  'screen.stacks': toScreen('stacks'),
  'screen.guests': toScreen('guests'),
  'screen.ledger': toScreen('ledger'),
  'panel.next': { run: (context) => turnPanel(context, 1) },
  'panel.previous': { run: (context) => turnPanel(context, -1) },
  'tab.next': { run: (context) => turnTab(context, 1) },
  'tab.previous': { run: (context) => turnTab(context, -1) },
  open: {
    run: openRow,
    off: (context) => (context.where.place === 'panels' ? undefined : needsRow(context)),
  },
  back: { run: (context) => void closeTop(context) },
  quit: {
    run: (context) => {
      const { view } = context.session.console;
      if (closeTop(context)) return;
      if (view.getState().screen === SCREEN_IDS[0]) context.session.leave(0);
      else goTo(view, SCREEN_IDS[0]);
    },
  },
  palette: {
    run: ({ session }) =>
      session.console.view.setState({ overlay: { kind: 'palette', query: '', choice: 0 } }),
  },
  filter: {
    run: ({ session, where }) =>
      session.console.view.setState({ overlay: { kind: 'filter', before: where.list.filter } }),
  },
  help: {
    run: ({ session }) => session.console.view.setState({ overlay: { kind: 'help', query: '', scroll: 0 } }),
  },
  sort: {
    run: ({ session }) => session.console.view.setState({ overlay: { kind: 'sort' } }),
    off: needsRows,
  },
  'sort.reverse': {
    run: ({ session, where }) => {
      const sort = where.list.sort ?? firstSort(where);
      if (sort !== null) changeList(session.console.view, { sort: { ...sort, reverse: !sort.reverse } });
    },
    off: needsRows,
  },
  mark: {
    run: ({ session, where }) => toggleMark(session.console.view, where.ids),
    off: needsRows,
  },
  'mark.range': {
    run: ({ session, where }) => changeList(session.console.view, { rangeFrom: where.rowId ?? null }),
    off: needsRows,
  },
  'mark.clear': {
    run: ({ session }) => changeList(session.console.view, { marks: new Set(), rangeFrom: null }),
  },
  freeze: {
    run: ({ session }) => {
      session.console.freeze();
      toast(session, session.console.view.getState().frozenAt === null ? 'toast.thawed' : 'toast.frozen');
    },
  },
  refresh: { run: askAgain },
  // A source in this process has no connection: asking it again is all there is.
  reconnect: { run: askAgain },
  repaint: { run: ({ session }) => session.repaint() },
  logs: {
    run: ({ session, where }) => {
      if (where.rowId !== undefined) openLogs(session, where, where.rowId);
    },
    off: ({ where }) => (where.screen.id === 'containers' ? whereRow(where) : 'off.no-logs'),
  },
  describe: {
    run: ({ session, where }) =>
      session.console.view.setState({ overlay: { kind: 'describe', rowId: where.rowId ?? '', scroll: 0 } }),
    off: needsRow,
  },
  copy: { run: ({ session }) => session.console.view.setState({ overlay: { kind: 'copy' } }), off: needsRow },
  actions: { run: openActions, off: noActions },
  sign: { run: signRow, off: noSigning },
  'sign.laptop': inSignView('sign.laptop'),
  'sign.agent': inSignView('sign.agent'),
  'sign.offline': inSignView('sign.offline'),
  'sign.wipe': inSignView('sign.wipe'),
  'sign.longer': inSignView('sign.longer'),
  'sign.renew': inSignView('sign.renew'),
  'sign.copy': inSignView('sign.copy'),
  'sign.print': inSignView('sign.print'),
  'sign.stop': inSignView('sign.stop'),
  'log.follow': inLogView('log.follow'),
  'log.wrap': inLogView('log.wrap'),
  'log.time': inLogView('log.time'),
  'log.search': inLogView('log.search'),
  'log.next': inLogView('log.next'),
  'log.back': inLogView('log.back'),
  'log.previous': inLogView('log.previous'),
  'log.save': inLogView('log.save'),
  findings: {
    run: ({ session }) => session.console.view.setState({ overlay: { kind: 'findings', scroll: 0 } }),
  },
  ledger: toScreen('ledger'),
  settings: {
    run: ({ session }) => session.console.view.setState({ overlay: { kind: 'settings', choice: 0 } }),
  },
  suspend: { run: ({ session }) => session.suspend() },
  leave: { run: ({ session }) => session.leave(0) },
};

function firstSort(where: Where): { column: string; reverse: boolean } | null {
  const first = where.screen.sortable[0];
  return first === undefined ? null : { column: first.column, reverse: false };
}

/** Why the command does nothing here; nothing when it would. */
export function offReason(session: Session, id: CommandId): TextKey | undefined {
  const where = whereIs(session.console.view.getState(), session.model());
  return commands[id].off?.({ session, where });
}

/** Runs a command; one that is off says why instead. `key` is what the person pressed or typed. */
export function runCommand(session: Session, id: CommandId, key: string): void {
  const where = whereIs(session.console.view.getState(), session.model());
  const off = commands[id].off?.({ session, where });
  if (off === undefined) commands[id].run({ session, where });
  else toast(session, 'toast.off', { key, reason: session.text()(off) });
}

/** Sorts the list that is shown; the same column again reverses it. */
export function sortBy(session: Session, column: string): void {
  const { view } = session.console;
  const before = listOf(view.getState()).sort;
  changeList(view, { sort: { column, reverse: before?.column === column ? !before.reverse : false } });
}
