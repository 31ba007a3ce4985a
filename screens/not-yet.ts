// Screens that have nothing to show on this machine: they say why, and how to get there.
import type { TextKey } from '../src/base/texts/text.ts';
import type { ScreenId } from '../src/contracts/screen-ids.ts';
import { blank, segment, wrap } from './draw/line.ts';
import type { Screen } from './draw/screen.ts';

type Note = { readonly id: ScreenId; readonly title: TextKey; readonly why: TextKey; readonly how: TextKey };

const defineNote = (note: Note): Screen => ({
  id: note.id,
  title: note.title,
  place: 'note',
  badge: () => undefined,
  ids: () => [],
  body: (model, _place, { width }) => [
    [segment(model.text(note.title), 'title')],
    blank,
    ...wrap(model.text(note.why), Math.min(width, 76)),
    blank,
    ...wrap(model.text(note.how), Math.min(width, 76), 'dim'),
  ],
  sortable: [],
  detail: () => undefined,
  copies: () => [],
  raw: () => undefined,
  actions: () => [],
  panels: [],
});

export const stacksScreen = defineNote({
  id: 'stacks',
  title: 'screen.stacks',
  why: 'stacks.why',
  how: 'stacks.how',
});
