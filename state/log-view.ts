// A container's log as a person looks at it: the lines that are kept, which of them are in sight, what is
// searched for. Pure transitions; lines are counted from the first that was ever told, so that a place stays
// the same line while old ones are dropped.

/** More is not kept: the oldest lines go first. */
export const MAX_LINES = 10_000;

export type LogLine = {
  /** As Docker writes it (RFC 3339, nine digits); empty when a line has none. */
  readonly time: string;
  readonly text: string;
};

export type LogView = {
  /** How the container is asked for, and what it is called. */
  readonly id: string;
  readonly name: string;
  /** The run before the present one. */
  readonly previous: boolean;
  readonly lines: readonly LogLine[];
  /** How many were dropped before the first of `lines`. */
  readonly dropped: number;
  readonly feed: LogFeed;
  /** The newest lines stay in sight. */
  readonly follow: boolean;
  readonly wrap: boolean;
  readonly time: boolean;
  /** The first line in sight, while it does not follow. */
  readonly top: number;
  /** Cells that are scrolled away at the left, while lines are not wrapped. */
  readonly left: number;
  readonly query: string;
  /** The search is being typed: where it was before. */
  readonly typing: { readonly before: string } | null;
  /** The line that was found last. */
  readonly found: number | null;
};

export type LogFeed =
  | { readonly state: 'reading' }
  /** The container ended, or this run is over: nothing more comes unless it starts again. */
  | { readonly state: 'ended' }
  /** Why nothing comes: may be foreign text, in English. Tried again, with what is there kept. */
  | { readonly state: 'lost'; readonly problem: string; readonly since: number };

export const openedOn = (id: string, name: string, previous = false): LogView => ({
  id,
  name,
  previous,
  lines: [],
  dropped: 0,
  feed: { state: 'reading' },
  follow: !previous,
  wrap: false,
  time: false,
  top: 0,
  left: 0,
  query: '',
  typing: null,
  found: null,
});

const STAMPED = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

/** A line as Docker gives it with times. */
function parseLine(line: string): LogLine {
  const [stamp = '', time = ''] = STAMPED.exec(line) ?? [];
  return { time, text: line.slice(stamp.length) };
}

/**
 * More lines, without those that are there already: after Docker went away and came back, the last
 * ones are told again.
 */
export function added(view: LogView, lines: readonly string[], isRepeat: boolean): LogView {
  const parsed = lines.map(parseLine);
  const last = view.lines.findLast(({ time }) => time !== '')?.time ?? '';
  const fresh = isRepeat ? parsed.filter(({ time }) => time > last) : parsed;
  if (fresh.length === 0) return view;
  const all = [...view.lines, ...fresh];
  const over = Math.max(0, all.length - MAX_LINES);
  return { ...view, lines: over === 0 ? all : all.slice(over), dropped: view.dropped + over };
}

export const endOf = ({ dropped, lines }: LogView): number => dropped + lines.length;
export const lineAt = ({ dropped, lines }: LogView, place: number): LogLine | undefined =>
  lines[place - dropped];

/** Scrolls to a place; at the end it follows again only when that is asked for. */
export const scrolledTo = (view: LogView, top: number): LogView => ({
  ...view,
  follow: false,
  top: Math.max(view.dropped, Math.min(endOf(view) - 1, top)),
});

export const isMatch = ({ text }: LogLine, query: string): boolean =>
  query !== '' && text.toLowerCase().includes(query.toLowerCase());

export const countMatches = ({ lines, query }: LogView): number =>
  query === '' ? 0 : lines.filter((line) => isMatch(line, query)).length;

/**
 * The next line with what is searched for, downwards or up, and round the ends; the same view when there
 * is none. Without a line found before, the search begins at what is in sight.
 */
export function findNext(view: LogView, by: 1 | -1, inSight: number): LogView {
  const { lines, dropped, query } = view;
  const places = lines.flatMap((line, index) => (isMatch(line, query) ? [dropped + index] : []));
  if (places.length === 0) return { ...view, found: null };
  const from = view.found ?? (by === -1 && view.follow ? endOf(view) : inSight - by);
  const next =
    by === 1
      ? (places.find((place) => place > from) ?? places[0])
      : (places.findLast((place) => place < from) ?? places.at(-1));
  return next === undefined ? view : { ...scrolledTo(view, next), found: next };
}

/** What is shown of all that is kept, as text for a file. */
export const asText = ({ lines }: LogView): string =>
  lines.map(({ time, text }) => `${time === '' ? '' : `${time} `}${text}\n`).join('');
