// Ends a format from wherever it is found that it cannot go on; turned into its result at the one edge.
import type { ApiCode } from '../contracts/api-error.ts';
import type { FormatResult } from './format-order.ts';

/** As a result, but for `dirty`, which the edge knows. */
export type FormatEnd =
  | Extract<FormatResult, { state: 'held' | 'invalid' }>
  | { readonly state: 'failed'; readonly code: ApiCode; readonly detail: string }
  | { readonly state: 'cancelled' };

export class FormatEnded extends Error {
  readonly end: FormatEnd;

  constructor(end: FormatEnd) {
    super('detail' in end ? end.detail : end.state);
    this.name = 'FormatEnded';
    this.end = end;
  }
}

export const held = (detail: string): FormatEnded => new FormatEnded({ state: 'held', detail });
export const invalid = (code: ApiCode, detail: string): FormatEnded =>
  new FormatEnded({ state: 'invalid', code, detail });
export const failed = (code: ApiCode, detail: string): FormatEnded =>
  new FormatEnded({ state: 'failed', code, detail });
