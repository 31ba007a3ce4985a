// Trees of other machines: each reader makes facts or a named absence of them, never an
// exception and never NaN. FELHOM_FIXTURES=DIR adds every folder of DIR/host.
import { cpSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Facts } from '../../src/contracts/all-facts.ts';
import type { Ok } from '../../src/contracts/reading.ts';
import { createSubjects, type HostSubject } from '../../src/host/all-subjects.ts';
import { createMachine } from '../../src/host/machine.ts';
import { readSubject } from '../host/read-subject.ts';
import { faultsOf } from '../host/sane-reading.ts';

const SUBJECTS = [
  'identity',
  'uptime',
  'time_sync',
  'cpu',
  'load',
  'memory',
  'pressure',
  'temperatures',
  'network',
  'processes',
] as const satisfies readonly HostSubject[];

const foldersOf = (parent: string): readonly string[] =>
  readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(parent, entry.name));

const fixtures = process.env['FELHOM_FIXTURES'];
const trees = [
  ...foldersOf(join(import.meta.dirname, '../trees')),
  ...(fixtures === undefined ? [] : foldersOf(join(fixtures, 'host'))),
];

/** Archives that know no links keep them as files that hold their target. */
function restoreLinks(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) restoreLinks(path);
    else if (entry.isFile() && lstatSync(path).size < 256) {
      const target = /^(\.\.\/)+[\w./:-]+$/.exec(readFileSync(path, 'utf8'))?.[0];
      if (target === undefined) continue;
      rmSync(path);
      symlinkSync(target, path);
    }
  }
}

describe.each(trees)('%s', (tree) => {
  let root = '';
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'felhom-corpus-'));
    cpSync(tree, root, { recursive: true, verbatimSymlinks: true });
    restoreLinks(root);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  test.each(SUBJECTS)('%s is a fact or a named absence, twice', async (subject) => {
    const machine = createMachine({ root });
    const subjects = createSubjects();
    const look = async <S extends HostSubject>(name: S, previous?: Ok<Facts[S]>) => {
      const reading = await readSubject(machine, name, previous, subjects);
      expect(faultsOf(name, reading)).toEqual([]);
      return reading.state === 'ok' ? reading : undefined;
    };
    await look(subject, await look(subject));
  });
});
