// Histories behind the sparklines: one sample for each answer, and a gap where nothing was known.
import { expect, test } from 'vitest';
import { observe } from '../../src/contracts/freshness.ts';
import { absent, failed, ok } from '../../src/contracts/reading.ts';
import type { Facts } from '../../src/contracts/all-facts.ts';
import { createHistoryRecorder } from '../../state/history.ts';

const AT = 1_790_000_000_000;
const EVERY_MS = 1000;
const load = (load1: number, at: number) =>
  observe<Facts['load']>(
    undefined,
    ok({ load1, load5: 0, load15: 0, runnable: 1, entities: 1 }, 'test', at),
    EVERY_MS,
  );
const link = (name: string, kind: Facts['network']['links'][number]['kind'], rx_rate: number | null) => ({
  name,
  state: 'up',
  mac: null,
  mtu: null,
  speed_mbps: null,
  addresses: [],
  kind,
  rx_bytes: 0,
  tx_bytes: 0,
  rx_errors: 0,
  tx_errors: 0,
  rx_dropped: 0,
  tx_dropped: 0,
  rx_rate,
  tx_rate: null,
});
const network = (...links: ReturnType<typeof link>[]) => ({
  network: observe<Facts['network']>(undefined, ok({ links }, 'test', AT), EVERY_MS),
});

test('one sample for each answer, however often somebody looks', () => {
  const { record } = createHistoryRecorder();
  const first = { load: load(1, AT) };
  record(first);
  record(first);
  expect(record({ load: load(2, AT + 1000) }).load).toEqual([1, 2]);
});

test('what failed or is absent is a gap, not a 0', () => {
  const { record } = createHistoryRecorder();
  record({ load: load(0, AT) });
  record({ load: observe(load(0, AT), failed('timeout', 'test', AT + 1000), EVERY_MS) });
  record({ load: observe(load(0, AT), absent('not-here', 'test', AT + 2000), EVERY_MS) });
  expect(record({ load: load(3, AT + 3000) }).load).toEqual([0, null, null, 3]);
});

test('nothing is recorded of what was never asked', () => {
  const { record } = createHistoryRecorder();
  expect(record({ load: load(1, AT) }).cpu).toEqual([]);
});

test('only so many samples are kept, the newest', () => {
  const { record } = createHistoryRecorder();
  let history = record({});
  for (let index = 0; index < 1000; index += 1) history = record({ load: load(index, AT + index) });
  expect(history.load.length).toBeLessThan(300);
  expect(history.load.at(-1)).toBe(999);
});

test('bytes of the network are counted once: at the cards, not again at the bridge on them', () => {
  const links = [
    link('eno1', 'physical', 5),
    link('eno2', 'physical', null),
    link('vmbr0', 'bridge', 5),
    link('lo', 'loopback', 99),
  ];
  expect(createHistoryRecorder().record(network(...links)).network_rx).toEqual([5]);
  const guest = [link('eth0', 'virtual', 7), link('lo', 'loopback', 99)];
  expect(createHistoryRecorder().record(network(...guest)).network_rx).toEqual([7]);
});

test('no rate is known before the second sample', () => {
  expect(createHistoryRecorder().record(network(link('eno1', 'physical', null))).network_rx).toEqual([null]);
});
