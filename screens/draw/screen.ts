// What a screen is: its rows, how they are drawn, and what Enter shows of one.
import type { TextKey } from '../../src/base/texts/text.ts';
import type { ListPlace } from '../../state/view.ts';
import type { ScreenId } from '../../src/contracts/screen-ids.ts';
import type { Line, Tone } from './line.ts';
import type { Model } from './model.ts';
import type { Action } from '../actions/action.ts';
import type { Place } from '../keys.ts';

export type Box = { readonly width: number; readonly height: number };

/** A plain table of a detail view, drawn with ink-table; cells are cut to their width first. */
export type DetailTable = {
  readonly columns: readonly {
    readonly title: string;
    readonly width: number;
    readonly align: 'left' | 'right';
  }[];
  readonly rows: readonly (readonly string[])[];
};

export type DetailTab = {
  readonly title: TextKey;
  readonly lines: (width: number) => readonly Line[];
  readonly table?: DetailTable;
};

export type DetailView = {
  readonly title: string;
  readonly tabs: readonly DetailTab[];
  /** Why what is shown may no longer be so: an old or failed source. */
  readonly notice?: Line | undefined;
};

export type Copy = { readonly label: TextKey; readonly value: string };

export type Sortable = { readonly letter: string; readonly column: string; readonly title: TextKey };

/** A screen with rows, panels, or a note on why it has nothing to show. */
export type Screen = {
  readonly id: ScreenId;
  readonly title: TextKey;
  readonly place: Place;
  /** What its tab says beside the title: a count, a worst severity; nothing when there is nothing to say. */
  readonly badge: (model: Model) => { readonly text: string; readonly tone: Tone } | undefined;
  /** Ids of the rows in the order shown; empty on screens without rows. */
  readonly ids: (model: Model, place: ListPlace) => readonly string[];
  readonly body: (model: Model, place: ListPlace, box: Box, panel: number) => readonly Line[];
  readonly sortable: readonly Sortable[];
  readonly detail: (model: Model, id: string) => DetailView | undefined;
  readonly copies: (model: Model, id: string) => readonly Copy[];
  readonly raw: (model: Model, id: string) => unknown;
  /** What can be done with a row, all of it, whether now or not: what cannot says why. */
  readonly actions: (model: Model, id: string) => readonly Action[];
  /** Panels that can have the focus, and the screen that Enter opens from each. */
  readonly panels: readonly ScreenId[];
};
