// The house keeps its own laws: who may import whom, what stands where, which lists are complete.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { examine } from './examine.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

test('no source breaks a law of the house', () => {
  const files = globSync(['src/**/*.{ts,tsx}', 'screens/**/*.{ts,tsx}', 'state/**/*.{ts,tsx}'], {
    cwd: ROOT,
  });
  expect(files.length).toBeGreaterThan(30);
  const sources = new Map(files.map((file) => [file, readFileSync(join(ROOT, file), 'utf8')]));
  expect(examine(sources)).toEqual([]);
});

// Complete enough for the lists; every planted breach is added to it.
const SOUND: readonly (readonly [string, string])[] = [
  ['src/contracts/all-facts.ts', "// Facts.\nexport { cpu } from './facts/cpu.ts';"],
  ['src/contracts/facts/cpu.ts', '// Cpu.\nexport const cpu = 1;'],
  ['src/base/texts/text.ts', '// Texts.\nexport const text = 1;'],
  ['src/doctor/all-rules.ts', '// Rules.'],
  ['src/cli/all-commands.ts', '// Commands.'],
  ['screens/all-screens.ts', '// Screens.'],
];

const breaches = (path: string, code: string, ...more: readonly (readonly [string, string])[]) =>
  examine(new Map([...SOUND, [path, code], ...more]));

test('a sound house has no breach', () => {
  expect(examine(new Map(SOUND))).toEqual([]);
});

test.each([
  [
    'an import upwards',
    'src/host/a.ts',
    "import { b } from '../clients/b.ts';",
    /may not import src\/clients/,
  ],
  [
    'an import upwards of a type',
    'src/host/a.ts',
    "import type { b } from '../clients/b.ts';",
    /may not import/,
  ],
  [
    'an export from above',
    'src/base/a.ts',
    "export * from '../contracts/b.ts';",
    /may not import src\/contracts/,
  ],
  [
    'a type by import()',
    'src/doctor/a.ts',
    "export type T = import('../host/b.ts').T;",
    /may not import src\/host/,
  ],
  [
    'folders of one level that meet',
    'src/signing/a.ts',
    "import '../host/b.ts';",
    /may not import src\/host/,
  ],
  [
    'a store that reads the machine',
    'state/a.ts',
    "import { b } from '../src/host/b.ts';",
    /may not import src\/host/,
  ],
  [
    'a screen that fetches',
    'screens/a.tsx',
    "import { b } from '../src/clients/b.ts';",
    /may not import src\/clients/,
  ],
  [
    'a command that loads Ink at once',
    'src/cli/a.ts',
    "import { b } from '../../screens/b.ts';",
    /only by await import/,
  ],
  [
    'a client that loads the reader at once',
    'src/clients/a.ts',
    "import { b } from '../host/b.ts';",
    /only by await/,
  ],
  ['a folder that nobody planned', 'src/extras/a.ts', '', /no folder of the house/],
  [
    'a command that loads the embedded source at once',
    'src/cli/a.ts',
    "import { b } from '../clients/embedded.ts';",
    /only by await/,
  ],
  ['zod in a store', 'state/a.ts', "import { z } from 'zod';", /zod only in/],
  [
    'zustand below',
    'src/clients/a.ts',
    "import { createStore } from 'zustand/vanilla';",
    /zustand\/vanilla only in/,
  ],
  [
    'a child process outside its door',
    'src/host/a.ts',
    "import { spawn } from 'node:child_process';",
    /only in src\/base/,
  ],
  [
    'a child process behind await',
    'src/host/a.ts',
    "await import('node:child_process');",
    /only in src\/base/,
  ],
  ['dockerode at once', 'src/clients/a.ts', "import Docker from 'dockerode';", /only by await import/],
  ['a package without a rule', 'src/base/a.ts', "import x from 'left-pad';", /no rule says where left-pad/],
  [
    'a screen that reads files',
    'screens/a.tsx',
    "import { readFileSync } from 'node:fs';",
    /node:fs only in/,
  ],
  ['an exit in a client', 'src/clients/a.ts', 'process.exit(1);', /process\.exit only in src\/cli/],
  ['arguments taken apart', 'state/a.ts', 'const { argv } = process;', /process\.argv only in src\/cli/],
  [
    'a clock in a screen',
    'screens/a.tsx',
    'export const A = () => <B at={Date.now()} />;',
    /Date\.now only in src\/base/,
  ],
  [
    'a kernel path in a client',
    'src/clients/a.ts',
    'export const a = (pid: number) => `/proc/${pid}/stat`;',
    /only in src\/host/,
  ],
  [
    'a formatting tool in the reader',
    'src/host/a.ts',
    "export const a = ['mkfs.ext4'];",
    /mkfs\.ext4 only in src\/disks/,
  ],
  ['a default export', 'src/base/a.ts', 'export default 1;', /default export/],
  ['state at module level', 'src/base/a.ts', 'export let a = 1;', /module-level let/],
])('%s is found', (_, path, code, wanted) => {
  expect(breaches(path, `// Planted.\n${code}`)).toEqual([expect.stringMatching(wanted)]);
});

test.each([
  ['a name in camel case', 'src/base/myFile.ts', /not kebab-case/],
  ['a drawer', 'src/base/text-utils.ts', /'utils' says nothing/],
  ['an index', 'src/host/index.ts', /'index' says nothing/],
])('%s is found', (_, path, wanted) => {
  expect(breaches(path, '// Planted.')).toEqual([expect.stringMatching(wanted)]);
});

test('a file that does not say what it is for is found', () => {
  expect(breaches('src/base/a.ts', 'export const a = 1;')).toEqual([expect.stringMatching(/first line/)]);
});

test.each([
  ['src/doctor/all-rules.ts', 'src/doctor/rules/forgotten.ts'],
  ['src/cli/all-commands.ts', 'src/cli/commands/forgotten.ts'],
  ['screens/all-screens.ts', 'screens/forgotten.ts'],
  ['src/contracts/all-facts.ts', 'src/contracts/facts/forgotten.ts'],
])('%s that forgets %s is found', (list, forgotten) => {
  const code = '// Forgotten.\nexport const forgottenScreen = 1;';
  expect(breaches(forgotten, code)).toEqual([`${list} does not name ${forgotten}`]);
});

test('a list that is gone is found', () => {
  const rest = SOUND.filter(([path]) => path !== 'src/doctor/all-rules.ts');
  expect(examine(new Map(rest))).toEqual(['src/doctor/all-rules.ts is missing']);
});

test('a file beside the screens that is no screen need not be listed', () => {
  expect(breaches('screens/layout.ts', '// Layout.\nexport const layout = 1;')).toEqual([]);
});

test('plain data that loads Ink by a detour is found', () => {
  const detour = breaches('screens/keys.ts', "// Keys.\nimport { a } from './a.tsx';", [
    'screens/a.tsx',
    "// A.\nimport { Box } from 'ink';",
  ]);
  expect(detour).toEqual([expect.stringMatching(/keys\.ts is not plain: screens\/a\.tsx imports ink/)]);
});

test('what a comment says is no breach', () => {
  expect(breaches('src/base/a.ts', "// import '/proc' from 'ink'; process.exit(1)\n/* '/sys/x' */")).toEqual(
    [],
  );
});
