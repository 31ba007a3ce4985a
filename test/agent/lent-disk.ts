// Real disks for the agent's tests: loop devices with a name that survives, as udev would link it.
import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { attach, makeFolder, makeImage, nameDevice, run } from '../host/loop-device.ts';
import type { RunningAgent } from './running-agent.ts';

const MIB = 1024 ** 2;

export type LentDisk = { readonly device: string; readonly durableId: string; readonly image: string };

export function lendDisk(megabytes: number): LentDisk {
  const image = makeImage(makeFolder(), 'disk.img', megabytes * MIB);
  const device = attach(image);
  const name = `wwn-0x5${createHash('sha256').update(`${process.pid} ${image}`).digest('hex').slice(0, 15)}`;
  return { device, durableId: nameDevice(device, name), image };
}

export function digestOf(path: string): string {
  const hash = createHash('sha256');
  const chunk = Buffer.alloc(MIB);
  const fd = openSync(path, 'r');
  for (let bytes = readSync(fd, chunk); bytes > 0; bytes = readSync(fd, chunk))
    hash.update(chunk.subarray(0, bytes));
  closeSync(fd);
  return hash.digest('hex');
}

export async function endOf(agent: RunningAgent, id: string): Promise<Record<string, unknown>> {
  for (let tries = 0; tries < 300; tries += 1) {
    const { body } = await agent.ask('GET', `/operations/${id}`);
    const operation = operationOf(body);
    if (!['pending', 'approved', 'claimed'].includes(String(operation['state']))) return operation;
    await sleep(100);
  }
  throw new Error(`${id} does not end`);
}

export const operationOf = (body: unknown): Record<string, unknown> => Object(body).operation;

export const blkid = (device: string, tag: string): string =>
  run('blkid', '-p', '-o', 'value', '-s', tag, device).trim();
