// What a panel of the overview is, and what panels share.
import type { TextKey } from '../../src/base/texts/text.ts';
import type { ScreenId } from '../../src/contracts/screen-ids.ts';
import { sparkline } from '../draw/glyphs.ts';
import { fit } from '../../src/base/cells.ts';
import { segment, type Line, type Segment } from '../draw/line.ts';
import type { Model } from '../draw/model.ts';

export type Panel = {
  readonly title: TextKey;
  /** The screen behind it. */
  readonly opens: ScreenId;
  readonly side: 'left' | 'right';
  /** `room` is how many lines are left over for panels that can use them. */
  readonly lines: (model: Model, width: number, room: number) => readonly Line[];
};

const LABEL_WIDTH = 13;
const VALUE_WIDTH = 26;
const SPARK_WIDTH = 24;
const SHORTEST_SPARK = 4;

/** A label and what stands beside it. */
export const row = (model: Model, label: TextKey | undefined, rest: Line): Line => [
  segment(fit(label === undefined ? '' : model.text(label), LABEL_WIDTH), 'dim'),
  ...rest,
];

/** What is left for what stands beside a label. */
export const besideLabel = (width: number): number => width - LABEL_WIDTH;

/** A value in the column of values, so that what follows it stands in one column too. */
export const value = (text: string, tone: Segment['tone'] = 'plain'): Segment =>
  segment(`${fit(text, VALUE_WIDTH)} `, tone);

/** The sparkline of some samples in what is left of the width; nothing where too little is left. */
export function spark(
  model: Model,
  samples: readonly (number | null)[],
  max: number,
  width: number,
): Segment {
  const room = Math.min(SPARK_WIDTH, width - LABEL_WIDTH - VALUE_WIDTH - 1);
  return segment(room < SHORTEST_SPARK ? '' : sparkline(samples, room, max, model.glyphs), 'info');
}

/** The line that says how many are not shown. */
export const more = (model: Model, hidden: number): readonly Line[] =>
  hidden > 0 ? [[segment(model.text('overview.more', { count: hidden }), 'dim')]] : [];
