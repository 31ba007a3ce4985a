// Time: who is believed about the clock, and when nobody can tell.
import { expect, test } from 'vitest';
import type { ToolResult } from '../../src/base/run-tool.ts';
import { createMachine } from '../../src/host/machine.ts';
import { readSubject } from './read-subject.ts';
import { makeTree } from './temp-tree.ts';

const ended = (stdout: string, code = 0, stderr = ''): ToolResult => ({
  state: 'ended',
  code,
  stdout,
  stderr,
});
const CHRONY = { '/sys/fs/cgroup/system.slice/chrony.service/cgroup.procs': '1\n' };
const TIMESYNCD = { '/sys/fs/cgroup/system.slice/systemd-timesyncd.service/cgroup.procs': '1\n' };
const tracking = (leap: string) =>
  ended(`C0000201,192.0.2.1,3,1795363750.1,0.00001,0.00002,0.00003,1.5,0.0,0.1,0.02,0.001,64.2,${leap}\n`);

async function ask(files: Readonly<Record<string, string>>, tools: Readonly<Record<string, ToolResult>>) {
  const root = makeTree(files);
  const runTool = async ({ file }: { readonly file: string }) =>
    Promise.resolve(tools[file] ?? { state: 'missing' as const });
  return readSubject(createMachine({ root, runTool }), 'time_sync');
}

test('chrony is believed first: the kernel notices hours later that a clock runs free', async () => {
  const tools = { chronyc: tracking('Not synchronised'), timedatectl: ended('NTPSynchronized=yes\n') };
  expect(await ask(CHRONY, tools)).toMatchObject({
    source: 'chronyc -c tracking',
    value: { synchronised: false, service: 'chrony' },
  });
  expect(await ask(CHRONY, { ...tools, chronyc: tracking('Normal') })).toMatchObject({
    value: { synchronised: true },
  });
});

test('A chrony that does not answer leaves it to the kernel', async () => {
  const tools = {
    chronyc: ended('506 Cannot talk to daemon\n', 1),
    timedatectl: ended('NTPSynchronized=no\n'),
  };
  expect(await ask(CHRONY, tools)).toMatchObject({ value: { synchronised: false, service: 'chrony' } });
});

test("The kernel's word counts whichever service set the clock", async () => {
  const tools = { timedatectl: ended('NTPSynchronized=yes\n') };
  expect(await ask({}, tools)).toMatchObject({ value: { synchronised: true, service: null } });
  expect(await ask(TIMESYNCD, tools)).toMatchObject({ value: { service: 'systemd-timesyncd' } });
});

test("systemd-timesyncd's file counts only while that service runs", async () => {
  const file = { '/run/systemd/timesync/synchronized': '' };
  expect(await ask({ ...file, ...TIMESYNCD }, {})).toMatchObject({ value: { synchronised: true } });
  expect(await ask(TIMESYNCD, {})).toMatchObject({ value: { synchronised: false } });
  expect(await ask(file, {})).toMatchObject({ state: 'absent', code: 'no-tool' });
});

test('In a container the host keeps the time', async () => {
  expect(
    await ask({ '/run/systemd/container': 'lxc' }, { timedatectl: ended('NTPSynchronized=no\n') }),
  ).toMatchObject({ state: 'absent', code: 'not-here' });
});

test('A machine where nobody can tell is absent, not unsynchronised', async () => {
  const tools = { timedatectl: ended('', 1, 'System has not been booted with systemd\nFailed\n') };
  expect(await ask({}, tools)).toMatchObject({
    state: 'absent',
    code: 'no-tool',
    detail: 'System has not been booted with systemd',
  });
  expect(await ask({}, { timedatectl: { state: 'timeout', stdout: '', stuck: false } })).toMatchObject({
    state: 'failed',
    code: 'timeout',
  });
});
