// Recorded answers of real machines (FELHOM_FIXTURES): each parses to facts or to a named absence.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { smartReport, type SmartReport } from '../../src/contracts/facts/smart.ts';
import type { Reading } from '../../src/contracts/reading.ts';
import { createMachine } from '../../src/host/machine.ts';
import { parseBody, parseRows, pveGuest } from '../../src/host/pvesh.ts';
import { parseJson, smartScan } from '../../src/host/smart-answer.ts';
import { parseSmartReport } from '../../src/host/smart-report.ts';
import { readSubject } from '../host/read-subject.ts';
import { faultsOf } from '../host/sane-reading.ts';

const folder = process.env['FELHOM_FIXTURES'] ?? '';
const filesOf = (pattern: string) => (folder === '' ? [] : globSync(join(folder, pattern)).toSorted());
const read = (file: string) => readFileSync(file, 'utf8');
const outcome = (reading: Reading<unknown>) =>
  reading.state === 'ok' ? 'ok' : `${reading.state} ${reading.code}`;

function numbersOf(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(numbersOf) : [];
}

const smartFiles = filesOf('smartctl/*/*.json');
const isScan = (file: string) => /scan[-_]/.test(basename(file));
/** A model that another program's own thresholds call failed; the disk itself says nothing of the kind. */
const FAILED_BY_OTHERS = 'smart-ata-failed-scrutiny.json';

/** Answers that hold no report; neither disk sleeps. */
const NOT_OPENED: readonly string[] = ['nonexistent-device.json', 'smart-fail.json'];

function faultsOfReport(report: SmartReport, name: string): readonly string[] {
  const { temperature_c: celsius, capacity_bytes: bytes, wear_percent: wear, verdict } = report;
  const dying = ['failing', 'prefail', 'worn'].includes(verdict);
  const faults = {
    schema: !smartReport.safeParse(report).success,
    numbers: !numbersOf(report).every(Number.isFinite),
    temperature: celsius !== null && (celsius <= 0 || celsius >= 100),
    capacity: bytes !== null && bytes <= 0,
    model: report.model === '',
    wear: wear !== null && wear < 0,
    verdict: report.passed === false && verdict !== 'failing',
    dying: name.includes('fail') && name !== FAILED_BY_OTHERS && !dying,
  };
  return Object.entries(faults).flatMap(([fault, there]) => (there ? [fault] : []));
}

describe.skipIf(folder === '')('smartctl', () => {
  test('there are answers to read', () => {
    expect(smartFiles.length).toBeGreaterThan(50);
  });

  test.each(smartFiles.filter((file) => !isScan(file)))('%s', (file) => {
    const name = basename(file);
    const reading = parseSmartReport(read(file), 'smartctl', 1);
    expect(outcome(reading)).toBe(NOT_OPENED.includes(name) ? 'failed tool-failed' : 'ok');
    expect(reading.state === 'ok' ? faultsOfReport(reading.value, name) : []).toEqual([]);
  });

  test.each(smartFiles.filter(isScan))('%s', (file) => {
    const devices = parseJson(smartScan, read(file))?.devices ?? [];
    expect(devices.length).toBeGreaterThan(0);
    expect(new Set(devices.map(({ name, type }) => `${name} ${type}`)).size).toBe(devices.length);
  });
});

describe.skipIf(folder === '')('Proxmox', () => {
  test.each(filesOf('proxmox/*/*_{lxc,qemu}.json'))('%s', (file) => {
    const guests = parseRows(pveGuest, read(file)) ?? [];
    expect(guests.length).toBe(parseBody(z.array(z.unknown()), read(file))?.length);
    expect(guests.every((guest) => Number.isInteger(guest.vmid) && guest.status !== '')).toBe(true);
  });

  test.each(filesOf('proxmox/*/*.json'))('%s parses or is refused, without a throw', (file) => {
    const rows = parseRows(pveGuest, read(file)) ?? [];
    expect(numbersOf(rows).every(Number.isFinite)).toBe(true);
  });

  test.each(filesOf('proxmox/*/*cluster_resources.json'))('%s', (file) => {
    const kinds = (parseRows(pveGuest, read(file)) ?? []).map(({ type }) => type ?? '');
    expect(kinds.length).toBeGreaterThan(0);
    expect(kinds.every((kind) => kind === 'lxc' || kind === 'qemu')).toBe(true);
  });
});

const lsblkRow = z.looseObject({
  name: z.string(),
  type: z.string(),
  get children() {
    return z.array(lsblkRow).optional();
  },
});
const LSBLK_TYPES = /^(?:disk|part|loop|rom|lvm|crypt|mpath|dm|raid\d+)$/;

describe.skipIf(folder === '')('lsblk', () => {
  test.each(filesOf('lsblk/*/*.json'))('%s tells only kinds of device that we know', (file) => {
    const rows = z.object({ blockdevices: z.array(lsblkRow) }).parse(JSON.parse(read(file))).blockdevices;
    const all = rows.flatMap((row) => [row, ...(row.children ?? [])]);
    expect(all.filter(({ type }) => !LSBLK_TYPES.test(type))).toEqual([]);
  });
});

describe.skipIf(folder === '')('whole machines', () => {
  const trees = filesOf('host/*');
  const subjects = ['disks', 'filesystems', 'zfs', 'lvm', 'smart', 'proxmox', 'kernel_errors'] as const;
  test.each(trees.flatMap((tree) => subjects.map((subject) => ({ tree, subject }))))(
    '$subject of $tree',
    async ({ tree, subject }) => {
      const reading = await readSubject(createMachine({ root: tree }), subject);
      expect(faultsOf(subject, reading)).toEqual([]);
    },
  );

  test.each(trees)('every pool of %s has a state', async (tree) => {
    const zfs = await readSubject(createMachine({ root: tree }), 'zfs');
    const states = zfs.state === 'ok' ? zfs.value.pools.map(({ state }) => state) : [];
    expect(states.filter((state) => !/^[A-Z]+$/.test(state))).toEqual([]);
  });
});
