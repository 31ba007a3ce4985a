// The guests of a host: what each is and what it reported, and what can be done with it and by whom.
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Facts } from '../../src/contracts/all-facts.ts';
import type { Guest } from '../../src/contracts/facts/guests.ts';
import type { ProxmoxGuest } from '../../src/contracts/facts/proxmox.ts';
import { valueOf } from '../../src/contracts/reading.ts';
import { createAskedAgent, refusal } from './asking-agent.ts';
import { good } from './guest-facts.ts';
import { INVENTED_AT, inventReadings } from './invented-facts.ts';
import { lettersOf, sitDown, type Seated } from './seated.ts';

const READABLE_MS = 400;
const viewOf = (seated: Seated) => seated.console.view.getState();
const toastOf = (seated: Seated) => viewOf(seated).toast?.text ?? '';

const lxc = (over: Partial<ProxmoxGuest> = {}): ProxmoxGuest => ({
  vmid: 9200,
  kind: 'lxc',
  name: 'demo-felhom',
  status: 'running',
  cpu_share: 0.1,
  memory_used: 1,
  memory_total: 2,
  uptime_s: 60,
  template: false,
  ...over,
});
const reporting = (over: Partial<NonNullable<Guest['report']>> = {}): Guest => ({
  vmid: 9200,
  reported: INVENTED_AT - 30_000,
  address: '10.0.0.2',
  tokens: 1,
  report: {
    status: 'ok',
    issues: [],
    controller_version: '0.4.0',
    hostname: 'demo-felhom',
    guest_hostname: 'demo-felhom',
    customer_id: 'demo-felhom',
    services: [],
    ...over,
  },
});

async function sitBefore(
  options: {
    guest?: ProxmoxGuest | null;
    reports?: readonly Guest[];
    role?: Facts['identity']['role'];
    answers?: Parameters<typeof createAskedAgent>[0];
    seat?: Parameters<typeof sitDown>[0];
  } = {},
) {
  const invented = inventReadings();
  const [identity, proxmox] = [valueOf(invented.identity), valueOf(invented.proxmox)];
  if (identity === undefined || proxmox === undefined) throw new Error('nothing was invented');
  const { guest = lxc(), reports = [reporting()], role = 'proxmox-host', answers = {}, seat = {} } = options;
  const agent = createAskedAgent(answers);
  const seated = await sitDown({
    readings: {
      ...invented,
      identity: good({ ...identity, role }),
      proxmox: good({ ...proxmox, guests: guest === null ? [] : [guest] }),
      guests: good({ guests: [...reports] }),
    },
    call: agent.call,
    columns: 160,
    ...seat,
  });
  onTestFinished(seated.stop);
  seated.press('7');
  return { seated, agent };
}
const START = '1';
const ENTER = '2';
const REBOOT = '3';
const STOP = '4';

describe('A guest', () => {
  test('has its state, what it reported and how old that is; its services stand in its detail', async () => {
    const services = [{ name: 'traefik', state: 'back-off', cause: 'exited with code 1' }];
    const { seated } = await sitBefore({
      reports: [reporting({ status: 'fail', issues: ['traefik is down'], services })],
    });
    expect(seated.text()).toMatch(/9200 +demo-felhom +running +FAILURE +30 s +traefik is down/);
    seated.press('Enter', ']');
    expect(seated.text()).toContain('Services');
    const frame = seated.frame();
    expect(frame.table?.content.rows).toEqual([['traefik', 'back-off', 'exited with code 1']]);
  });

  test('has the address that its report came from, where there is room and in its detail', async () => {
    const { seated } = await sitBefore({ seat: { columns: 200 } });
    expect(seated.text()).toMatch(/ADDRESS[^]+9200 .* demo-felhom +LXC +10\.0\.0\.2/);
    const narrow = await sitBefore({ seat: { columns: 100 } });
    expect(narrow.seated.text()).not.toContain('ADDRESS');
    narrow.seated.press('Enter');
    expect(narrow.seated.text()).toMatch(/address +10\.0\.0\.2/);
  });

  test('that is not called the same by all three says so', async () => {
    const same = await sitBefore();
    same.seated.press('Enter');
    expect(same.seated.text()).not.toContain('do not call it the same');
    const { seated } = await sitBefore({ reports: [reporting({ hostname: 'c0ffee123456' })] });
    expect(seated.text()).toContain('▲ c0ffee123456');
    seated.press('Enter');
    expect(seated.text()).toContain('do not call it the same');
    for (const name of ['demo-felhom', 'c0ffee123456']) expect(seated.text()).toContain(name);
  });
});

describe('What is done with a guest', () => {
  test('it is started by y', async () => {
    const { seated, agent } = await sitBefore({
      guest: lxc({ status: 'stopped' }),
      answers: { startGuest: () => ({ vmid: 9200, kind: 'lxc', status: 'running' }) },
    });
    seated.press('a', START);
    seated.pass(READABLE_MS);
    seated.press('y');
    await expect.poll(() => toastOf(seated)).toBe('9200 demo-felhom: running');
    expect(agent.asked).toEqual([{ route: 'startGuest', params: { vmid: 9200 }, body: {} }]);
  });

  test.each([
    [STOP, 'stopGuest', 'stopped'],
    [REBOOT, 'rebootGuest', 'running'],
  ] as const)('%s: only by its typed VMID', async (key, route, status) => {
    const { seated, agent } = await sitBefore({
      answers: { [route]: () => ({ vmid: 9200, kind: 'lxc', status }) },
    });
    seated.press('a', key);
    expect(seated.text()).toContain('everything that runs in 9200 demo-felhom');
    seated.pass(READABLE_MS);
    seated.press('y', 'Enter');
    expect(toastOf(seated)).toContain('That is not 9200');
    seated.press('Ctrl+u', ...lettersOf('9200'), 'Enter');
    await expect
      .poll(() => agent.asked)
      .toEqual([{ route, params: { vmid: 9200 }, body: { confirm: '9200' } }]);
  });

  test('what Proxmox refuses is told', async () => {
    const { seated } = await sitBefore({
      guest: lxc({ status: 'stopped' }),
      answers: {
        startGuest: () => {
          throw refusal('E_GUEST_TOOL', 'CT is locked (backup)');
        },
      },
    });
    seated.press('a', START);
    seated.pass(READABLE_MS);
    seated.press('y');
    await expect.poll(() => toastOf(seated)).toContain('CT is locked (backup)');
  });

  test.each<[string, string, Parameters<typeof sitBefore>[0], string]>([
    ['a start of one that runs', START, {}, 'it runs'],
    ['a stop of one that does not', STOP, { guest: lxc({ status: 'stopped' }) }, 'it does not run: stopped'],
    ['a reboot of one that does not', REBOOT, { guest: lxc({ status: 'stopped' }) }, 'it does not run'],
    [
      'a start of a template',
      START,
      { guest: lxc({ status: 'stopped', template: true }) },
      'it is a template',
    ],
    ['a start of one that Proxmox does not know', START, { guest: null }, 'Proxmox does not list it here'],
    [
      'entering a virtual machine',
      ENTER,
      { guest: lxc({ kind: 'qemu' }) },
      'a virtual machine is not entered',
    ],
    ['entering one that does not run', ENTER, { guest: lxc({ status: 'stopped' }) }, 'it does not run'],
    ['entering from within a guest', ENTER, { role: 'lxc-guest' }, 'only on the Proxmox host itself'],
    ['entering without being root', ENTER, { seat: { problem: { missing: 'root' } } }, 'only root may'],
  ])('%s is off, and says why', async (_what, key, options, reason) => {
    const { seated, agent } = await sitBefore(options);
    seated.press('a', key);
    expect(toastOf(seated)).toContain(reason);
    expect(agent.asked).toEqual([]);
    expect(seated.opened).toEqual([]);
  });

  test('it is entered at once, also by the palette; a stop by the palette asks first', async () => {
    const { seated } = await sitBefore();
    seated.press('a', ENTER);
    await expect.poll(() => seated.opened).toEqual([{ kind: 'guest', vmid: 9200 }]);
    seated.press('1', ':', ...lettersOf('enter'), 'Space', ...lettersOf('9200'), 'Enter');
    await expect.poll(() => seated.opened).toHaveLength(2);
    seated.press(
      '1',
      ':',
      ...lettersOf('guest'),
      'Space',
      ...lettersOf('stop'),
      'Space',
      ...lettersOf('9200'),
      'Enter',
    );
    expect(viewOf(seated)).toMatchObject({ screen: 'guests', overlay: { kind: 'confirm', action: 'stop' } });
  });
});
