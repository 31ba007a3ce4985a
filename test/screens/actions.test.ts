// A person who wants something done to a disk or an operation: what is asked before, what is refused and
// why, and what can never confirm.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import type { DiskFlag } from '../../src/contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../../src/contracts/facts/disks.ts';
import { listOf } from '../../state/view.ts';
import { createAskedAgent, refusal, signatureNeeded } from './asking-agent.ts';
import { MOUNTED, withDisk } from './disk-row.ts';
import { inventReadings } from './invented-facts.ts';
import { sitDown, type Seated } from './seated.ts';

const READABLE_MS = 400;
const viewOf = (seated: Seated) => seated.console.view.getState();
const toastOf = (seated: Seated) => viewOf(seated).toast?.text ?? '';
const FORMAT_EXT4 = '4';
const RELEASE = '3';
const SCAN = {
  bytes_done: 37,
  bytes_total: 100,
  rate: 1,
  left_s: 14_400,
  started: 0,
  at: 0,
  detail: '',
} as const;
const LETTERS = Array.from('B2F4XK');

const invented = inventReadings().operations;
function operationsOf(): readonly Operation[] {
  if (invented.state !== 'ok') throw new Error('no operations were invented');
  return invented.value.operations;
}
const WAITING: Operation = (() => {
  const [first] = operationsOf();
  if (first === undefined) throw new Error('no operation was invented');
  return first;
})();

type Start = {
  readonly device?: Partial<BlockDevice>;
  readonly flag?: Partial<DiskFlag>;
  readonly answers?: Parameters<typeof createAskedAgent>[0];
  readonly operations?: readonly Operation[];
  readonly seat?: Parameters<typeof sitDown>[0];
};

async function sitBeforeDisk({ device, flag, answers = {}, operations = [], seat = {} }: Start = {}) {
  const disk = withDisk({ ...(device && { device }), ...(flag && { flag }) });
  disk.others.operations = { operations: [...operations] };
  const agent = createAskedAgent(answers);
  const seated = await sitDown({ readings: disk.readings, call: agent.call, ...seat });
  onTestFinished(seated.stop);
  seated.press('2');
  /** The next poll finds this. */
  const becomes = async (change: { device?: Partial<BlockDevice>; flag?: Partial<DiskFlag> }) => {
    Object.assign(disk.now.device, change.device);
    Object.assign(disk.now.flag, change.flag);
    await polled(seated);
  };
  return { seated, agent, becomes, disk };
}

async function polled(seated: Seated) {
  const before = seated.console.shown.getState().observations;
  seated.console.poller.refresh(true);
  const subjects = ['disks', 'disk_flags', 'operations'] as const;
  await expect
    .poll(() => {
      const now = seated.console.shown.getState().observations;
      return subjects.every((subject) => now[subject]?.reading !== before[subject]?.reading);
    })
    .toBe(true);
}

const typeWord = (seated: Seated, word: string) => seated.press(...word);
const readThrough = (seated: Seated) => seated.pass(READABLE_MS);
const formatted = { formatted: false, data_bearing: false, operation: WAITING };

describe('The menu of actions', () => {
  test('lists everything, what destroys last and apart, and what is off with the reason', async () => {
    const { seated } = await sitBeforeDisk();
    seated.press('a');
    const menu = seated.text();
    const places = [
      'Read every byte',
      'Show which one',
      'Release it',
      'These end what is there',
      'Format as btrfs',
    ];
    const found = places.map((words) => menu.indexOf(words));
    expect(found).toEqual(found.toSorted((a, b) => a - b));
    expect(found[0]).toBeGreaterThan(0);
    expect(menu).toContain('Release it (unmount, end swap) (nobody holds it)');
  });

  test('what is off says why instead, and Enter never acts', async () => {
    const { seated, agent } = await sitBeforeDisk();
    seated.press('a', RELEASE);
    expect(toastOf(seated)).toContain('nobody holds it');
    seated.press('Enter');
    expect(toastOf(seated)).toContain('Enter never acts');
    seated.press('Esc');
    expect(viewOf(seated).overlay).toBeNull();
    expect(agent.asked).toEqual([]);
  });

  test('what only looks is done at once, and its answer is told', async () => {
    const { seated, agent } = await sitBeforeDisk({
      answers: { identifyDisk: () => ({ how: 'light', seconds: 60 }) },
    });
    seated.press('a', 'j', 'l');
    await expect.poll(() => toastOf(seated)).toBe('/dev/sdb: the light of its bay blinks for 60 s.');
    expect(agent.asked).toEqual([{ route: 'identifyDisk', params: undefined, body: { device: '/dev/sdb' } }]);
  });

  test('what was asked for is not asked for again before it is answered', async () => {
    const answer = Promise.withResolvers<unknown>();
    const { seated, agent } = await sitBeforeDisk({ answers: { identifyDisk: () => answer.promise } });
    seated.press('a', '2', 'a', '2');
    expect(toastOf(seated)).toContain('it was asked for already');
    seated.press('Esc');
    expect(agent.asked).toHaveLength(1);
    answer.resolve({ how: 'reading', seconds: 60 });
    await expect.poll(() => toastOf(seated)).toContain('shows a rhythm');
    seated.press('a', '2');
    await expect.poll(() => agent.asked).toHaveLength(2);
  });

  test('a refusal of the agent is told with its reason', async () => {
    const { seated } = await sitBeforeDisk({
      answers: {
        scanDisk: () => {
          throw refusal('E_DEVICE_BUSY', 'somebody formats it');
        },
      },
    });
    seated.press('a', '1');
    await expect.poll(() => toastOf(seated)).toContain('somebody formats it');
  });

  test('on a source that only reads, and read-only, it does not open', async () => {
    const embedded = await sitDown();
    onTestFinished(embedded.stop);
    embedded.press('2', 'a');
    expect(toastOf(embedded)).toContain('only reads');
    const { seated } = await sitBeforeDisk({ seat: { readOnly: true } });
    seated.press('a');
    expect(toastOf(seated)).toContain('--read-only');
    expect(viewOf(seated).overlay).toBeNull();
  });

  test('a device that changed while it was open is looked at again first', async () => {
    const { seated, becomes, agent } = await sitBeforeDisk({ flag: MOUNTED });
    seated.press('a');
    await becomes({ device: { serial: 'ANOTHER0001' } });
    seated.press(RELEASE);
    expect(toastOf(seated)).toContain('It changed while the menu was open');
    expect(viewOf(seated).overlay).toBeNull();
    expect(agent.asked).toEqual([]);
  });
});

describe('A blank disk is formatted', () => {
  const answers = { formatDisk: () => formatted };

  test('by its typed word and Enter, and the console goes where it can be watched', async () => {
    const { seated, agent } = await sitBeforeDisk({ answers });
    seated.press('a', FORMAT_EXT4);
    expect(seated.text()).toContain('Type B2F4XK and press Enter');
    expect(seated.text()).toContain('/dev/sdb – TOSHIBA MG08 – Z9A0A1B2F4XK – byid:wwn-0x5000039ddb108568');
    readThrough(seated);
    typeWord(seated, 'B2F4XK');
    seated.press('Enter');
    await expect.poll(() => viewOf(seated).screen).toBe('pending');
    expect(viewOf(seated).detail?.rowId).toBe(WAITING.id);
    expect(agent.asked).toEqual([
      {
        route: 'formatDisk',
        params: undefined,
        body: { device: 'byid:wwn-0x5000039ddb108568', fstype: 'ext4', confirm: 'B2F4XK' },
      },
    ]);
  });

  test.each(['', 'b2f4xk', 'B2F4X', 'B2F4XK ', 'y'])('not by %j', async (word) => {
    const { seated, agent } = await sitBeforeDisk({ answers });
    seated.press('a', FORMAT_EXT4);
    readThrough(seated);
    seated.press(...Array.from(word, (letter) => (letter === ' ' ? 'Space' : letter)), 'Enter');
    expect(toastOf(seated)).toContain('nothing was done');
    expect(viewOf(seated).overlay?.kind).toBe('confirm');
    expect(agent.asked).toEqual([]);
  });

  test('not by keys that were queued when the dialog opened, nor before it could be read', async () => {
    const { seated, agent } = await sitBeforeDisk({ answers });
    seated.pressTogether('a', FORMAT_EXT4, ...LETTERS, 'Enter');
    seated.pass(READABLE_MS - 1);
    seated.press(...LETTERS, 'Enter', 'Esc');
    expect(viewOf(seated).overlay).toMatchObject({ kind: 'confirm', typed: '' });
    seated.pass(1);
    seated.press('B');
    expect(viewOf(seated).overlay).toMatchObject({ typed: 'B' });
    expect(agent.asked).toEqual([]);
  });

  test('not by a paste, nor by a line that arrives whole with its Enter', async () => {
    const { seated, agent } = await sitBeforeDisk({ answers });
    seated.press('a', FORMAT_EXT4);
    readThrough(seated);
    seated.paste('B2F4XK\r');
    expect(toastOf(seated)).toContain('Pasted text never confirms');
    expect(viewOf(seated).overlay).toMatchObject({ typed: '' });
    seated.pressTogether(...LETTERS, 'Enter');
    expect(toastOf(seated)).toContain('press it once more');
    expect(agent.asked).toEqual([]);
    seated.press('Enter');
    await expect.poll(() => agent.asked).toHaveLength(1);
  });

  test('not before the terminal has shown the question, nor while it is too small for it', async () => {
    const link = { isBehind: true };
    const { seated, agent } = await sitBeforeDisk({ answers, seat: { isBehind: () => link.isBehind } });
    seated.press('a', FORMAT_EXT4);
    readThrough(seated);
    typeWord(seated, 'B2F4XK');
    expect(viewOf(seated).overlay).toMatchObject({ typed: '' });
    link.isBehind = false;
    typeWord(seated, 'B2F4XK');
    expect(viewOf(seated).overlay).toMatchObject({ typed: '' });
    readThrough(seated);
    typeWord(seated, 'B2F4XK');
    seated.resize(39, 9);
    seated.press('Enter');
    seated.resize(80, 24);
    seated.press('Enter');
    expect(agent.asked).toEqual([]);
    readThrough(seated);
    seated.press('Enter');
    await expect.poll(() => agent.asked).toHaveLength(1);
  });

  test('a clock that is set back does not shut the dialog', async () => {
    const { seated } = await sitBeforeDisk({ answers });
    seated.press('a', FORMAT_EXT4);
    seated.pass(-60_000);
    seated.press('Esc');
    readThrough(seated);
    seated.press('Esc');
    expect(viewOf(seated).overlay).toBeNull();
  });

  test.each<[string, { device?: Partial<BlockDevice>; flag?: Partial<DiskFlag> }]>([
    ['another disk under the same name', { device: { serial: 'Z9A0A1C3F4XL' } }],
    ['the same disk plugged in again elsewhere', { device: { device_number: '8:32' } }],
    ['another durable id', { device: { durable_id: 'byid:wwn-0x5000039ddb108569' } }],
    ['another disk whose word is the same', { device: { serial: 'Y8A0A1B2F4XK' } }],
    ['it is mounted', { flag: MOUNTED }],
    ['it counts as unknown', { flag: { verdict: 'unknown', data_bearing: true } }],
    ['it is no longer listed', { device: { name: 'sdc' } }],
  ])('not when meanwhile: %s', async (_what, change) => {
    const { seated, agent, becomes } = await sitBeforeDisk({ answers });
    seated.press('a', FORMAT_EXT4);
    readThrough(seated);
    typeWord(seated, 'B2F4XK');
    await becomes(change);
    expect(seated.text()).toContain('The target is no longer what it was');
    for (const name of ['Enter', 'y', 'q', 'F']) {
      seated.press(name);
      expect(viewOf(seated).overlay?.kind).toBe('confirm');
    }
    seated.press('Esc');
    expect(viewOf(seated).overlay).toBeNull();
    expect(agent.asked).toEqual([]);
  });

  test('one that is not read whole yet is asked about in the same way, while its scan goes on', async () => {
    const scan = { ...SCAN, state: 'running' } as const;
    const { seated, agent, becomes } = await sitBeforeDisk({
      answers,
      flag: {
        verdict: 'unverified',
        data_bearing: true,
        scan: { ...scan, bytes_done: 37, left_s: 14_400 },
      },
    });
    expect(seated.text()).toMatch(/UNKNOWN +zero scan 37 %, 4 h left/);
    seated.press('a', FORMAT_EXT4);
    readThrough(seated);
    await becomes({ flag: { scan: { ...scan, bytes_done: 38, left_s: 14_000 } } });
    typeWord(seated, 'B2F4XK');
    seated.press('Enter');
    await expect.poll(() => agent.asked).toHaveLength(1);
  });
});

describe('A disk that holds data', () => {
  const answers = {
    formatDisk: () => {
      throw signatureNeeded(WAITING.id);
    },
  };

  test.each<[string, Partial<DiskFlag>]>([
    ['whose scan found a byte', { scan: { ...SCAN, state: 'not-zero' } }],
    ['whose scan failed', { scan: { ...SCAN, state: 'failed' } }],
    ['on which something was seen', { signals: MOUNTED.signals ?? [] }],
    ['of which nothing is known', { verdict: 'unknown' }],
  ])('is also one %s: its format is only asked for', async (_what, flag) => {
    const { seated, agent } = await sitBeforeDisk({
      answers,
      flag: { verdict: 'unverified', data_bearing: true, ...flag },
    });
    seated.press('a', FORMAT_EXT4);
    readThrough(seated);
    seated.press('y');
    await expect.poll(() => agent.asked).toHaveLength(1);
    expect(agent.asked[0]?.body).not.toHaveProperty('confirm');
  });

  test('is not formatted: a request is made that waits for a signature, and the console shows it', async () => {
    const { seated, agent } = await sitBeforeDisk({ answers, flag: MOUNTED });
    seated.press('a', FORMAT_EXT4);
    expect(seated.text()).toMatch(/Nothing is\s+touched now/);
    expect(seated.text()).toMatch(/sdb1: .*\/srv\/customer/);
    readThrough(seated);
    seated.press('y');
    await expect.poll(() => toastOf(seated)).toContain('holds data, nothing was touched');
    expect(viewOf(seated)).toMatchObject({ screen: 'pending', detail: { rowId: WAITING.id } });
    // No word goes with it: nothing that the agent could take for a consent.
    expect(agent.asked.map(({ body }) => body)).toEqual([
      { device: 'byid:wwn-0x5000039ddb108568', fstype: 'ext4' },
    ]);
  });

  test.each(['Enter', 'n', 'q', 'Esc'])('%s in its dialog is Cancel', async (name) => {
    const { seated, agent } = await sitBeforeDisk({ answers, flag: MOUNTED });
    seated.press('a', FORMAT_EXT4);
    readThrough(seated);
    seated.press(name);
    expect(viewOf(seated).overlay).toBeNull();
    expect(agent.asked).toEqual([]);
  });

  test('y and Enter in one event are the y and then an Enter that only opens', async () => {
    const { seated, agent } = await sitBeforeDisk({ answers, flag: MOUNTED });
    seated.press('a', FORMAT_EXT4);
    readThrough(seated);
    seated.pressTogether('y', 'Enter');
    await expect.poll(() => agent.asked).toHaveLength(1);
  });

  test('its release names every mount, and needs the word', async () => {
    const { seated, agent } = await sitBeforeDisk({
      flag: MOUNTED,
      answers: { releaseDisk: () => ({ released: ['/srv/customer'], device: releasedDevice() }) },
    });
    seated.press('a', RELEASE);
    expect(seated.text()).toContain('umount /srv/customer');
    readThrough(seated);
    seated.press('y', 'Enter');
    expect(agent.asked).toEqual([]);
    seated.press('Backspace');
    typeWord(seated, 'B2F4XK');
    seated.press('Enter');
    await expect.poll(() => toastOf(seated)).toBe('Released: /srv/customer');
  });

  const releasedDevice = () => {
    const { device, flag } = withDisk({}).now;
    const { name: _name, ...rest } = flag;
    return { ...device, ...rest };
  };
});

describe('A format is off', () => {
  test.each<[string, Start, string]>([
    [
      'without a durable id',
      { device: { durable_id: null, durable_id_reason: 'two disks have this serial' } },
      'two disks have this serial',
    ],
    ['on what is no disk', { device: { kind: 'md' } }, 'it is no disk'],
    ['on a loop device', { device: { kind: 'loop' } }, 'loop devices do not take part'],
    [
      'on what is barred',
      {
        flag: {
          verdict: 'unknown',
          signals: [
            { id: 'x', class: 'barred', device: 'sdb', detail: 'write-protected', where: '', release: null },
          ],
        },
      },
      'write-protected',
    ],
    [
      'while an operation runs on the disk or a part of it',
      {
        operations: [{ ...WAITING, state: 'claimed', durable_id: 'byid:wwn-0x5000039ddb108568-part2' }],
      },
      'an operation runs on this disk',
    ],
  ])('%s', async (_when, start, reason) => {
    const { seated, agent } = await sitBeforeDisk(start);
    seated.press('a', FORMAT_EXT4);
    expect(toastOf(seated)).toContain(reason);
    expect(viewOf(seated).overlay?.kind).toBe('actions');
    expect(agent.asked).toEqual([]);
  });

  test('one that waits on the disk is named as what the new one takes the place of', async () => {
    const { seated } = await sitBeforeDisk({ operations: [WAITING] });
    seated.press('a', FORMAT_EXT4);
    expect(seated.text()).toContain(`takes the place of ${WAITING.id} (waiting)`);
  });
});

describe('Nothing is done', () => {
  test('while the agent does not answer: the menu says so for each, and a dialog that is open too', async () => {
    const { seated, agent } = await sitBeforeDisk();
    const lost = (state: 'lost' | 'refused') =>
      seated.console.shown.setState({
        connection: {
          state,
          since: seated.session.now() - 30_000,
          reason: 'connection refused',
          retryAt: seated.session.now() + 5000,
        },
      });
    seated.press('a', FORMAT_EXT4);
    lost('lost');
    readThrough(seated);
    typeWord(seated, 'B2F4XK');
    expect(seated.text()).toMatch(
      /The agent has not answered for 30 s \(connection refused\), tried again in 5 s; /,
    );
    seated.press('Enter');
    expect(toastOf(seated)).toMatch(/has not answered for 30 s/);
    seated.press('a', '1');
    expect(toastOf(seated)).toMatch(/has not answered for 30 s/);
    lost('refused');
    expect(seated.text()).toContain('The agent is not trusted');
    expect(agent.asked).toEqual([]);
  });

  test('on facts that are too old', async () => {
    const { seated, agent } = await sitBeforeDisk();
    seated.pass(60_000);
    seated.press('a', '1');
    expect(toastOf(seated)).toContain('disks: stale; nothing is done on old facts');
    expect(agent.asked).toEqual([]);
  });

  test('while the display is frozen', async () => {
    const { seated, agent } = await sitBeforeDisk();
    seated.press('f', 'a', '1');
    expect(toastOf(seated)).toContain('the display is frozen');
    expect(agent.asked).toEqual([]);
  });
});

describe('Marked rows', () => {
  test('are acted on together, hidden ones too, all of them named; what needs a word is one at a time', async () => {
    const agent = createAskedAgent({ denyOperation: () => ({ operation: WAITING }) });
    const other = { ...WAITING, id: 'op_0123456789abcdef0123456a' };
    const disk = withDisk({});
    disk.others.operations = { operations: [WAITING, other] };
    const seated = await sitDown({ readings: disk.readings, call: agent.call });
    onTestFinished(seated.stop);
    seated.press('5', 'Space', 'j', 'Space', '/', 'z', 'q', 'Enter', 'a');
    expect(seated.text()).toContain('2 marked rows');
    seated.press('3');
    expect(toastOf(seated)).toContain('one row at a time');
    seated.press('1');
    expect(seated.text()).toContain(WAITING.id);
    expect(seated.text()).toContain(other.id);
    readThrough(seated);
    seated.press('y');
    await expect.poll(() => agent.asked).toHaveLength(2);
    expect(listOf(viewOf(seated)).marks.size).toBe(0);
  });
});

describe('An operation', () => {
  async function sitBeforeOperation(over: Partial<Operation>) {
    const answer = () => ({ operation: WAITING });
    const agent = createAskedAgent({
      denyOperation: answer,
      cancelOperation: answer,
      confirmOperation: answer,
      runOperation: answer,
    });
    const disk = withDisk({});
    disk.others.operations = { operations: [{ ...WAITING, ...over }] };
    const seated = await sitDown({ readings: disk.readings, call: agent.call });
    onTestFinished(seated.stop);
    seated.press('5', 'a');
    return { seated, agent, disk };
  }
  const DENY = '1';
  const CANCEL = '2';
  const CONFIRM = '3';
  const RUN = '4';
  const SIGN = '5';
  const blank: Partial<Operation> = { verdict: 'blank_proven', data_bearing: false, signals: [] };

  test.each<[string, Partial<Operation>, string, string]>([
    ['is confirmed by the word when it is blank', blank, CONFIRM, 'confirmOperation'],
    ['runs by the word once it is approved', { ...blank, state: 'approved' }, RUN, 'runOperation'],
  ])('%s', async (_what, over, key, route) => {
    const { seated, agent } = await sitBeforeOperation(over);
    seated.press(key);
    readThrough(seated);
    seated.press('y', 'Enter');
    expect(agent.asked).toEqual([]);
    seated.press('Ctrl+u', ...WAITING.confirm_word, 'Enter');
    await expect.poll(() => agent.asked).toHaveLength(1);
    expect(agent.asked[0]).toEqual({
      route,
      params: { id: WAITING.id },
      body: { confirm: WAITING.confirm_word },
    });
  });

  test.each<[string, Partial<Operation>, string, string]>([
    ['is denied by y', {}, DENY, 'denyOperation'],
    ['is stopped by y while it runs', { state: 'claimed', stage: 'wiping' }, CANCEL, 'cancelOperation'],
  ])('%s', async (_what, over, key, route) => {
    const { seated, agent } = await sitBeforeOperation(over);
    seated.press(key);
    readThrough(seated);
    seated.press('y');
    await expect.poll(() => agent.asked).toHaveLength(1);
    expect(agent.asked[0]).toMatchObject({ route, params: { id: WAITING.id } });
  });

  test.each<[string, Partial<Operation>, string, string]>([
    ['with data on it is not confirmed', {}, CONFIRM, 'only a signature'],
    ['whose look failed is not confirmed', { verdict: 'unknown', signals: [] }, CONFIRM, 'only a signature'],
    ['that waits does not run', blank, RUN, 'only an approved one runs'],
    [
      'is not stopped once the file system is being made',
      { state: 'claimed', stage: 'mkfs' },
      CANCEL,
      'too late',
    ],
    ['that is over is not denied', { state: 'done' }, DENY, 'it is over: done'],
    ['that is over is not signed', { state: 'expired' }, SIGN, 'it is over: expired'],
    [
      'that a grant let run is not signed',
      {
        ...blank,
        state: 'approved',
        approved_by: { how: 'grant', at: 0, by: { door: 'guest', vmid: 9200, name: null } },
      },
      SIGN,
      'let run without a signature',
    ],
    ['without a word is not signed', { confirm_word: '' }, SIGN, 'no word that can be typed'],
    [
      'is not confirmed by an empty word',
      { ...blank, confirm_word: '' },
      CONFIRM,
      'no word that can be typed',
    ],
  ])('%s', async (_what, over, key, reason) => {
    const { seated, agent } = await sitBeforeOperation(over);
    seated.press(key);
    expect(toastOf(seated)).toContain(reason);
    expect(agent.asked).toEqual([]);
  });

  test('whose state changes while it is asked about takes no answer; its progress does not matter', async () => {
    const { seated, agent, disk } = await sitBeforeOperation({ state: 'claimed', stage: 'wiping' });
    seated.press(CANCEL);
    readThrough(seated);
    const running = disk.others.operations.operations[0];
    if (running === undefined) throw new Error('no operation there');
    const progress = { bytes_done: 1, bytes_total: 2, rate: 1, left_s: 1, stalled: false, at: 0 };
    disk.others.operations = { operations: [{ ...running, progress }] };
    await polled(seated);
    expect(seated.text()).not.toContain('no longer what it was');
    disk.others.operations = { operations: [{ ...running, state: 'done' }] };
    await polled(seated);
    seated.press('y');
    expect(toastOf(seated)).toContain('only Esc');
    expect(agent.asked).toEqual([]);
  });
});
