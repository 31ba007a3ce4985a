// The agent itself is killed while it formats: its next start tells the truth about the operation, and
// nothing of the old one is left. And while it lives, nobody else gets at the device.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { quietly, run, whyNoLoop } from '../host/loop-device.ts';
import { digestOf, endOf, lendDisk, operationOf } from './lent-disk.ts';
import { runAgent, type RunningAgent } from './running-agent.ts';

const why = whyNoLoop('mkfs.ext4', 'setpriv', 'pvcreate');
const STAGES = ['rechecked', 'zero_verified', 'mkfs', 'fs_verified', 'released'] as const;
const config = (durableId: string) => ({
  disks: { allow_loop: true, auto_scan: false, grants: { 9200: [durableId] } },
});

/** The stages that stand in the journal of an operation. */
function journalOf(
  agent: RunningAgent,
  id: string,
): readonly { readonly stage?: string; readonly dirty?: boolean }[] {
  const path = join(agent.stateDir, 'operations', `${id}.journal`);
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));
}

async function askAsGuest(agent: RunningAgent, device: string): Promise<string> {
  const { headerFile } = await agent.mint(9200);
  const asked = agent.curl(headerFile, 'POST', '/disks/format', { vmid: 9200, device, fstype: 'ext4' });
  expect(asked.status).toBe(202);
  return String(operationOf(asked.body)['id']);
}

const childrenOf = (pid: number): readonly number[] =>
  run('ps', '-e', '-o', 'pid=,ppid=')
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child = 0, parent]) => (parent === pid ? [child, ...childrenOf(child)] : []));

const INTRUDERS = [['mkfs.ext4', '-q', '-F'], ['pvcreate', '--yes', '-ff'], ['mount']] as const;

function tryTo(file: string, ...args: readonly string[]): string {
  try {
    run(file, ...args, ...(file === 'mount' ? ['/mnt'] : []));
    return 'works';
  } catch {
    return 'fails';
  }
}

const isAlive = (pid: number): boolean =>
  existsSync(`/proc/${pid}/stat`) && !/\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));

const loopsOver = (device: string): readonly string[] =>
  run('losetup', '--list', '--noheadings', '--output', 'NAME,BACK-FILE')
    .split('\n')
    .filter((line) => line.trim().split(/\s+/)[1] === device);

describe.skipIf(why !== undefined)('kill -9 of the agent', () => {
  test.each(STAGES)(
    'when %s has begun: the next start says so, and whether anything was written',
    async (stage) => {
      const { device, durableId } = lendDisk(stage === 'zero_verified' ? 768 : 96);
      const before = digestOf(device);
      const agent = await runAgent(config(durableId));
      const id = await askAsGuest(agent, device);
      while (!journalOf(agent, id).some((line) => line.stage === stage)) await sleep(1);
      // It goes no further while its children are listed.
      process.kill(agent.pid(), 'SIGSTOP');
      const family = childrenOf(agent.pid());
      await agent.kill('SIGKILL');
      const told = journalOf(agent, id);
      for (let tries = 0; family.some(isAlive) && tries < 200; tries += 1) await sleep(10);
      expect(family.filter(isAlive)).toEqual([]);
      await agent.start();
      const { body } = await agent.ask('GET', `/operations/${id}`);
      const operation = operationOf(body);
      const last = told.findLast((line) => line.stage !== undefined);
      // Whatever the journal came to: only after the last stage it may be over.
      const mayBeDone = last?.stage === 'released' && operation['state'] === 'done';
      expect(operation).toMatchObject(
        mayBeDone ? { state: 'done' } : { state: 'interrupted', stage: last?.stage },
      );
      const dirty = told.some((line) => line.dirty === true);
      expect(operation['dirty']).toBe(dirty);
      expect(loopsOver(device)).toEqual([]);
      // Said to be clean, it is; said to be written, it may be.
      expect(dirty || digestOf(device) === before).toBe(true);
      expect((await agent.ask('POST', `/operations/${id}/run`, {})).status).toBe(409);
      expect(readdirSync(join(agent.stateDir, 'claims'))).toContain(id);
      expect(agent.command('ledger', 'verify').code).toBe(0);
    },
    60_000,
  );
});

test('while the agent reads and formats, mkfs, mount and pvcreate by others fail on the device', async (context) => {
  if (why !== undefined) return context.skip(why);
  const { device, durableId } = lendDisk(1024);
  const agent = await runAgent(config(durableId));
  const id = await askAsGuest(agent, device);
  while (journalOf(agent, id).length === 0) await sleep(1);
  const came: string[] = [];
  // Every stage by itself is tried where the format is; here they come while it reads, which takes longest.
  for (let round = 0; round < 4; round += 1) {
    while (!journalOf(agent, id).some((line) => line.stage === 'zero_verified')) await sleep(1);
    for (const [file, ...args] of INTRUDERS) came.push(`${file} ${tryTo(file, ...args, device)}`);
    if (operationOf((await agent.ask('GET', `/operations/${id}`)).body)['stage'] !== 'zero_verified') break;
  }
  const operation = await endOf(agent, id);
  quietly('umount', '/mnt');
  expect([...new Set(came)].toSorted()).toEqual(['mkfs.ext4 fails', 'mount fails', 'pvcreate fails']);
  expect(operation).toMatchObject({ state: 'done' });
  // What stands there is ours: nobody else's mkfs came through.
  expect(run('blkid', '-p', '-o', 'value', '-s', 'UUID', device).trim()).toBe(operation['fs_uuid']);
});
