// What a person would see: a terminal emulator without a window, fed with what a program wrote.
import xterm, { type IBufferCell, type Terminal } from '@xterm/headless';

/** A colour of the palette of 256, a colour by its parts, or the terminal's own. */
export type Colour = 'default' | { readonly palette: number } | { readonly rgb: number };

export type Cell = {
  /** Empty for the right half of a wide character. */
  readonly text: string;
  /** 2 for a wide character, 0 for its right half. */
  readonly width: number;
  readonly foreground: Colour;
  readonly background: Colour;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
};

export type Cursor = { readonly x: number; readonly y: number; readonly visible: boolean };

export type Screen = {
  /** Resolves when the screen shows it. */
  readonly feed: (bytes: Uint8Array) => Promise<void>;
  readonly resize: (cols: number, rows: number) => void;
  /** One string a row, spaces at the right end cut. */
  readonly rows: () => readonly string[];
  readonly text: () => string;
  readonly cells: () => readonly (readonly Cell[])[];
  readonly cursor: () => Cursor;
  readonly alternate: () => boolean;
  readonly bracketedPaste: () => boolean;
  readonly focusReports: () => boolean;
  readonly title: () => string;
  /** What the terminal answers to a program's questions (device attributes, cursor position, modes). */
  readonly onReply: (listener: (text: string) => void) => void;
};

export function createScreen(cols: number, rows: number): Screen {
  const terminal = new xterm.Terminal({ cols, rows, allowProposedApi: true, scrollback: 1000 });
  let cursorVisible = true;
  let title = '';
  terminal.onTitleChange((value) => (title = value));
  // The public interface does not tell whether the cursor is shown: listen, and let it pass on.
  const watchCursor = (final: string, visible: boolean) =>
    terminal.parser.registerCsiHandler({ prefix: '?', final }, (params) => {
      if (params.includes(25)) cursorVisible = visible;
      return false;
    });
  watchCursor('h', true);
  watchCursor('l', false);

  const rowTexts = () => lines(terminal).map((line) => line?.translateToString(true) ?? '');
  return {
    feed: async (bytes) => new Promise((done) => terminal.write(bytes, done)),
    resize: (newCols, newRows) => terminal.resize(newCols, newRows),
    rows: rowTexts,
    text: () => rowTexts().join('\n'),
    cells: () =>
      lines(terminal).map((line) =>
        Array.from({ length: terminal.cols }, (_, x) => {
          const cell = line?.getCell(x);
          return cell === undefined ? BLANK : describe(cell);
        }),
      ),
    cursor: () => ({
      x: terminal.buffer.active.cursorX,
      y: terminal.buffer.active.cursorY,
      visible: cursorVisible,
    }),
    alternate: () => terminal.buffer.active.type === 'alternate',
    bracketedPaste: () => terminal.modes.bracketedPasteMode,
    focusReports: () => terminal.modes.sendFocusMode,
    title: () => title,
    onReply: (listener) => void terminal.onData(listener),
  };
}

const BLANK: Cell = {
  text: '',
  width: 1,
  foreground: 'default',
  background: 'default',
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

function lines(terminal: Terminal) {
  const buffer = terminal.buffer.active;
  return Array.from({ length: terminal.rows }, (_, y) => buffer.getLine(buffer.baseY + y));
}

function describe(cell: IBufferCell): Cell {
  return {
    text: cell.getChars(),
    width: cell.getWidth(),
    foreground: colour(cell.isFgDefault(), cell.isFgRGB(), cell.getFgColor()),
    background: colour(cell.isBgDefault(), cell.isBgRGB(), cell.getBgColor()),
    bold: cell.isBold() !== 0,
    dim: cell.isDim() !== 0,
    italic: cell.isItalic() !== 0,
    underline: cell.isUnderline() !== 0,
    inverse: cell.isInverse() !== 0,
  };
}

function colour(isDefault: boolean, isRgb: boolean, value: number): Colour {
  if (isDefault) return 'default';
  return isRgb ? { rgb: value } : { palette: value };
}
