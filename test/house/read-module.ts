// What a source file says about itself, from its syntax tree: what it imports and how, its words,
// the members of globals it touches. Comments say nothing here.
import { parseSync } from 'oxc-parser';

export type Import = {
  readonly specifier: string;
  /** `type` is gone at run time; `lazy` is `await import()`. */
  readonly kind: 'static' | 'lazy' | 'type';
};

export type Module = {
  readonly imports: readonly Import[];
  /** Names of what it declares and exports. */
  readonly exports: readonly string[];
  /** Every string and every fixed piece of a template. */
  readonly strings: readonly string[];
  /** `process.exit` and its kind, also when taken apart: `const { exit } = process`. */
  readonly members: readonly string[];
  /** Habits of whole files that no linter here refuses. */
  readonly habits: readonly ('default export' | 'module-level let')[];
};

type Node = Readonly<Record<string, unknown>>;

export function readModule(path: string, source: string): Module {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} could not be parsed: ${errors[0]?.message}`);
  const nodes = [...walk(program)];
  return {
    imports: nodes.flatMap(importOf),
    exports: nodes.flatMap(exportsOf),
    strings: nodes.flatMap(stringOf),
    members: nodes.flatMap(membersOf),
    habits: habitsOf(program.body),
  };
}

function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) {
    for (const one of value) yield* walk(one);
  } else if (isNode(value)) {
    if (typeof value['type'] === 'string') yield value;
    for (const part of Object.values(value)) if (typeof part === 'object') yield* walk(part);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function importOf(node: Node): Import[] {
  const specifier = literal(node['source']);
  if (specifier === undefined) return [];
  switch (node['type']) {
    case 'ImportDeclaration':
      return [{ specifier, kind: node['importKind'] === 'type' ? 'type' : 'static' }];
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return [{ specifier, kind: node['exportKind'] === 'type' ? 'type' : 'static' }];
    case 'ImportExpression':
      return [{ specifier, kind: 'lazy' }];
    case 'TSImportType':
      return [{ specifier, kind: 'type' }];
    default:
      return [];
  }
}

function exportsOf(node: Node): string[] {
  if (node['type'] !== 'ExportNamedDeclaration' || !isNode(node['declaration'])) return [];
  const { declarations, id } = node['declaration'];
  const names = Array.isArray(declarations)
    ? declarations.map((one: unknown) => isNode(one) && one['id'])
    : [id];
  return names.map(nameOf).filter((name) => name !== undefined);
}

function stringOf(node: Node): string[] {
  if (node['type'] === 'TemplateElement' && isNode(node['value'])) return [String(node['value']['cooked'])];
  const text = literal(node);
  return text === undefined ? [] : [text];
}

function literal(node: unknown): string | undefined {
  if (!isNode(node) || node['type'] !== 'Literal') return undefined;
  return typeof node['value'] === 'string' ? node['value'] : undefined;
}

function membersOf(node: Node): string[] {
  if (node['type'] === 'MemberExpression') {
    const object = nameOf(node['object']);
    const property = nameOf(node['property']) ?? literal(node['property']);
    return object === undefined || property === undefined ? [] : [`${object}.${property}`];
  }
  if (
    node['type'] === 'VariableDeclarator' &&
    isNode(node['id']) &&
    Array.isArray(node['id']['properties'])
  ) {
    const object = nameOf(node['init']);
    if (object === undefined) return [];
    return node['id']['properties']
      .map((property: unknown) => (isNode(property) ? nameOf(property['key']) : undefined))
      .filter((name) => name !== undefined)
      .map((name) => `${object}.${name}`);
  }
  return [];
}

function nameOf(node: unknown): string | undefined {
  if (!isNode(node) || node['type'] !== 'Identifier') return undefined;
  return typeof node['name'] === 'string' ? node['name'] : undefined;
}

function habitsOf(body: readonly unknown[]): Module['habits'][number][] {
  return body.flatMap((statement): Module['habits'][number][] => {
    if (!isNode(statement)) return [];
    if (statement['type'] === 'ExportDefaultDeclaration') return ['default export'];
    const declared = statement['type'] === 'ExportNamedDeclaration' ? statement['declaration'] : statement;
    return isNode(declared) && declared['type'] === 'VariableDeclaration' && declared['kind'] === 'let'
      ? ['module-level let']
      : [];
  });
}
