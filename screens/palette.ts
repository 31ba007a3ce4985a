// The command palette: every command and screen by its name, with what it can take.
import { THEME_CHOICES } from '../src/contracts/default-settings.ts';
import { LANGUAGES, type TextKey } from '../src/base/texts/text.ts';
import { isServiceName } from '../src/contracts/base-stack.ts';
import { makeHarmless } from '../src/contracts/harmless.ts';
import { changeList, goTo } from '../state/view.ts';
import { SCREEN_IDS, type ScreenId } from '../src/contracts/screen-ids.ts';
import { listContainerRows } from './containers/row.ts';
import { chooseById } from './input/action-keys.ts';
import { listGuests } from './guests/row.ts';
import { fuzzyScore } from './draw/filter.ts';
import { runCommand, sortBy } from './input/commands.ts';
import { allKeys } from './keys.ts';
import type { Session } from './session.ts';
import { whereIs } from './where.ts';

export type PaletteEntry = { readonly words: string; readonly help: string; readonly run: () => void };

/** Commands that make sense only as keys, and screens, which have their own names here. */
const NOT_TYPED = /^(?:screen\..*|move\..*|panel\..*|tab\..*|palette|back|open|ledger|sign\..*|log\..*)$/;
const SHOWN_CONTAINERS = 200;

/** What matches the typed words, best first; before anything is typed, what was used last. */
export function paletteEntries(session: Session, query: string): readonly PaletteEntry[] {
  const entries = everything(session, query);
  if (query.trim() === '') {
    const { paletteHistory } = session.console.view.getState();
    const rank = (entry: PaletteEntry) => {
      const index = paletteHistory.indexOf(entry.words);
      return index < 0 ? paletteHistory.length : index;
    };
    return entries.toSorted((a, b) => rank(a) - rank(b));
  }
  return entries
    .map((entry) => ({ entry, score: fuzzyScore(query.trim(), entry.words) }))
    .filter((scored): scored is { entry: PaletteEntry; score: number } => scored.score !== undefined)
    .toSorted((a, b) => a.score - b.score || a.entry.words.length - b.entry.words.length)
    .map(({ entry }) => entry);
}

function everything(session: Session, query: string): PaletteEntry[] {
  const text = session.text();
  const { view, settings } = session.console;
  const { screen } = whereIs(view.getState(), session.model());
  const entries: PaletteEntry[] = SCREEN_IDS.map((id) => ({
    words: id,
    help: text(`screen.${id}`),
    run: () => goTo(view, id),
  }));
  for (const key of allKeys) {
    if (NOT_TYPED.test(key.id)) continue;
    entries.push({
      words: key.id.replaceAll('.', ' '),
      help: text(key.help),
      run: () => runCommand(session, key.id, `:${key.id}`),
    });
  }
  for (const column of screen.sortable) {
    entries.push({
      words: `sort ${column.column}`,
      help: text(column.title),
      run: () => sortBy(session, column.column),
    });
  }
  for (const theme of THEME_CHOICES) {
    entries.push({
      words: `theme ${theme}`,
      help: text('settings.theme'),
      run: () => settings.setState({ theme }),
    });
  }
  for (const language of LANGUAGES) {
    entries.push({
      words: `lang ${language}`,
      help: text('settings.language'),
      run: () => settings.setState({ language }),
    });
  }
  const typedFilter = /^filter (.+)$/.exec(query)?.[1];
  if (typedFilter !== undefined) {
    entries.push({
      words: `filter ${typedFilter}`,
      help: text('key.filter'),
      run: () => changeList(view, { filter: typedFilter }),
    });
  }
  return [...entries, ...rowEntries(session, query)];
}

/** What is done with a row, by its name: `logs traefik`. Offered once its first word is typed. */
function rowEntries(session: Session, query: string): PaletteEntry[] {
  const model = session.model();
  const { text } = model;
  const [verb = ''] = query.split(' ');
  const onRow = (screen: ScreenId, rowId: string, run: () => void) => () => {
    const { view } = session.console;
    goTo(view, screen);
    changeList(view, { filter: '', cursorId: rowId });
    run();
  };
  const entryOf = (screen: ScreenId, rowId: string, words: string, action: string): PaletteEntry => ({
    words: makeHarmless(words),
    help: text(actionHelp[action] ?? 'key.actions'),
    run: onRow(screen, rowId, () => chooseById(session, rowId, action)),
  });
  const entries: PaletteEntry[] = [];
  const rows = VERBS_OF_CONTAINERS.some((each) => each.startsWith(verb))
    ? listContainerRows(model).slice(0, SHOWN_CONTAINERS)
    : [];
  for (const { id, name } of verb === '' ? [] : rows) {
    if ('logs'.startsWith(verb)) {
      entries.push({
        words: `logs ${makeHarmless(name)}`,
        help: text('key.logs'),
        run: onRow('containers', id, () => runCommand(session, 'logs', ':logs')),
      });
    }
    for (const action of CONTAINER_ACTIONS) {
      if (action.startsWith(verb) && (action !== 'pause' && action !== 'resume' ? true : isServiceName(name)))
        entries.push(entryOf('containers', id, `${action} ${name}`, action));
    }
  }
  // It belongs to every protected row: the cursor stays where it is.
  const here = whereIs(session.console.view.getState(), model).rowId;
  const protectedRows = listContainerRows(model).filter(({ isProtected }) => isProtected);
  const first = protectedRows.find(({ id }) => id === here) ?? protectedRows[0];
  if (first !== undefined && verb !== '') entries.push(entryOf('containers', first.id, 'apply', 'apply'));
  for (const { vmid } of verb === '' ? [] : listGuests(model)) {
    if ('enter'.startsWith(verb)) entries.push(entryOf('guests', String(vmid), `enter ${vmid}`, 'enter'));
    for (const action of ['start', 'reboot', 'stop'] as const) {
      if ('guest'.startsWith(verb))
        entries.push(entryOf('guests', String(vmid), `guest ${action} ${vmid}`, action));
    }
  }
  return entries;
}

const CONTAINER_ACTIONS = ['shell', 'start', 'restart', 'stop', 'pause', 'resume'] as const;
const VERBS_OF_CONTAINERS: readonly string[] = ['logs', ...CONTAINER_ACTIONS];
const actionHelp: Readonly<Record<string, TextKey>> = {
  shell: 'container-action.shell',
  start: 'container-action.start',
  restart: 'container-action.restart',
  stop: 'container-action.stop',
  pause: 'container-action.pause',
  resume: 'container-action.resume',
  apply: 'apply.label',
  enter: 'guest-action.enter',
  reboot: 'guest-action.reboot',
};
