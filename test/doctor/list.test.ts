// The list of rules is complete and sound, and everything that a rule says has words.
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tell } from '../../src/base/texts/tell.ts';
import { isTextKey, createText, LANGUAGES } from '../../src/base/texts/text.ts';
import type { Message } from '../../src/contracts/finding.ts';
import { absent, failed } from '../../src/contracts/reading.ts';
import { allRules } from '../../src/doctor/all-rules.ts';
import type { FactMap } from '../../src/doctor/rule.ts';
import { SUBJECTS } from '../../src/doctor/subjects.ts';
import * as make from './facts.ts';

const FOLDER = fileURLToPath(new URL('../../src/doctor/rules', import.meta.url));
const ids = allRules.map(({ id }) => id);

test('every file of a rule is in the list under its own name, once', () => {
  const files = globSync('*.ts', { cwd: FOLDER }).map((file) => basename(file, '.ts'));
  expect(ids.toSorted()).toEqual(files.toSorted());
});

test.each(allRules)('$id depends on rules that exist, and has a title', ({ dependsOn, title, id }) => {
  expect(dependsOn.filter((other) => !ids.includes(other) || other === id)).toEqual([]);
  expect(isTextKey(title)).toBe(true);
});

const ATTRIBUTES = (['now', 'past', ''] as const).map((when_failed) => ({
  id: 5,
  name: 'Reallocated_Sector_Ct',
  value: 1,
  worst: 1,
  threshold: 10,
  raw: '9',
  when_failed,
}));
const ILL: readonly FactMap[] = [
  make.availableMemory(1, { arc_size: 1, swap_used: 1 }),
  { ...make.availableMemory(1), ...make.load(50) },
  { ...make.memory({ swap_total: 100, swap_used: 90 }), ...make.pressure({ memory: 90, io: 90, cpu: 90 }) },
  make.filesystems(
    make.mount({ used_share: 1, inodes_used: 1000 }, { mount_point: '/', device_number: '1:1' }),
    make.mount({ used_share: 1 }, { mount_point: '/boot', device_number: '1:2' }),
    make.mount({ used_share: 1 }, { mount_point: '/run', device_number: '1:3', fs_type: 'tmpfs' }),
    make.mount({ used_share: 1 }, { mount_point: '/var/lib/docker', device_number: '1:4' }),
    make.mount({ used_share: 1 }, { mount_point: '/data', device_number: '1:5' }),
    { ...make.mount({}, { fs_type: 'nfs4' }), fill: failed('hung', 'x', 1) },
    { ...make.mount({}), fill: failed('timeout', 'x', 1, 'detail') },
    { ...make.mount({}), fill: failed('io-error', 'x', 1) },
  ),
  make.sensor(120),
  make.smart(
    { verdict: 'failing', temperature_c: 90, wear_percent: 120, available_spare_percent: 1 },
    {
      verdict: 'prefail',
      attributes: ATTRIBUTES,
      reallocated_sectors: 5,
      pending_sectors: 5,
      uncorrectable_errors: 5,
    },
    { verdict: 'worn', media_errors: 5, self_test_failed: true },
  ),
  make.kernel(
    { kind: 'io' },
    { kind: 'oom' },
    { kind: 'filesystem' },
    { kind: 'machine-check', subject: null },
    { kind: 'hung-task' },
    { kind: 'other', subject: null },
    { kind: 'io', subject: 'loop1' },
  ),
  make.load(50, 4, 40),
  make.timeSync(false),
  { time_sync: make.good({ synchronised: false, service: null }) },
  make.zfs({ state: 'FAULTED', scan: 'scrub repaired 0B', allocated_bytes: 999 }),
  make.zfs({ read_errors: 3 }),
  make.thinPool(99, 99),
  make.group(2),
  make.proxmox(make.backup(40 * make.DAY_MS, 'job errors'), make.backup(40 * make.DAY_MS, 'OK')),
  make.proxmox(make.backup(0, 'job errors'), null),
  make.container({ health: 'unhealthy' }),
  make.container({ state: 'restarting' }),
  make.container({ state: 'dead', protected: true }),
  { operations: failed('no-answer', '/run/x.sock', 1, 'ECONNREFUSED'), ...make.ledger('record 2') },
  make.operations({ state: 'interrupted', dirty: true, stage: 'mkfs' }),
  make.operations({ state: 'interrupted' }),
  make.guestOfHost({
    report: {
      status: 'fail',
      issues: ['Protected container not running: traefik'],
      services: [{ name: 'traefik', state: 'back-off', cause: 'port 80 is taken' }],
    },
  }),
  make.guestOfHost({ report: { status: 'warn' }, proxmox: { name: 'felhom-golden', kind: 'qemu' } }),
  make.guestOfHost({ report: { status: 'unknown', guest_hostname: 'felhom-golden' } }),
  make.guestOfHost({ report: { hostname: '3dff0fe73b5c' } }),
  make.guestOfHost({ report: null, proxmox: { kind: 'qemu' } }),
  make.guestOfHost({ report: null, proxmox: { uptime_s: null } }),
  make.guestOfHost({ ageMs: 10 * 60_000 }),
  make.guestOfHost({ ageMs: 3 * make.DAY_MS }),
  Object.fromEntries(SUBJECTS.map((subject) => [subject, failed('hung', 'a source', 1, 'a detail')])),
  Object.fromEntries(SUBJECTS.map((subject) => [subject, failed('no-permission', 'a source', 1)])),
  Object.fromEntries(SUBJECTS.map((subject) => [subject, failed('tool-failed', 'a source', 1)])),
];

const messagesOf = (facts: FactMap): readonly Message[] =>
  allRules.flatMap((rule) => {
    const outcome = rule.examine({ facts, now: make.NOW });
    if (outcome.state === 'unknown') return [outcome.because];
    if (outcome.state === 'ok') return [];
    return outcome.found.flatMap(({ what, evidence, cause, cure }) => [what, ...evidence, cause, cure]);
  });

test.each(LANGUAGES)('every message of every rule has words and all its parameters in %s', (language) => {
  const text = createText(language);
  const messages = [...ILL, {}].flatMap(messagesOf);
  expect(messages.length).toBeGreaterThan(150);
  expect(messages.filter((message) => !isTextKey(message.text))).toEqual([]);
  expect(
    messages.map((message) => tell(text, message)).filter((told) => /[{}]|NaN|undefined/.test(told)),
  ).toEqual([]);
});

test('nothing is found and nothing is thrown when no fact is there', () => {
  const nothing: readonly FactMap[] = [
    {},
    Object.fromEntries(SUBJECTS.map((subject) => [subject, absent('not-here', 'x', 1)])),
  ];
  const states = nothing.map((facts) =>
    [...new Set(allRules.map((rule) => rule.examine({ facts, now: 1 }).state))].toSorted(),
  );
  // `ok` of the first: the reader's rule, which finds no failed one among none.
  expect(states).toEqual([['ok', 'unknown'], ['ok']]);
});

test('a command in a cure keeps a hostile mount point one word', () => {
  const facts = make.filesystems(make.mount({ used_share: 1 }, { mount_point: "/mnt/a b'; rm -rf /" }));
  const cure = messagesOf(facts).find(({ text }) => text === 'rule.disk-full.cure');
  expect(cure?.params['mount']).toBe(String.raw`'/mnt/a b'\''; rm -rf /'`);
});
