// The completion scripts, in the real shells.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SHELLS, type Shell } from '../../src/cli/completion-scripts.ts';
import { findProgram } from '../setup/find-program.ts';
import { runHere } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'felhom-completion-'));
beforeAll(async () => {
  for (const shell of SHELLS) {
    writeFileSync(join(folder, shell), (await runHere(['completion', shell])).out);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

// The last word is the one being typed.
const ASK = {
  bash: (words: readonly string[]) => [
    '--norc',
    '-c',
    `source ${folder}/bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _felhom; printf '%s\\n' "\${COMPREPLY[@]}"`,
    'bash',
    ...words,
  ],
  // Outside of its line editor zsh has no compadd: the prefix is matched by hand.
  zsh: (given: readonly string[]) => [
    '-f',
    '-c',
    `compdef() { :; }; compadd() { shift; print -l -- \${(M)@:#\${words[CURRENT]}*}; }; source ${folder}/zsh; words=("$@"); CURRENT=$#; _felhom`,
    'zsh',
    ...given,
  ],
  fish: (words: readonly string[]) => [
    '--no-config',
    '-c',
    `source ${folder}/fish; complete -C '${words.join(' ')}'`,
  ],
} satisfies Record<Shell, (words: readonly string[]) => readonly string[]>;

const complete = (shell: Shell, words: readonly string[]): readonly string[] =>
  execFileSync(findProgram(shell) ?? shell, ASK[shell](words), { encoding: 'utf8' })
    .split('\n')
    .map((line) => line.split('\t')[0] ?? '')
    .filter((word) => word !== '');

describe.each(SHELLS)('%s', (shell) => {
  test.for([
    [['felhom', 'st'], ['status']],
    [['felhom', 'dis'], ['disks']],
    [
      ['felhom', 'disks', ''],
      ['list', 'inspect', 'scan', 'format', 'release', 'identify'],
    ],
    // A command by itself, and a group.
    [
      ['felhom', 'guests', ''],
      ['list', 'start', 'stop', 'reboot', 'enter'],
    ],
    [['felhom', 'gue'], ['guests']],
    [
      ['felhom', 'tokens', ''],
      ['mint', 'list', 'revoke'],
    ],
    [['felhom', '--lang', 'hu', 'disks', 'li'], ['list']],
    [
      ['felhom', '--lang', ''],
      ['en', 'hu'],
    ],
    [['felhom', 'status', '--tim'], ['--timeout']],
    [['felhom', '--tim'], []],
    [['felhom', 'doctor', 'smart-f'], ['smart-failing']],
    [['felhom', 'completion', 'z'], ['zsh']],
  ] as const)('%j offers %j', ([words, expected], context) => {
    if (findProgram(shell) === undefined) return context.skip(`${shell} is not installed`);
    const isOption = (word: string) => word.startsWith('-') && words.at(-1) === '';
    const offered = complete(shell, words).filter((word) => !isOption(word));
    expect(new Set(offered)).toEqual(new Set<string>(expected));
  });
});
