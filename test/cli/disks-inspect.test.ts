// `disks inspect`: one device with every sign, for people and as JSON; and what is no device is never blank.
import { bareDevice } from '../contracts/bare-device.ts';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Facts, Subject } from '../../src/contracts/all-facts.ts';
import type { DiskSignal } from '../../src/contracts/facts/disk-flags.ts';
import { disksInspectOutput } from '../../src/contracts/outputs.ts';
import { absent, type Reading } from '../../src/contracts/reading.ts';
import type { FactsSource } from '../../src/contracts/source.ts';
import type { FactMap } from '../../src/doctor/rule.ts';
import { lendDevice, writeAt } from '../disks/lent-device.ts';
import * as make from '../doctor/facts.ts';
import { quietly, run, whyNoLoop } from '../host/loop-device.ts';
import { runChild, runHere } from './run.ts';

const reason = whyNoLoop('mkfs.ext4', 'perl');
const inspect = async (device: string, ...more: readonly string[]) =>
  runChild(['disks', 'inspect', device, '--source', 'embedded', ...more]);
const parse = (out: string) => disksInspectOutput.parse(JSON.parse(out));

test('a mounted disk is told by path and by durable id alike, and nothing on it changes', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  run('mkfs.ext4', '-q', '-F', '-L', 'customer', device.path);
  const point = join(device.folder, 'mnt');
  mkdirSync(point);
  run('mount', '-o', 'ro', device.path, point);
  onTestFinished(() => quietly('umount', '-l', point));
  const before = run('sha256sum', device.image);
  const byPath = await inspect(device.path, '--json');
  const byId = await inspect(device.durableId, '--json');
  const byLink = await inspect(`/dev/disk/by-id/${device.durableId.slice('byid:'.length)}`, '--json');
  expect(byPath).toMatchObject({ code: 0, err: '' });
  const told = parse(byPath.out);
  expect(told).toMatchObject({
    device: device.path,
    durable_id: device.durableId,
    data_bearing: true,
    verdict: 'in_use',
    reason: 'device is mounted',
    content: [{ device: device.name, fs_type: 'ext4', label: 'customer' }],
  });
  expect(told.signals[0]).toMatchObject({ id: 'mounted', detail: point, release: `umount ${point}` });
  expect({ ...parse(byId.out), at: 0 }).toEqual({ ...told, at: 0 });
  expect({ ...parse(byLink.out), at: 0 }).toEqual({ ...told, at: 0 });
  expect(run('sha256sum', device.image)).toBe(before);
});

test('with --scan a blank disk is proven blank, and one byte is found wherever it is', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  const blank = await inspect(device.path, '--scan', '--json');
  expect(parse(blank.out)).toMatchObject({ verdict: 'blank_proven', data_bearing: false, signals: [] });
  writeAt(device.path, 7_654_321, 'x');
  const written = await inspect(device.path, '--scan', '--json');
  expect(parse(written.out)).toMatchObject({
    verdict: 'data',
    data_bearing: true,
    signals: [{ id: 'not-zero' }],
  });
  run('mkfs.ext4', '-q', '-F', device.path);
  expect(parse((await inspect(device.path, '--scan', '--json')).out)).toMatchObject({ verdict: 'data' });
});

test('people read the same in their language', async (context) => {
  if (reason !== undefined) return context.skip(reason);
  const device = lendDevice();
  run('mkfs.ext4', '-q', '-F', device.path);
  const english = await inspect(device.path, '--lang', 'en');
  expect(english.out).toContain('DATA (device holds ext4)');
  expect(english.out).toContain('signature found (ext4)');
  const hungarian = await inspect(device.path, '--lang', 'hu');
  expect(hungarian.out).toContain('ADAT (felismert tartalom: ext4)');
  expect(hungarian.out).toContain('felismert tartalom (ext4)');
});

test.each(['/dev/null', '/dev/there-is-none', '/etc/passwd', 'byid:wwn-0x0', '../../dev/sda', ''])(
  'what is no block device (%j) is refused, and counts as holding data',
  async (word) => {
    const ran = await inspect(word, '--json');
    expect(ran.code).toBe(6);
    expect(parse(ran.out)).toMatchObject({ data_bearing: true, verdict: 'unknown', durable_id: null });
  },
);

test('an agent is asked where one answers: it knows what was read whole', async () => {
  const ran = await runHere(['disks', 'inspect', '/dev/sda', '--json'], { source: agentWith(facts) });
  expect(parse(ran.out)).toMatchObject({ source: 'agent', verdict: 'blank_proven', data_bearing: false });
});

test('of what an agent saw on it, nothing is called absent', async () => {
  const signal = { class: 'content', device: 'sda', where: 'blkid -p /dev/sda', release: null } as const;
  const on = async (signals: readonly DiskSignal[]) => {
    const flag = { name: 'sda', data_bearing: true, verdict: 'data', reason: 'x', scan: null } as const;
    const disk_flags = make.good({ allow_loop: false, flags: [{ ...flag, signals: [...signals] }] });
    return (await runHere(['disks', 'inspect', 'sda'], { source: agentWith({ ...facts, disk_flags }) })).out;
  };
  expect(await on([{ ...signal, id: 'signature', detail: 'ext4 "DATA"' }])).toMatch(
    /^On it +sda: ext4 "DATA"$/m,
  );
  expect(await on([{ ...signal, id: 'unread', class: 'unread', detail: 'io-error' }])).toMatch(
    /^On it +not known: /m,
  );
  expect(await on([])).toMatch(/^On it +nothing was found$/m);
});

const facts: FactMap = {
  disks: make.good({
    devices: [
      {
        ...bareDevice('sda'),
        size_bytes: 1e12,
        durable_id: 'byid:wwn-0x5000039ddb108568',
      },
    ],
  }),
  disk_flags: make.good({
    allow_loop: false,
    flags: [
      {
        name: 'sda',
        data_bearing: false,
        verdict: 'blank_proven',
        reason: 'every byte was read and is zero',
        signals: [],
        scan: null,
      },
    ],
  }),
};
const agentWith = (told: FactMap): FactsSource => ({
  kind: 'agent',
  intervals: { disks: 1000, disk_flags: 1000 },
  read: async <S extends Subject>(subject: S): Promise<Reading<Facts[S]>> =>
    Promise.resolve(told[subject] ?? absent('not-here', 'test', make.NOW)),
  readContainer: async () => Promise.resolve(absent('not-here', 'test', make.NOW)),
  close: () => undefined,
});
