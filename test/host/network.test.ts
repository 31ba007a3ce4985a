// Network: rates by the clock that never jumps, kinds and speeds of links.
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createSubjects } from '../../src/host/all-subjects.ts';
import { createMachine } from '../../src/host/machine.ts';
import { parseNetDev } from '../../src/host/network.ts';
import { readSubject } from './read-subject.ts';
import { makeTree, writeTree } from './temp-tree.ts';

const HEAD = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
`;
const line = (name: string, rx: number, tx: number) => `${name}: ${rx} 1 2 3 0 0 0 0 ${tx} 4 5 6 0 0 0 0\n`;
const link = (name: string, files: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(files).map(([file, text]) => [`/sys/class/net/${name}/${file}`, `${text}\n`]),
  );

/** A machine whose clock the test moves. */
function watch(root: string) {
  let now = 50_000;
  const machine = createMachine({
    root,
    // The wall clock stands still: rates must not need it.
    clock: { now: () => 0, monotonic: () => now },
    addresses: () => ({
      'eno1:1': [address('192.0.2.9/24')],
      eno1: [address('2001:db8::1/64')],
    }),
  });
  const subjects = createSubjects();
  return {
    pass: (ms: number) => {
      now += ms;
    },
    links: async () => {
      const reading = await readSubject(machine, 'network', undefined, subjects);
      if (reading.state !== 'ok') throw new Error(reading.code);
      return new Map(reading.value.links.map((found) => [found.name, found]));
    },
  };
}
const address = (cidr: string) => ({
  address: cidr.split('/')[0] ?? '',
  netmask: '',
  family: 'IPv4' as const,
  mac: '',
  internal: false,
  cidr,
});

test('Rates are bytes per second between two samples, and null before and after a counter went back', async () => {
  const root = makeTree({ '/proc/net/dev': HEAD + line('eno1', 1000, 500) });
  const { pass, links } = watch(root);
  expect((await links()).get('eno1')).toMatchObject({ rx_bytes: 1000, rx_rate: null, tx_rate: null });
  writeTree(root, { '/proc/net/dev': HEAD + line('eno1', 5000, 500) + line('veth1', 7, 7) });
  pass(2000);
  const second = await links();
  expect(second.get('eno1')).toMatchObject({ rx_rate: 2000, tx_rate: 0 });
  expect(second.get('veth1')).toMatchObject({ rx_rate: null });
  writeTree(root, { '/proc/net/dev': HEAD + line('eno1', 10, 600) });
  pass(1000);
  expect((await links()).get('eno1')).toMatchObject({ rx_rate: null, tx_rate: 100 });
});

test('Kinds come from what sysfs says, and only real links have a speed', async () => {
  const root = makeTree({
    '/proc/net/dev':
      HEAD + ['lo', 'eno1', 'vmbr0', 'bond0', 'eno1.5', 'veth1'].map((name) => line(name, 1, 1)).join(''),
    ...link('lo', { type: '772', operstate: 'unknown', address: '00:00:00:00:00:00', mtu: '65536' }),
    ...link('eno1', { type: '1', operstate: 'up', speed: '1000', mtu: '1500', address: '02:00:00:00:00:01' }),
    ...link('vmbr0', {
      type: '1',
      uevent: 'DEVTYPE=bridge\nINTERFACE=vmbr0',
      operstate: 'up',
      speed: '10000',
    }),
    ...link('bond0', { type: '1', uevent: 'DEVTYPE=bond\nINTERFACE=bond0', operstate: 'up', speed: '-1' }),
    ...link('eno1.5', { type: '1', uevent: 'DEVTYPE=vlan\nINTERFACE=eno1.5', operstate: 'lowerlayerdown' }),
    ...link('veth1', { type: '1', speed: '10000', operstate: 'up' }),
  });
  symlinkSync('../../../devices/pci0', join(root, 'sys/class/net/eno1/device'));
  const links = await watch(root).links();
  const shapes = [...links.values()].map(({ name, kind, speed_mbps: speed }) => [name, kind, speed]);
  expect(shapes).toEqual([
    ['lo', 'loopback', null],
    ['eno1', 'physical', 1000],
    ['vmbr0', 'bridge', null],
    ['bond0', 'bond', null],
    ['eno1.5', 'vlan', null],
    ['veth1', 'virtual', null],
  ]);
  expect(links.get('lo')?.mac).toBeNull();
  expect(links.get('eno1')).toMatchObject({ addresses: ['192.0.2.9/24', '2001:db8::1/64'], mtu: 1500 });
});

test('A cable that is pulled shows at the next sample', async () => {
  const files = { '/proc/net/dev': HEAD + line('eno1', 1, 1), ...link('eno1', { operstate: 'up' }) };
  const root = makeTree(files);
  symlinkSync('../../../devices/pci0', join(root, 'sys/class/net/eno1/device'));
  const { pass, links } = watch(root);
  expect((await links()).get('eno1')?.state).toBe('up');
  writeTree(root, link('eno1', { operstate: 'down' }));
  pass(1000);
  expect((await links()).get('eno1')?.state).toBe('down');
});

test('Old kernels print the first counter against the colon', () => {
  const links = parseNetDev(`${HEAD}  eth0:123456 1 2 3 0 0 0 0 789 4 5 6 0 0 0 0\n`);
  expect(links?.get('eth0')).toMatchObject({ rx_bytes: 123456, tx_bytes: 789, rx_errors: 2, tx_dropped: 6 });
});

test('A machine without any link has none; a file without its heading is not understood', () => {
  expect(parseNetDev(HEAD)?.size).toBe(0);
  expect(parseNetDev('eth0: 1 2 3')).toBeUndefined();
});
