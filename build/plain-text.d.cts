// Types of plain-text.cjs, for its test.
export const PLAIN_RANGES: readonly (readonly [number, number])[];
export function stringWidth(text: string, options?: { readonly countAnsiEscapeCodes?: boolean }): number;
export class PlainSegmenter {
  constructor(locales?: string, options?: Intl.SegmenterOptions);
  segment(text: string): Pick<Intl.Segments, 'containing'> & Iterable<Intl.SegmentData>;
}
