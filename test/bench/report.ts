// The table of the benchmark: every figure beside its gate, its target and the peers.
import type { Budget, Figures } from './budgets.ts';

export type Verdict = 'target' | 'gate' | 'BROKEN' | 'not measured' | '';

export type Row = {
  readonly what: string;
  readonly unit: string;
  readonly value: number | undefined;
  readonly gate: number | undefined;
  readonly target: number | undefined;
  readonly beside: string;
  readonly verdict: Verdict;
};

export function judge(budgets: readonly Budget[], figures: Figures): readonly Row[] {
  return budgets.map((budget) => {
    const [value, gate, target] = [budget.value(figures), budget.gate(figures), budget.target(figures)];
    return {
      what: budget.what,
      unit: budget.unit,
      value,
      gate,
      target,
      beside: budget.beside
        .filter((name) => figures[name] !== undefined)
        .map((name) => `${name.split('.')[1]} ${short(figures[name])}`)
        .join(', '),
      verdict: verdictOf(value, gate, target),
    };
  });
}

export function formatTable(rows: readonly Row[]): string {
  const lines = [
    ['', 'felhom', 'unit', 'gate', 'target', 'of gate', 'verdict', 'beside'],
    ...rows.map((row) => [
      row.what,
      short(row.value),
      row.unit,
      short(row.gate),
      short(row.target),
      row.value === undefined || row.gate === undefined
        ? ''
        : `${Math.round((row.value / row.gate) * 100)} %`,
      row.verdict,
      row.beside,
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          [1, 3, 4, 5].includes(column)
            ? cell.padStart(widths[column] ?? 0)
            : cell.padEnd(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A figure that is not a number passes no gate. */
function verdictOf(value: number | undefined, gate: number | undefined, target: number | undefined): Verdict {
  if (value === undefined) return 'not measured';
  if (target !== undefined && value <= target) return 'target';
  if (gate === undefined) return '';
  return value <= gate ? 'gate' : 'BROKEN';
}

function short(value: number | undefined): string {
  if (value === undefined) return '';
  return value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
}
