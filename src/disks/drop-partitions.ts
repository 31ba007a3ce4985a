// Makes the kernel forget the partitions of a disk on which there is no table any more: what somebody finds
// under their names would be the new file system's blocks.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice, type NumberedDevice } from '../host/numbered-device.ts';
import { failed } from './format-ended.ts';
import { runDiskTool, tellTool } from './run-disk-tool.ts';

const DEADLINE_MS = 30_000;
/** Who only looks at one (udev does) has it open for a moment. */
const PASSING_MS = 5000;
const AGAIN_MS = 100;

/** Throws a FormatEnded when one stays, which somebody has open. */
export async function dropPartitions(fd: number, disk: NumberedDevice, machine: Machine): Promise<void> {
  const until = machine.clock.monotonic() + PASSING_MS;
  for (;;) {
    let why = '';
    for (const partition of await listPartitions(disk, machine)) {
      const number = partition.partition?.number ?? 0;
      // By number: a table that partx could read is not there any more.
      const tool = { file: 'partx', args: ['--delete', '--nr', `${number}:${number}`] };
      const dropped = await runDiskTool({ ...tool, fd, deadlineMs: DEADLINE_MS }, machine.runTool);
      if (dropped.state !== 'ended') throw failed('E_TOOL', tellTool('partx', dropped));
      if (dropped.code !== 0) why = tellTool('partx', dropped);
    }
    // What it ends with is not believed: the kernel is asked.
    const [left] = await listPartitions(disk, machine);
    if (left === undefined) return;
    if (machine.clock.monotonic() > until) {
      throw failed('E_TOOL', `the kernel keeps ${left.path}, which somebody has open: ${why}`);
    }
    await sleep(AGAIN_MS);
  }
}

async function listPartitions(disk: NumberedDevice, machine: Machine): Promise<readonly NumberedDevice[]> {
  const now = await readNumberedDevice(machine, disk.deviceNumber);
  if (now === undefined) throw failed('E_WRITE', 'the device went away');
  const found = await Promise.all(now.partitions.map(async (number) => readNumberedDevice(machine, number)));
  return found.filter((one) => one !== undefined);
}
