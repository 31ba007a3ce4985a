// YAML to values and back, with the line of whatever is wrong. The only place that loads `yaml`.
import { LineCounter, parseDocument, stringify } from 'yaml';

export type YamlProblem = { readonly line: number; readonly message: string };
export type ParsedYaml = {
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The 1-based line of a path such as `['theme']`, or 1. */
  readonly lineOf: (path: readonly (string | number)[]) => number;
};

export function parseYaml(text: string): ParsedYaml {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const problems = document.errors.map((error) => ({
    line: lineCounter.linePos(error.pos[0]).line,
    message: error.message,
  }));
  return {
    value: problems.length === 0 ? document.toJS({ maxAliasCount: 0 }) : undefined,
    problems,
    lineOf: (path) => {
      const node = path.length === 0 ? document.contents : document.getIn(path, true);
      const start = rangeStart(node);
      return start === undefined ? 1 : lineCounter.linePos(start).line;
    },
  };
}

export const formatYaml = (value: unknown): string => stringify(value);

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const { range } = node;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}
