// What an agent keeps, on its screens: operations, the ledger, guests; and what is said of the agent itself.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Facts } from '../../src/contracts/all-facts.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import type { ProxmoxGuest } from '../../src/contracts/facts/proxmox.ts';
import { absent, ok, valueOf } from '../../src/contracts/reading.ts';
import type { Connection } from '../../src/contracts/source.ts';
import { announceNotices } from '../../screens/notices.ts';
import { plainFrame } from '../../screens/plain-frame.ts';
import { createAskedAgent } from './asking-agent.ts';
import { MOUNTED, withDisk } from './disk-row.ts';
import { INVENTED_AT, inventReadings } from './invented-facts.ts';
import { sitDown } from './seated.ts';

const MINUTE_MS = 60_000;
const invented = inventReadings();
const good = <T>(value: T) => ok(value, 'test', INVENTED_AT);

async function sit(options: Parameters<typeof sitDown>[0] = {}) {
  const seated = await sitDown({ call: createAskedAgent({}).call, columns: 160, ...options });
  onTestFinished(seated.stop);
  return seated;
}

function operation(over: Partial<Operation> = {}): Operation {
  const first = valueOf(invented.operations)?.operations[0];
  if (first === undefined) throw new Error('no operation was invented');
  const disk = {
    model: 'TOSHIBA MG08',
    serial: 'Z9A0A1B2F4XK',
    transport: 'sata',
    size_bytes: 1e12,
    content: [],
  };
  return { ...first, signals: [], disk, requested_by: { door: 'guest', vmid: 9200, name: null }, ...over };
}
const withOperations = (operations: readonly Operation[]) => ({
  ...invented,
  operations: good({ operations: [...operations] }),
});

describe('Operations', () => {
  const open = operation({ id: 'op_00000000000000000000000a', created: INVENTED_AT - 90 * MINUTE_MS });
  const running = operation({
    id: 'op_00000000000000000000000b',
    device: '/dev/sdc',
    state: 'claimed',
    stage: 'wiping',
    created: INVENTED_AT - MINUTE_MS,
    progress: {
      bytes_done: 37,
      bytes_total: 100,
      rate: 1024 ** 2,
      left_s: 14_400,
      stalled: false,
      at: INVENTED_AT,
    },
  });
  const ended = operation({
    id: 'op_00000000000000000000000c',
    state: 'interrupted',
    dirty: true,
    ended: { at: INVENTED_AT, code: null, detail: 'the agent was killed' },
  });

  test('stand open ones first, the newest first, then what became of the others', async () => {
    const seated = await sit({ readings: withOperations([ended, open, running]) });
    seated.press('5');
    const rows = seated
      .text()
      .split('\n')
      .filter((line) => /\/dev\/sd/.test(line));
    expect(rows[0]).toMatch(/running .*\/dev\/sdc .*37 % {2}1\.0 MiB\/s {2}4 h left/);
    expect(rows[1]).toMatch(/waiting .*1 h 30 m .*6 d 22 h .*device is mounted .*guest 9200/);
    expect(rows[2]).toMatch(/INTERRUPTED .*the agent was killed/);
    expect(seated.text().split('\n')[1]).toContain('5 Pending 2');
  });

  test('at 80 columns show until when they wait', async () => {
    const seated = await sit({ readings: withOperations([open]), columns: 80 });
    seated.press('5');
    expect(seated.text()).toMatch(/EXPIRES/);
    expect(seated.text()).toMatch(/waiting .*6 d 22 h .*device is mou/);
  });

  test('that are signed show until when they can be run, which is sooner', async () => {
    const bytes = {
      made: INVENTED_AT,
      expires: INVENTED_AT + 1_800_000,
      offline: false,
      wipe: 'full',
    } as const;
    const signed = operation({
      state: 'approved',
      approved_by: { how: 'signature', at: INVENTED_AT, by: { door: 'root', vmid: null, name: null } },
      bytes: { ...bytes, sha256: 'ab'.repeat(32) },
    });
    const seated = await sit({ readings: withOperations([signed]), columns: 160 });
    seated.press('5');
    expect(seated.text()).toMatch(/approved .*2 h 30 m +29 m /);
  });

  test('one on a blank disk says why it counts as blank in the language of the person', async () => {
    const blank = operation({ verdict: 'blank_proven', reason: 'every byte was read and is zero' });
    const seated = await sit({ readings: withOperations([blank]), language: 'hu' });
    seated.press('5');
    expect(seated.text()).toContain('végigolvasva: minden bájt nulla');
    expect(seated.text()).not.toContain('every byte');
  });

  test('one that stalled says so instead of a time that is left', async () => {
    const stalled = { ...running, progress: running.progress && { ...running.progress, stalled: true } };
    const seated = await sit({ readings: withOperations([stalled]) });
    seated.press('5');
    expect(seated.text()).toContain('STALLED');
    expect(seated.text()).not.toContain('h left');
  });

  test('a detail names the device by all its names, the word, what happens next, and whether anything was written', async () => {
    const seated = await sit({ readings: withOperations([open, ended]) });
    seated.press('5', 'Enter');
    for (const words of ['TOSHIBA MG08', 'Z9A0A1B2F4XK', 'byid:wwn-0x5000039ddb108568', '/dev/sda', '8568']) {
      expect(seated.text()).toContain(words);
    }
    expect(seated.text()).toContain('It waits for the signature of an operator');
    seated.press('Esc', 'j', 'Enter');
    expect(seated.text()).toContain('The device may have been written.');
    expect(seated.text()).not.toContain('word to type');
  });

  test('one that is done says that it is there, and not that it may have been written', async () => {
    const done = { ...ended, state: 'done', stage: 'released' } as const;
    const seated = await sit({ readings: withOperations([done]) });
    seated.press('5', 'Enter');
    expect(seated.text()).toContain('It is done: the new ext4 was made');
    expect(seated.text()).toMatch(/^flag then +/m);
    expect(seated.text()).not.toContain('may have been written');
  });

  test('the overview counts them and names the one that waits longest', async () => {
    const seated = await sit({ readings: withOperations([running, open]) });
    expect(seated.text()).toContain('1 waiting  0 approved  1 running');
    expect(seated.text()).toContain('oldest for 1 h 30 m: /dev/sda as ext4');
  });

  const { operations: _operations, ledger: _ledger, guests: _guests, ...local } = invented;
  const looked = absent('not-here', 'agent', INVENTED_AT);
  test.each([
    ['nobody looks for one', local],
    ['one was looked for', { ...local, operations: looked, ledger: looked, guests: looked }],
  ])(
    'without an agent the screens say why they are empty, and how to get there (%s)',
    async (_, readings) => {
      const seated = await sitDown({ readings });
      onTestFinished(seated.stop);
      for (const key of ['5', '7', '8']) {
        seated.press(key);
        expect(seated.text()).toMatch(/answers\s+on\s+this\s+machine/);
        expect(seated.text()).toMatch(/felhom\s+agent/);
      }
    },
  );
});

describe('The ledger', () => {
  const ledger = valueOf(invented.ledger);

  test('says that its chain holds, the newest record first', async () => {
    const seated = await sit();
    seated.press('8');
    expect(seated.text()).toContain('2 records, chain intact');
    expect(seated.text().indexOf('op.requested')).toBeLessThan(seated.text().indexOf('agent.started'));
  });

  test('a broken one says where, on its screen and in its tab wherever one is', async () => {
    if (ledger === undefined) throw new Error('no ledger was invented');
    const broken: Facts['ledger'] = {
      ...ledger,
      intact: false,
      broken: 'record 2: hash of record 1 differs',
    };
    const seated = await sit({ readings: { ...invented, ledger: good(broken) }, columns: 80, rows: 24 });
    expect(seated.text().split('\n')[1]).toContain('8 BROKEN');
    seated.press('8');
    expect(seated.text()).toContain('THE CHAIN IS BROKEN: record 2');
    seated.press('Enter');
    expect(seated.text()).toContain('THE CHAIN IS BROKEN');
  });
});

describe('Guests', () => {
  const known: ProxmoxGuest = {
    vmid: 9300,
    kind: 'lxc',
    name: 'shop',
    status: 'running',
    cpu_share: 0,
    memory_used: 1024 ** 3,
    memory_total: 2 * 1024 ** 3,
    uptime_s: 60,
    template: false,
  };

  test('are those of Proxmox and those that reported, each once', async () => {
    const proxmox = valueOf(invented.proxmox);
    if (proxmox === undefined) throw new Error('no Proxmox was invented');
    const guests = [known, { ...known, vmid: 9200, name: 'golden' }];
    const seated = await sit({ readings: { ...invented, proxmox: good({ ...proxmox, guests }) } });
    seated.press('7');
    const rows = seated
      .text()
      .split('\n')
      .filter((line) => /^[▸ ] *9\d{3}/.test(line));
    expect(rows).toHaveLength(3);
    expect(rows[0]).toMatch(/9200 .*golden .*running .*FAILURE .*1 m .*Protected container /);
    expect(rows[1]).toMatch(/9201 .*never/);
    expect(rows[2]).toMatch(/9300 .*shop .*running/);
    seated.press('G', 'Enter');
    expect(seated.text()).toContain('it has no token and never reported here');
  });

  test('an old report is not painted as how it is now', async () => {
    const guests = valueOf(invented.guests)?.guests ?? [];
    const old = guests.map((guest) => ({ ...guest, reported: INVENTED_AT - 10 * MINUTE_MS }));
    const seated = await sit({ readings: { ...invented, guests: good({ guests: old }) } });
    seated.press('7', 'j');
    const line = seated.frame().lines.find((each) => each.some(({ text }) => text.startsWith('FAIL')));
    expect(line?.find(({ text }) => text.startsWith('FAIL'))?.tone).toBe('dim');
    expect(line?.find(({ text }) => text.startsWith('10 m'))?.tone).toBe('warn');
  });
});

describe('The agent itself', () => {
  const at = (connection: Connection) => async () => {
    const seated = await sit();
    seated.console.shown.setState({ connection });
    return seated;
  };

  test.each<[string, Connection, RegExp, RegExp]>([
    [
      'lost',
      { state: 'lost', since: INVENTED_AT - 40_000, reason: 'ECONNREFUSED', retryAt: INVENTED_AT + 6500 },
      /LOST 40 s *$/,
      /has not answered for 40 s \(ECONNREFUSED\), tried again in 6 s; /,
    ],
    [
      'not trusted',
      {
        state: 'refused',
        since: INVENTED_AT - 40_000,
        reason: 'certificate ab12',
        retryAt: INVENTED_AT + 500,
      },
      /NOT TRUSTED 40 s *$/,
      /is not trusted, since 40 s \(certificate ab12.*\), tried again now; /,
    ],
  ])(
    '%s: says since when, why, and when it tries again, on every screen',
    async (_what, connection, status, banner) => {
      const seated = await at(connection)();
      for (const key of ['1', '2', '5', '8']) {
        seated.press(key);
        expect(seated.text().split('\n')[0]).toMatch(status);
        expect(seated.text()).toMatch(banner);
      }
    },
  );

  test('connected and silent, as nothing is new, is no loss', async () => {
    const seated = await at({ state: 'connected', since: INVENTED_AT })();
    seated.console.shown.setState({ lastAnswerAt: INVENTED_AT - 30_000 });
    expect(seated.text()).not.toContain('not answered');
    expect(seated.text()).toContain('facts from the agent');
  });

  test('that lets loop devices take part says so on every screen; one that does not, on none', async () => {
    const rehearsal = await sit();
    for (const key of ['1', '2', '3', '4', '5', '6', '7', '8']) {
      rehearsal.press(key);
      expect(rehearsal.text()).toContain('this is a rehearsal');
    }
    expect(plainFrame(rehearsal.session, 100).join('\n')).toContain('this is a rehearsal');
    const real = await sit({ readings: withDisk({}).readings });
    expect(real.text()).not.toContain('rehearsal');
  });

  test('announces what happens once, with the flag of a disk, for longer than an answer to a key', async () => {
    const seated = await sit({ readings: withDisk({ flag: MOUNTED }).readings });
    onTestFinished(announceNotices(seated.session));
    seated.console.shown.setState({
      notice: { kind: 'disk-plugged', at: INVENTED_AT, subject: 'sdb', detail: 'TOSHIBA MG08 1.0 TiB' },
    });
    // With the words of its signal, or the agent's own where there are none.
    expect(seated.text()).toMatch(
      /Disk plugged in – sdb – DATA: (?:device is )?mounted: \/srv\/customer – TOSHIBA MG08 1\.0 TiB/,
    );
    seated.pass(10_000);
    expect(seated.text()).toContain('Disk plugged in');
    seated.pass(10_000);
    expect(seated.text()).not.toContain('Disk plugged in');
  });
});

test('a scan that ended is told by what it found, not by a flag that is not there yet', async () => {
  const unread = { verdict: 'unverified' as const, reason: 'not every byte was read yet', signals: [] };
  const seated = await sit({ readings: withDisk({ flag: { ...MOUNTED, ...unread } }).readings, columns: 80 });
  onTestFinished(announceNotices(seated.session));
  const detail = 'TOSHIBA MG08ACA16TE, 14.6 TiB, byid:wwn-0x5000039ddb108568, zero';
  seated.console.shown.setState({
    notice: { kind: 'scan-ended', at: INVENTED_AT, subject: 'sdb', detail },
  });
  expect(seated.text()).toContain('Disk read – sdb – read whole: every byte is zero – TOSHIBA');
  expect(seated.text()).not.toMatch(/Disk read .*UNKNOWN/);
});

test('words of a signal are in the language of the person, names stand as they are', async () => {
  const signal = { id: 'signature', class: 'content', device: 'sdb', where: 'x', release: null } as const;
  const signals = [
    { ...signal, detail: 'a partition table (gpt)' },
    { ...signal, id: 'not-zero', detail: 'at byte 1025' },
    { ...signal, detail: 'ext4 "at byte 7"' },
  ];
  const seated = await sit({
    readings: withDisk({ flag: { ...MOUNTED, signals } }).readings,
    language: 'hu',
  });
  seated.press('2', 'Enter', 'Tab');
  for (const words of ['partíciós tábla (gpt)', 'ennél a bájtnál: 1025', 'ext4 "at byte 7"']) {
    expect(seated.text()).toContain(words);
  }
});

test('what came of an own action is left to be read before something is announced', async () => {
  const seated = await sit({ readings: withDisk({}).readings });
  onTestFinished(announceNotices(seated.session));
  const outcome = { text: 'Released: /srv', at: seated.session.now(), kind: 'outcome' } as const;
  seated.console.view.setState({ toast: outcome });
  const notice = { kind: 'disk-pulled', at: INVENTED_AT, subject: 'sdc', detail: '' } as const;
  seated.console.shown.setState({ notice });
  expect(seated.text()).toContain('Released: /srv');
  // Any key takes it away; the next announcement is then made at once.
  seated.press('j');
  seated.console.shown.setState({ notice: { ...notice, subject: 'sdd' } });
  expect(seated.text()).toContain('Disk pulled out – sdd');
});

test.each([
  ['en', 'service-healed', 'Healed – traefik – exited with code 137'],
  ['en', 'service-failed', 'FAILED – traefik – exited with code 137'],
  ['en', 'service-rolled-back', 'Rolled back – traefik – exited with code 137'],
  ['en', 'guest-changed', 'Guest – traefik – exited with code 137'],
  ['hu', 'service-healed', 'Meggyógyult – traefik – exited with code 137'],
  ['hu', 'service-rolled-back', 'Visszaállítva – traefik – exited with code 137'],
] as const)('in %s a notice of %s reads: %s', async (language, kind, words) => {
  const seated = await sit({ readings: withDisk({}).readings, language });
  onTestFinished(announceNotices(seated.session));
  const detail = 'exited with code 137';
  seated.console.shown.setState({ notice: { kind, at: INVENTED_AT, subject: 'traefik', detail } });
  expect(seated.text()).toContain(words);
});

describe('A flag', () => {
  test('shows every signal with its class, where it was read, and what ends it', async () => {
    const seated = await sit({ readings: withDisk({ flag: MOUNTED }).readings });
    seated.press('2', 'Enter', ']');
    for (const words of ['HELD', 'sdb1', '/srv/customer', '/proc/1/mountinfo', 'umount /srv/customer']) {
      expect(seated.text()).toContain(words);
    }
  });

  test('of one that was zero once, and may have changed since, says so', async () => {
    const scan = {
      state: 'zero',
      bytes_done: 9,
      bytes_total: 9,
      rate: 1,
      left_s: 0,
      started: 0,
      at: 0,
      detail: '',
    } as const;
    const { readings } = withDisk({ flag: { verdict: 'unverified', data_bearing: true, scan } });
    const seated = await sit({ readings });
    seated.press('2', 'Enter');
    expect(seated.text()).toContain('UNKNOWN');
    expect(seated.text()).toContain('it may have changed since');
  });

  test('is BLANK only when it is proven', async () => {
    const words = async (flag: NonNullable<Parameters<typeof withDisk>[0]['flag']>) => {
      const seated = await sit({ readings: withDisk({ flag }).readings });
      seated.press('2');
      return /sdb +(\S+)/.exec(seated.text())?.[1];
    };
    expect(await words({ verdict: 'blank_proven' })).toBe('BLANK');
    expect(await words({ verdict: 'data' })).toBe('DATA');
    expect(await words({ verdict: 'in_use' })).toBe('DATA');
    expect(await words({ verdict: 'unverified' })).toBe('UNKNOWN');
    expect(await words({ verdict: 'unknown' })).toBe('UNKNOWN');
  });
});
