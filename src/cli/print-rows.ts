// Names and what stands for them, one a line, the values below each other.
import { cells } from '../base/cells.ts';
import type { Output } from './print.ts';

export type Row = readonly [label: string, value: string];

export function printRows(output: Output, rows: readonly Row[]): void {
  const width = Math.max(...rows.map(([label]) => cells(label)));
  for (const [label, value] of rows) {
    output.line({ text: label + ' '.repeat(width - cells(label)), style: 'strong' }, '  ', value);
  }
}
