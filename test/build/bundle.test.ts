// The bundle starts as it is meant to: from kept code, and without what no first frame needs.
import { execFileSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const ROOT = join(import.meta.dirname, '../..');
const DIST = join(ROOT, 'dist');

/** Says of each part whether V8 takes back the code that was kept of it. */
const TAKES_CODE_BACK = `
  const { readFileSync } = require('node:fs');
  const { Script } = require('node:vm');
  for (const file of process.argv.slice(1)) {
    const script = new Script(readFileSync(file, 'latin1'), { cachedData: readFileSync(file + '.code') });
    if (script.cachedDataRejected) console.log(file);
  }`;

test('V8 takes back the kept code with the Node and the flags that bin/felhom starts', () => {
  const parts = globSync('*.code', { cwd: DIST }).map((name) => join(DIST, name.replace(/\.code$/, '')));
  expect(parts).toContain(join(DIST, 'console.js'));
  const flags = /^exec "\$node" (.+) "\$here/m.exec(readFileSync(join(ROOT, 'bin/felhom'), 'utf8'))?.[1];
  const node = join(ROOT, `node_modules/node-linux-${process.arch}/bin/node`);
  const refused = execFileSync(node, [...(flags ?? '').split(' '), '-e', TAKES_CODE_BACK, ...parts], {
    encoding: 'utf8',
  });
  expect(refused).toBe('');
});

test.each([
  ['zod', 'invalid_type'],
  ['the YAML parser', 'BLOCK_FOLDED'],
  ['the Docker client', 'X-Registry-Auth'],
  ["Yoga's WebAssembly as text", 'AGFzbQEAAAAB'],
])('%s is not among what the console starts with', (_name, said) => {
  const parts = globSync('*.js', { cwd: DIST });
  const holding = parts.filter((name) => readFileSync(join(DIST, name), 'utf8').includes(said));
  expect(holding).not.toContain('console.js');
});

test('what start.cjs reads as one byte a letter is ASCII', () => {
  const parts = globSync('*.js', { cwd: DIST });
  expect(parts.filter((name) => readFileSync(join(DIST, name)).some((byte) => byte > 0x7f))).toEqual([]);
});
