// How the terminal's cells are divided at each size.

export type Size = { readonly columns: number; readonly rows: number };

export type Layout = {
  /** `none`: too small for anything but a sentence; `list`: a status line and a list; `full`: with tabs and footer. */
  readonly frame: 'none' | 'list' | 'full';
  readonly bodyRows: number;
  readonly bodyColumns: number;
  /** Whether the selected row's detail is shown below the list. */
  readonly preview: boolean;
};

const MIN_COLUMNS = 40;
const MIN_ROWS = 10;
const FULL_COLUMNS = 60;
const FULL_ROWS = 14;
const PREVIEW_COLUMNS = 100;
const PREVIEW_ROWS = 30;
/** Status, tabs and footer. */
const FRAME_ROWS = 3;

export function layoutOf({ columns, rows }: Size): Layout {
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) {
    return { frame: 'none', bodyRows: rows, bodyColumns: columns, preview: false };
  }
  if (columns < FULL_COLUMNS || rows < FULL_ROWS) {
    return { frame: 'list', bodyRows: rows - 1, bodyColumns: columns, preview: false };
  }
  return {
    frame: 'full',
    bodyRows: rows - FRAME_ROWS,
    bodyColumns: columns,
    preview: columns >= PREVIEW_COLUMNS && rows >= PREVIEW_ROWS,
  };
}
