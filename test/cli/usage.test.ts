// What is typed wrong is named, with what was probably meant; nothing else happens.
import { expect, test } from 'vitest';
import { SUBJECTS } from '../../src/doctor/subjects.ts';
import { runChild, runHere } from './run.ts';
import * as make from '../doctor/facts.ts';

test.each([
  [['stauts'], "There is no command 'stauts'. Did you mean 'status'?"],
  [['frobnicate'], "There is no command 'frobnicate'."],
  [['status', '--jsno'], 'There is no option --jsno. Did you mean --json?'],
  [['--jsno', 'status'], 'There is no option --jsno. Did you mean --json?'],
  [['status', '-x'], 'There is no option -x.'],
  [['status', '--timeout'], '--timeout needs a value: --timeout SECONDS.'],
  [['status', '--lang', '--json'], '--lang needs a value: --lang LANG.'],
  [['status', '--timeout', 'soon'], "--timeout cannot be 'soon': give seconds, at most 600."],
  [['status', '--timeout', '0'], "--timeout cannot be '0': give seconds, at most 600."],
  [['status', '--json=yes'], '--json takes no value.'],
  [['--lang', 'de', 'status'], "--lang cannot be 'de'; possible: en, hu."],
  [['--source', 'demo', 'status'], "--source cannot be 'demo'; possible: auto, embedded, agent, agent:PATH."],
  [
    ['--source=bundle:x', 'status'],
    "--source cannot be 'bundle:x'; possible: auto, embedded, agent, agent:PATH.",
  ],
  [['status', 'extra'], "'status' does not take 'extra'."],
  [['disks'], "'disks' needs one more word: list, inspect, scan, format, release, identify."],
  [
    ['disks', 'wipe', 'sda'],
    "'disks' has no 'wipe'; there is: list, inspect, scan, format, release, identify.",
  ],
  [['tokens'], "'tokens' needs one more word: mint, list, revoke."],
  [['tokens', 'steal', '9200'], "'tokens' has no 'steal'; there is: mint, list, revoke."],
  [
    ['--source=agent:', 'status'],
    "--source cannot be 'agent:'; possible: auto, embedded, agent, agent:PATH.",
  ],
  [['disks', 'format', 'sda'], '--fstype is missing: --fstype TYPE.'],
  [['disks', 'format', 'sda', '--fstype', 'ntfs'], "--fstype cannot be 'ntfs'; possible: ext4, xfs, btrfs."],
  [['tokens', 'mint', '--vmid', '99', '--out', 'x'], "'99' is no VMID: Proxmox numbers its guests from 100."],
  [['tokens', 'mint', '--vmid', '9200'], '--out is missing: --out FILE.'],
  [['tokens', 'revoke'], 'Give either the id of a token or --vmid VMID.'],
  [['tokens', 'revoke', 'a', '--vmid', '9200'], 'Give either the id of a token or --vmid VMID.'],
  [['ledger', 'show', '--after', 'x'], "--after cannot be 'x': give a number."],
  [['completion'], "'completion' needs SHELL."],
  [['completion', 'tcsh'], "There is no completion for 'tcsh'; possible: bash, zsh, fish."],
])('%j is a usage error', async (argv, message) => {
  const ran = await runHere(argv, { facts: make.load(1) });
  expect(ran).toEqual({ code: 2, out: '', err: `felhom: ${message}\nSee 'felhom help'.\n` });
});

test('an unknown rule is no usage error: there is no such thing', async () => {
  const ran = await runHere(['doctor', 'memroy'], { facts: make.load(1) });
  expect(ran.code).toBe(6);
  expect(ran.err).toContain("Did you mean 'memory'?");
});

test('check answers bad usage with unknown, as monitoring expects', async () => {
  expect((await runHere(['check', '--jsno'], { facts: make.load(1) })).code).toBe(3);
  expect((await runHere(['--source', 'agent', 'check'])).code).toBe(3);
});

test('an agent that is not there is an unreachable source', async () => {
  const ran = await runHere(['status', '--source', 'agent']);
  expect(ran).toMatchObject({ code: 3, out: '' });
  expect(ran.err).toContain('No agent answers on this machine.');
});

test('with --json an error is a document, and the message still stands on stderr', async () => {
  const ran = await runHere(['status', '--source', 'agent', '--json']);
  expect(JSON.parse(ran.out)).toMatchObject({ code: 'unreachable' });
  expect(ran.err).not.toBe('');
});

test('a source that has nothing at all is unreachable', async () => {
  const ran = await runHere(['status'], { facts: {} });
  expect(ran.code).toBe(3);
});

test('the language is that of --lang, else of the locale', async () => {
  const env = { LANG: 'hu_HU.UTF-8' };
  expect((await runHere(['stauts'], { env })).err).toContain('Nincs ilyen parancs');
  expect((await runHere(['stauts', '--lang', 'en'], { env })).err).toContain('There is no command');
  expect((await runHere(['--lang=hu', 'stauts'])).err).toContain('Nincs ilyen parancs');
});

test('a bug ends with 70 and one sentence, and with its stack only when asked', async () => {
  const source = {
    kind: 'embedded',
    intervals: Object.fromEntries(SUBJECTS.map((subject) => [subject, 1])),
    read: async () => Promise.reject(new TypeError('boom')),
    readContainer: async () => Promise.reject(new TypeError('boom')),
    close: () => undefined,
  } as const;
  const quiet = await runHere(['status'], { source });
  expect(quiet.code).toBe(70);
  expect(quiet.err).toContain('This is a bug in felhom: boom');
  expect(quiet.err).not.toContain('    at ');
  const loud = await runHere(['status'], { source, env: { FELHOM_DEBUG: '1' } });
  expect(loud.err).toContain('    at ');
});

test('global options stand before or after the command', async () => {
  const facts = make.load(1);
  const before = await runHere(['--json', '--lang', 'hu', 'doctor'], { facts });
  const after = await runHere(['doctor', '--lang', 'hu', '--json'], { facts });
  expect(before).toEqual(after);
  expect(before.code).toBe(0);
});

test('--version and --help answer whatever the command', async () => {
  expect((await runHere(['--version'])).out).toMatch(/^felhom \d+\.\d+\.\d+\n$/);
  expect((await runHere(['status', '-V'])).out).toMatch(/^felhom \d/);
  const help = await runHere(['disks', 'list', '--help']);
  expect(help.out).toBe((await runHere(['help', 'disks', 'list'])).out);
  expect(help.out).toContain('--timeout SECONDS');
  expect((await runHere(['--help'])).out).toBe((await runHere(['help'])).out);
});

test('as a child it exits with the code, and says errors on stderr', async () => {
  const ran = await runChild(['stauts']);
  expect(ran).toMatchObject({ code: 2, out: '' });
  expect(ran.err).toContain("Did you mean 'status'?");
});
