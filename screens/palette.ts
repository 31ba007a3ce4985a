// The command palette: every command and screen by its name, with what it can take.
import { THEME_CHOICES } from '../src/contracts/default-settings.ts';
import { LANGUAGES } from '../src/base/texts/text.ts';
import { makeHarmless } from '../src/contracts/harmless.ts';
import { changeList, goTo } from '../state/view.ts';
import { SCREEN_IDS } from '../src/contracts/screen-ids.ts';
import { fuzzyScore } from './draw/filter.ts';
import { lastFacts } from './draw/model.ts';
import { runCommand, sortBy } from './input/commands.ts';
import { allKeys } from './keys.ts';
import type { Session } from './session.ts';
import { whereIs } from './where.ts';

export type PaletteEntry = { readonly words: string; readonly help: string; readonly run: () => void };

/** Commands that make sense only as keys, and screens, which have their own names here. */
const NOT_TYPED = /^(?:screen\..*|move\..*|panel\..*|tab\..*|palette|back|open|ledger|sign\..*)$/;
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
  if (query.startsWith('logs')) {
    for (const container of (lastFacts(session.model(), 'containers')?.containers ?? []).slice(
      0,
      SHOWN_CONTAINERS,
    )) {
      entries.push({
        words: `logs ${makeHarmless(container.name)}`,
        help: text('key.logs'),
        run: () => {
          goTo(view, 'containers');
          changeList(view, { filter: '', cursorId: container.id });
          runCommand(session, 'logs', ':logs');
        },
      });
    }
  }
  return entries;
}
