// Compares sources with the tables of the house and names every breach. Pure: files come in as text.
import { posix } from 'node:path';
import { readModule, type Import, type Module } from './read-module.ts';
import {
  completeLists,
  emptyNames,
  fileName,
  lazyDoors,
  mayImport,
  packageRules,
  wordRules,
} from './rules.ts';

/** Path from the root → text. */
export type Sources = ReadonlyMap<string, string>;
type Modules = ReadonlyMap<string, Module>;

export function examine(sources: Sources): readonly string[] {
  const modules: Modules = new Map([...sources].map(([path, text]) => [path, readModule(path, text)]));
  return [
    ...[...modules].flatMap(([path, module]) => [
      ...examineFolder(path),
      ...examineName(path),
      ...examineFirstLine(path, sources.get(path) ?? ''),
      ...module.habits.map((habit) => `${path}: ${habit}`),
      ...module.imports.flatMap((one) => examineImport(path, one)),
      ...examineWords(path, module),
    ]),
    ...examinePlainFiles(modules),
    ...examineLists(modules),
  ];
}

/** The row of the tables that a file belongs to: `src/host`, `state`, `screens`. */
function folderOf(path: string): string {
  const [top = '', second = ''] = path.split('/');
  return top === 'src' ? `${top}/${second}` : top;
}

function examineFolder(path: string): string[] {
  return folderOf(path) in mayImport ? [] : [`${path}: ${folderOf(path)} is no folder of the house`];
}

function examineName(path: string): string[] {
  const name = posix.basename(path);
  if (!fileName.test(name)) return [`${path}: not kebab-case`];
  const empty = name.split(/[-.]/).find((word) => emptyNames.includes(word));
  return empty === undefined ? [] : [`${path}: '${empty}' says nothing`];
}

function examineFirstLine(path: string, text: string): string[] {
  return /^(?:\/\/|\/\*)\s*\S/.test(text) ? [] : [`${path}: its first line does not say what it is for`];
}

function examineImport(path: string, one: Import): string[] {
  if (!one.specifier.startsWith('.')) return examinePackage(path, one);
  const target = posix.join(posix.dirname(path), one.specifier);
  const [from, to] = [folderOf(path), folderOf(target)];
  if (from !== to && !(mayImport[from] ?? []).includes(to)) {
    return [`${path}: ${from} may not import ${to} (${target})`];
  }
  if (one.kind !== 'static') return [];
  return lazyDoors
    .filter((door) => isIn(path, door.from) && isIn(target, door.to))
    .filter((door) => !isIn(path, door.doors ?? []) && !isIn(target, door.plain ?? []))
    .map((door) => `${path}: ${target} only by await import(): ${door.why}`);
}

/** Whether a file is one of these, or lies below one of them. */
function isIn(path: string, places: readonly string[]): boolean {
  return places.some((place) => path === place || path.startsWith(`${place}/`));
}

function examinePackage(path: string, { specifier, kind }: Import): string[] {
  const rule = packageRules.find(({ name }) => specifier === name || specifier.startsWith(`${name}/`));
  if (rule === undefined) return [`${path}: no rule says where ${specifier} may be imported`];
  if (!rule.folders.includes(folderOf(path))) {
    return [`${path}: ${specifier} only in ${rule.folders.join(', ')}: ${rule.why}`];
  }
  return rule.lazy === true && kind === 'static'
    ? [`${path}: ${specifier} only by await import(): ${rule.why}`]
    : [];
}

function examineWords(path: string, module: Module): string[] {
  return wordRules
    .filter((rule) => !rule.folders.includes(folderOf(path)))
    .flatMap((rule) =>
      (rule.what === 'string' ? module.strings : module.members)
        .filter((word) => rule.pattern.test(word))
        .map((word) => `${path}: ${word} only in ${rule.folders.join(', ')}: ${rule.why}`),
    );
}

/** What a lazy door lets through as plain data must not load a drawing package by a detour. */
function examinePlainFiles(modules: Modules): string[] {
  return lazyDoors
    .flatMap((door) => door.plain ?? [])
    .flatMap((plain) =>
      [...reach(plain, modules)].flatMap((path) =>
        (modules.get(path)?.imports ?? [])
          .filter((one) => one.kind === 'static' && /^(?:ink|react|ink-table)(?:\/|$)/.test(one.specifier))
          .map((one) => `${plain} is not plain: ${path} imports ${one.specifier}`),
      ),
    );
}

function reach(start: string, modules: Modules, seen = new Set<string>()): Set<string> {
  if (seen.has(start)) return seen;
  seen.add(start);
  for (const one of modules.get(start)?.imports ?? []) {
    if (one.kind === 'static' && one.specifier.startsWith('.')) {
      reach(posix.join(posix.dirname(start), one.specifier), modules, seen);
    }
  }
  return seen;
}

function examineLists(modules: Modules): string[] {
  return completeLists.flatMap(({ list, folder, files, exporting }) => {
    const module = modules.get(list);
    if (module === undefined) return [`${list} is missing`];
    const named = new Set(module.imports.map((one) => posix.join(posix.dirname(list), one.specifier)));
    return [...modules]
      .filter(([path]) => posix.dirname(path) === folder && files.test(posix.basename(path)))
      .filter(([, one]) => exporting === undefined || one.exports.some((name) => exporting.test(name)))
      .filter(([path]) => path !== list && !named.has(path))
      .map(([path]) => `${list} does not name ${path}`);
  });
}
