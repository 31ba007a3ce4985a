// Proxmox's own view, from answers in the forms that its API gives.
import { expect, test } from 'vitest';
import type { RunTool } from '../../src/base/run-tool.ts';
import type { ProxmoxFacts } from '../../src/contracts/facts/proxmox.ts';
import type { Ok } from '../../src/contracts/reading.ts';
import { createMachine } from '../../src/host/machine.ts';
import { readProxmox } from '../../src/host/proxmox.ts';
import { makeTree } from './temp-tree.ts';

const task = (upid: string, type: string, starttime: number, more: object = {}) => ({
  upid,
  type,
  starttime,
  endtime: starttime + 60,
  user: 'root@pam',
  id: '100',
  status: 'OK',
  ...more,
});

const ANSWERS: Readonly<Record<string, unknown>> = {
  '/version': { version: '8.2.4', release: '8.2' },
  '/nodes/pve1/storage': [
    {
      storage: 'local',
      type: 'dir',
      enabled: 1,
      active: 1,
      total: 1000,
      used: 400,
      avail: 600,
      content: 'iso,backup',
    },
    { storage: 'nas', type: 'nfs', enabled: 1, active: 0, total: 0, used: 0, avail: 0, content: 'images' },
    { storage: 'half', type: 'dir', active: '1', total: '5000000000' },
  ],
  '/cluster/resources': [
    {
      vmid: 100,
      type: 'qemu',
      node: 'pve1',
      name: 'win',
      status: 'running',
      cpu: 0.25,
      mem: 10,
      maxmem: 20,
      uptime: 5,
    },
    { vmid: '106', type: 'lxc', node: 'pve1', name: 'apps', status: 'stopped', template: 1 },
    { vmid: 107, type: 'lxc', node: 'other', name: 'elsewhere', status: 'running' },
    { type: 'storage', storage: 'local', node: 'pve1', status: 'available' },
  ],
  '/nodes/pve1/tasks': [
    task('UPID:1', 'vzdump', 1000),
    task('UPID:2', 'vzdump', 3000, { id: '', status: 'job errors' }),
    task('UPID:3', 'vncproxy', 4000, { endtime: undefined, status: 'RUNNING' }),
  ],
};

function hostWith(answers: Readonly<Record<string, unknown>>, asked: string[] = []) {
  const fake: RunTool = async ({ args }) => {
    const path = args[1] ?? '';
    asked.push(args.includes('--typefilter') ? `${path} vzdump` : path);
    const value = answers[args.includes('--typefilter') ? `${path} vzdump` : path];
    return Promise.resolve(
      value === undefined
        ? { state: 'ended', code: 2, stdout: '', stderr: "No 'get' handler defined\n" }
        : { state: 'ended', code: 0, stdout: JSON.stringify(value), stderr: '' },
    );
  };
  const root = makeTree({ '/proc/sys/kernel/hostname': 'pve1.example.org\n' });
  return createMachine({ root, runTool: fake });
}

const read = async (machine: ReturnType<typeof createMachine>, previous?: Ok<ProxmoxFacts>) =>
  readProxmox(machine, previous, new AbortController().signal);

test('Storages, guests of this node and tasks come with numbers, whatever form Perl gave them', async () => {
  expect(await read(hostWith(ANSWERS))).toMatchObject({
    state: 'ok',
    value: {
      node: 'pve1',
      version: '8.2.4',
      storages: [
        { name: 'local', active: true, size_bytes: 1000, used_bytes: 400, content: ['iso', 'backup'] },
        { name: 'nas', active: false, size_bytes: null, used_bytes: null },
        {
          name: 'half',
          enabled: true,
          active: true,
          size_bytes: 5_000_000_000,
          used_bytes: null,
          content: [],
        },
      ],
      guests: [
        { vmid: 100, kind: 'qemu', name: 'win', cpu_share: 0.25, template: false },
        { vmid: 106, kind: 'lxc', name: 'apps', status: 'stopped', cpu_share: null, template: true },
      ],
      tasks: [
        { upid: 'UPID:3', started_at: 4_000_000, ended_at: null, status: null },
        { upid: 'UPID:2', target: null, ended_at: 3_060_000, status: 'job errors' },
        { upid: 'UPID:1', target: '100', status: 'OK' },
      ],
      last_backup: { upid: 'UPID:2' },
      last_good_backup: { upid: 'UPID:1' },
    },
  });
});

test('A backup that the newest tasks have pushed out is asked for once and then remembered', async () => {
  const asked: string[] = [];
  const pushedOut = {
    ...ANSWERS,
    '/nodes/pve1/tasks': [task('UPID:9', 'vncproxy', 9000)],
    '/nodes/pve1/tasks vzdump': [task('UPID:1', 'vzdump', 1000)],
  };
  const first = await read(hostWith(pushedOut, asked));
  expect(asked).toHaveLength(5);
  expect(first).toMatchObject({ value: { last_good_backup: { upid: 'UPID:1' } } });
  if (first.state !== 'ok') throw new Error(first.code);
  const second = await read(hostWith(pushedOut, asked), first);
  expect(asked).toHaveLength(9);
  expect(second).toMatchObject({ value: { last_backup: { upid: 'UPID:1' } } });
});

test('Elsewhere than on Proxmox the subject is absent; a call that fails says which', async () => {
  expect(await read(createMachine({ root: makeTree({}) }))).toMatchObject({
    state: 'absent',
    code: 'not-here',
  });
  expect(await read(hostWith({ ...ANSWERS, '/cluster/resources': undefined }))).toMatchObject({
    state: 'failed',
    code: 'tool-failed',
    source: 'pvesh get /cluster/resources',
    detail: "No 'get' handler defined",
  });
});
