// Who is counted as one, how often one may ask, and what of a log line is nobody's business.
import { expect, test } from 'vitest';
import { defaultLimits } from '../../src/agent/limits.ts';
import { addressOf, wholeAddressOf } from '../../src/daemon/serve/address-of.ts';
import { withoutSecrets } from '../../src/daemon/log.ts';
import { compare } from '../../src/agent/plug-watch.ts';
import { createRateGate } from '../../src/daemon/rate-gate.ts';
import { watchdogMs } from '../../src/agent/tell-systemd.ts';

function hurried(rate: { perS: number; burst: number }) {
  let nowMs = 0;
  const gate = createRateGate(rate, { now: () => nowMs, monotonic: () => nowMs });
  return { gate, pass: (ms: number) => (nowMs += ms) };
}

test('a bucket gives its burst, then as much as flows in, and says how long to wait', () => {
  const { gate, pass } = hurried({ perS: 0.5, burst: 3 });
  expect([1, 2, 3, 4].map(() => gate.take('a'))).toEqual([0, 0, 0, 2]);
  expect(gate.take('b')).toBe(0);
  pass(1000);
  expect(gate.take('a')).toBe(1);
  pass(1000);
  expect(gate.take('a')).toBe(0);
});

test('a flood of addresses takes no memory without end, and forgets nobody who is being slowed', () => {
  const { gate } = hurried({ perS: 1, burst: 1 });
  for (let n = 0; n < 100_000; n += 1) gate.take(`flood ${n}`);
  gate.take('late');
  expect(gate.take('late')).toBe(1);
});

test.each([
  ['192.168.0.7', '192.168.0.7'],
  ['::ffff:192.168.0.7', '192.168.0.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('%s is counted as %s', (remoteAddress, counted) => {
  expect(addressOf({ remoteAddress })).toBe(counted);
});

test.each([
  ['192.168.0.7', '192.168.0.7'],
  ['::ffff:192.168.0.7', '192.168.0.7'],
  ['2001:db8:1:2::9', '2001:db8:1:2::9'],
  [undefined, null],
])('%s is shown as %s', (remoteAddress, shown) => {
  expect(wholeAddressOf({ remoteAddress })).toBe(shown);
});

test('tokens and keys are taken out of a finished line, whatever their field was called', () => {
  for (const line of [
    '{"msg":"Authorization: Bearer abc.def-ghi"}',
    '{"err":"felhom_9200_0123456789abcdefABCDEF-_"}',
    '{"body":"{\\"token\\":\\"s3cr3t-s3cr3t\\"}"}',
    '{"url":"/x?token=s3cr3t-s3cr3t&a=1"}',
    '{"err":"api_key: s3cr3t-s3cr3t"}',
  ]) {
    expect(withoutSecrets(line)).not.toMatch(/abc\.def|0123456789|s3cr3t/);
  }
  const harmless = '{"level":"info","code":"E_TOKEN","msg":"a token is needed"}';
  expect(withoutSecrets(harmless)).toBe(harmless);
});

test('another disk under the same name is one pulled and one plugged', () => {
  const before = new Map([
    ['sda', '1'],
    ['sdb', '2'],
  ]);
  const now = new Map([
    ['sda', '1'],
    ['sdb', '7'],
    ['sdc', '8'],
  ]);
  expect(compare(before, now)).toEqual([
    { name: 'sdb', what: 'pulled' },
    { name: 'sdb', what: 'plugged' },
    { name: 'sdc', what: 'plugged' },
  ]);
});

test('the watchdog is fed at twice its pace, and only where it watches this process', () => {
  expect(watchdogMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '5' }, 5)).toBe(30_000);
  expect(watchdogMs({ WATCHDOG_USEC: '60000000' }, 5)).toBe(30_000);
  expect(watchdogMs({ WATCHDOG_USEC: '60000000', WATCHDOG_PID: '6' }, 5)).toBeUndefined();
  expect(watchdogMs({}, 5)).toBeUndefined();
  expect(watchdogMs({ WATCHDOG_USEC: 'soon' }, 5)).toBeUndefined();
});

test('a controller that comes up, reports each change, and goes on every minute is never slowed', () => {
  const { posts, guest } = defaultLimits.rates;
  const reports = hurried(posts);
  const requests = hurried(guest);
  const waits: number[] = [];
  const get = (times: number) => {
    for (let asked = 0; asked < times; asked += 1) waits.push(requests.gate.take('t-own'));
  };
  const post = () => {
    waits.push(reports.gate.take('9200'));
    get(1);
  };
  const pass = (ms: number) => {
    reports.pass(ms);
    requests.pass(ms);
  };
  // A cold start: the network, and three services that are made, started and settle, within three seconds.
  for (let change = 0; change < 15; change += 1) {
    post();
    pass(200);
  }
  // Then a service that dies every eleven seconds and is healed, two changes each; a report and /storage every
  // minute, and a person's console in the guest, which asks for host metrics and disks every second.
  for (let second = 0; second < 1800; second += 1) {
    if (second % 11 < 2) post();
    if (second % 60 === 0) post();
    get(second % 60 === 0 ? 3 : 2);
    pass(1000);
  }
  expect(waits.filter((wait) => wait > 0)).toEqual([]);
  // The limit is there all the same.
  for (let flood = 0; flood < 30; flood += 1) post();
  expect(waits.filter((wait) => wait > 0).length).toBeGreaterThan(5);
});
