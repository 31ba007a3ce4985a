// YAML to values and back, with the line of whatever is wrong. The only place that loads `yaml`.
import { isScalar, LineCounter, parseDocument, stringify, visit, type Document } from 'yaml';
import { messageOf } from './errors.ts';

export type YamlProblem = { readonly line: number; readonly message: string };
export type ParsedYaml = {
  readonly value: unknown;
  readonly problems: readonly YamlProblem[];
  /** The 1-based line of a path such as `['theme']`, or 1. */
  readonly lineOf: (path: readonly (string | number)[]) => number;
};

export function parseYaml(text: string): ParsedYaml {
  const lineCounter = new LineCounter();
  const lineAt = (offset: number) => lineCounter.linePos(offset).line;
  try {
    // Its warnings would go to stderr past the door that makes foreign text harmless.
    // Its own look for keys that stand there twice compares each with all before it: a large file takes minutes.
    const document = parseDocument(text, {
      lineCounter,
      prettyErrors: false,
      logLevel: 'error',
      uniqueKeys: false,
    });
    const problems = document.errors.map(({ pos, message }) => ({ line: lineAt(pos[0]), message }));
    const refused = firstRefused(document);
    if (refused !== undefined) problems.push({ line: lineAt(refused.offset), message: refused.message });
    return {
      value: problems.length === 0 ? document.toJS() : undefined,
      problems,
      lineOf: (path) => {
        const start = rangeStart(path.length === 0 ? document.contents : document.getIn(path, true));
        return start === undefined ? 1 : lineAt(start);
      },
    };
  } catch (error) {
    // Thousands of brackets in each other overflow the parser's stack.
    return { value: undefined, problems: [{ line: 1, message: messageOf(error) }], lineOf: () => 1 };
  }
}

type Refused = { readonly offset: number; readonly message: string };

/**
 * What is YAML and not taken. A few lines of aliases of aliases stand for billions of values: none is followed. A key
 * that stands there twice says two things, also as `1` and `"1"`.
 */
function firstRefused(document: Document.Parsed): Refused | undefined {
  let found: Refused | undefined;
  const refuse = (node: unknown, message: string) => {
    found = { offset: rangeStart(node) ?? 0, message };
    return visit.BREAK;
  };
  visit(document, {
    Alias: (_key, node) => refuse(node, `Aliases (*${node.source}) are not followed`),
    Map: (_key, { items }) => {
      const seen = new Set<string>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        const name = String(key.value);
        if (seen.has(name)) return refuse(key, 'Map keys must be unique');
        seen.add(name);
      }
      return undefined;
    },
  });
  return found;
}

/** Without aliases, which `parseYaml` follows none of: what stands at two places is written twice. */
export const formatYaml = (value: unknown): string => stringify(value, { aliasDuplicateObjects: false });

function rangeStart(node: unknown): number | undefined {
  if (typeof node !== 'object' || node === null || !('range' in node)) return undefined;
  const { range } = node;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : undefined;
}
