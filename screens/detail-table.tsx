// The table of a detail: ink-table with our own widths, colours and signs, and a rule below the
// titles only, as between all rows it would take half of the room.
import { Box, Text } from 'ink';
import { Table } from 'ink-table';
import { createContext, Fragment, useContext, useMemo, type PropsWithChildren, type ReactNode } from 'react';
import { cells, fit } from '../src/base/cells.ts';
import { segment, type Tone } from './draw/line.ts';
import type { DetailTable } from './draw/screen.ts';
import { paint, themeOf, type Theme } from './draw/theme.ts';

type Props = { readonly table: DetailTable; readonly theme: Theme; readonly plainSigns: boolean };
/** Cells by the place of their column, each exactly as wide as that. */
type Row = Record<string, string>;

export function DrawnTable({ table, theme, plainSigns }: Props) {
  const rowOf = (row: readonly string[]): Row =>
    Object.fromEntries(
      table.columns.map(({ width, align }, index) => [
        String(index),
        fit(segment(row[index] ?? '').text, width, align),
      ]),
    );
  const painted = useMemo(() => ({ theme, plainSigns }), [theme, plainSigns]);
  return (
    <Colours value={painted}>
      <RuledOnce
        data={[rowOf(table.columns.map(({ title }) => title)), ...table.rows.map(rowOf)]}
        header={Title}
        cell={Cell}
        skeleton={Border}
      />
    </Colours>
  );
}

/** ink-table lets its parts be replaced, and tells them nothing but their text. */
const Colours = createContext<Pick<Props, 'theme' | 'plainSigns'>>({
  theme: themeOf('mono', 'none'),
  plainSigns: false,
});
const Title = ({ children }: PropsWithChildren) => <Painted tone="title" text={textOf(children)} />;
const Cell = ({ children }: PropsWithChildren) => <Painted tone="plain" text={textOf(children)} />;
function Border({ children }: PropsWithChildren) {
  const { plainSigns } = useContext(Colours);
  const text = textOf(children);
  return <Painted tone="dim" text={plainSigns ? inAscii(text) : text} />;
}
function Painted({ tone, text }: { readonly tone: Tone; readonly text: string }) {
  const { theme, plainSigns } = useContext(Colours);
  return <Text>{paint([{ text, tone }], theme, plainSigns)}</Text>;
}
const textOf = (children: ReactNode): string => (typeof children === 'string' ? children : '');

/** The first row of its data are the titles. */
class RuledOnce extends Table<Row> {
  override render() {
    const [titles = {}, ...rows] = this.props.data;
    // ink-table counts letters, and pads by that count; our cells already have their width.
    const columnsFor = (row: Row, width: (cell: string) => number) =>
      this.getColumns().map((column) => ({
        ...column,
        align: 'left' as const,
        width: width(row[column.key] ?? '') + 2 * this.getConfig().padding,
      }));
    const border = { columns: columnsFor(titles, cells), data: {} };
    const letters = (cell: string) => cell.length;
    return (
      <Box flexDirection="column" flexShrink={0}>
        {this.header({ key: 'top', ...border })}
        {this.heading({ key: 'titles', columns: columnsFor(titles, letters), data: titles })}
        {this.separator({ key: 'rule', ...border })}
        {rows.map((row, index) => (
          // A row is known by its place on the screen.
          // oxlint-disable-next-line react/no-array-index-key
          <Fragment key={index}>
            {this.data({ key: String(index), columns: columnsFor(row, letters), data: row })}
          </Fragment>
        ))}
        {this.footer({ key: 'bottom', ...border })}
      </Box>
    );
  }
}

const inAscii = (border: string): string =>
  border
    .replaceAll('─', '-')
    .replaceAll('│', '|')
    .replaceAll(/[┌┬┐├┼┤└┴┘]/g, '+');
