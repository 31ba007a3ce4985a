// The overview: colours mean what the doctor finds, and the worst comes first.
import { describe, expect, onTestFinished, test } from 'vitest';
import { lineText, type Tone } from '../../screens/draw/line.ts';
import { plainFrame } from '../../screens/plain-frame.ts';
import type { Facts } from '../../src/contracts/all-facts.ts';
import type { Filesystem } from '../../src/contracts/facts/filesystems.ts';
import { absent, failed, ok } from '../../src/contracts/reading.ts';
import { INVENTED_AT, inventReadings } from './invented-facts.ts';
import { sitDown } from './seated.ts';

const SECOND_MS = 1000;
const good = <T>(value: T) => ok(value, 'test', INVENTED_AT);

const filesystem = (mount_point: string, used_share: number, over: Partial<Filesystem> = {}): Filesystem => ({
  mount_point,
  device: '/dev/test',
  device_number: mount_point,
  fs_type: 'ext4',
  read_only: false,
  fill: good({
    size_bytes: 1e12,
    used_bytes: used_share * 1e12,
    available_bytes: (1 - used_share) * 1e12,
    used_share,
    inodes_total: null,
    inodes_used: null,
  }),
  ...over,
});

async function sitBefore(change: Partial<{ memory: Facts['memory']; filesystems: Filesystem[] }>) {
  const readings = inventReadings();
  const seated = await sitDown({
    patient: false,
    readings: {
      ...readings,
      ...(change.memory === undefined ? {} : { memory: good(change.memory) }),
      ...(change.filesystems === undefined ? {} : { filesystems: good({ filesystems: change.filesystems }) }),
    },
  });
  onTestFinished(seated.stop);
  const lines = () => seated.frame().lines;
  /** The tones of the line that shows this. */
  const tonesOf = (words: string): readonly Tone[] =>
    lines()
      .filter((line) => lineText(line).includes(words))
      .flatMap((line) => line.map(({ tone }) => tone));
  const places = (words: readonly string[]) => words.toSorted((a, b) => rowOf(a) - rowOf(b));
  // Findings name them too, above.
  const rowOf = (words: string) => lines().findLastIndex((line) => lineText(line).includes(words));
  return { seated, tonesOf, places };
}

describe('Storage', () => {
  test('is as bad as the doctor says, for every mount of a device', async () => {
    const { tonesOf } = await sitBefore({
      filesystems: [
        filesystem('/fine', 0.5),
        filesystem('/fuller', 0.86),
        filesystem('/full', 0.99, { device_number: '8:9' }),
        filesystem('/full/again', 0.99, { device_number: '8:9' }),
        filesystem('/image', 1, { fs_type: 'squashfs', read_only: true }),
      ],
    });
    expect(tonesOf('/fine')).not.toContain('warn');
    expect(tonesOf('/fuller')).toContain('warn');
    expect(tonesOf('/full/again')).toContain('bad');
    expect(tonesOf('/image')).not.toContain('bad');
  });

  test('shows first what cannot be read, then what is ill, then what is fullest; images come last', async () => {
    const { places } = await sitBefore({
      filesystems: [
        filesystem('/image', 1, { fs_type: 'squashfs', read_only: true }),
        filesystem('/half', 0.5),
        filesystem('/ill', 0.99),
        filesystem('/empty', 0.01),
        filesystem('/hung', 0, { fill: failed('timeout', '/hung', INVENTED_AT) }),
      ],
    });
    expect(places(['/image', '/half', '/ill', '/empty', '/hung'])).toEqual([
      '/hung',
      '/ill',
      '/half',
      '/empty',
      '/image',
    ]);
  });
});

test("a host full of ZFS's cache is not painted as short of memory", async () => {
  const memory: Facts['memory'] = {
    memory_total: 64e9,
    memory_available: 3e9,
    memory_used: 61e9,
    memory_free: 1e9,
    buffers: 0,
    cached: 0,
    swap_total: 0,
    swap_used: 0,
    arc_size: 50e9,
  };
  const withCache = await sitBefore({ memory });
  expect(withCache.tonesOf('56.8 GiB / 59.6 GiB')).toEqual(expect.not.arrayContaining(['warn', 'bad']));
  const without = await sitBefore({ memory: { ...memory, arc_size: null } });
  expect(without.tonesOf('56.8 GiB / 59.6 GiB')).toContain('warn');
});

test('a failing disk is painted as one', async () => {
  const { tonesOf } = await sitBefore({});
  expect(tonesOf('FAILING')).toContain('bad');
});

test('a frame that is printed once holds no finding back, as nobody could wait for it', async () => {
  const filesystems = [filesystem('/full', 0.99)];
  const { seated } = await sitBefore({ filesystems });
  expect(plainFrame(seated.session, 100).join('\n')).toContain('/full is 99 % full');
  const patient = await sitDown({ readings: { ...inventReadings(), filesystems: good({ filesystems }) } });
  onTestFinished(patient.stop);
  expect(plainFrame(patient.session, 100).join('\n')).not.toContain('/full is 99 % full');
});

test('while the source is silent, a banner says for how long, and why', async () => {
  const seated = await sitDown({ readings: inventReadings('failed') });
  onTestFinished(seated.stop);
  expect(seated.text()).not.toContain('has not answered');
  const { nowMs } = seated.console.shown.getState();
  seated.console.shown.setState({ lastAnswerAt: nowMs - 30 * SECOND_MS });
  expect(seated.text()).toContain('The source has not answered for 30 s: no answer in time');
  expect(seated.text().split('\n')[0]).toMatch(/stale 30 s *$/);
});

test.each([100, 120])('at %i columns no old value of the host stands without its age', async (columns) => {
  const { time_sync: _unread, ...readings } = inventReadings();
  const seated = await sitDown({ readings, columns });
  onTestFinished(seated.stop);
  const { nowMs } = seated.console.shown.getState();
  seated.console.shown.setState({ nowMs: nowMs + 60 * SECOND_MS });
  const left = seated
    .text()
    .split('\n')
    .map((line) => line.slice(0, columns / 2 - 1).trimEnd());
  for (const label of ['CPU', 'Load', 'Memory', 'Available', 'Pressure', 'Network', 'Disk I/O']) {
    expect(left.find((line) => line.startsWith(label))).toMatch(/ (stale|ageing) 1 m$/);
  }
  expect(left.find((line) => line.startsWith('CPU '))).toMatch(/\d %/);
  // Blanks are no words that were cut.
  expect(left.filter((line) => / {2}…/.test(line))).toEqual([]);
});

test('without an agent the panel of operations says that one is missing, and not what kind of machine this is', async () => {
  const seated = await sitDown({
    readings: { ...inventReadings(), operations: absent('not-here', 'agent', INVENTED_AT) },
  });
  onTestFinished(seated.stop);
  const lines = seated.text().split('\n');
  const at = lines.findIndex((line) => line.includes('Pending operations'));
  expect(lines[at + 1]).toContain('none: no agent answers here');
});
