// Opens the device that an order to read names, only if it is still the one that was meant.
import { errnoOf, messageOf } from '../base/errors.ts';
import type { Machine } from '../host/machine.ts';
import { readNumberedDevice, type NumberedDevice } from '../host/numbered-device.ts';
import type { ReadOrder } from './job-messages.ts';
import { closeDevice, flushBuffers, openDevice } from './open-device.ts';

export type OrderedDevice = { readonly fd: number; readonly device: NumberedDevice };

/** Gives why not as text. While it is open, another disk cannot take its number. */
export async function openOrdered(order: ReadOrder, machine: Machine): Promise<OrderedDevice | string> {
  const named = await readNumberedDevice(machine, order.deviceNumber);
  if (named === undefined) return `there is no device ${order.deviceNumber} any more`;
  let fd: number | undefined;
  try {
    const opened = await openDevice(named.path, 'read', machine.runTool);
    ({ fd } = opened);
    const device = await readNumberedDevice(machine, opened.deviceNumber);
    const changed = device === undefined ? 'it is gone' : whatChanged(order, device);
    if (device !== undefined && changed === undefined) {
      await flushAll(fd, device, machine);
      return { fd, device };
    }
    await closeDevice(fd);
    return `not the device that was meant: ${changed}`;
  } catch (error) {
    if (fd !== undefined) await closeDevice(fd);
    return `${named.path}: ${errnoOf(error) ?? messageOf(error)}`;
  }
}

function whatChanged(order: ReadOrder, device: NumberedDevice): string | undefined {
  if (device.deviceNumber !== order.deviceNumber) return `its number is ${device.deviceNumber}`;
  if (device.diskseq !== order.diskseq) return 'it was attached anew';
  if (device.sizeBytes !== order.sizeBytes) return `its size is ${device.sizeBytes} bytes`;
  return undefined;
}

/** The kernel keeps pages of a disk and of each of its partitions apart: what waits in any of them counts. */
export async function flushAll(fd: number, device: NumberedDevice, machine: Machine): Promise<void> {
  for (const number of device.partitions) {
    const partition = await readNumberedDevice(machine, number);
    if (partition === undefined) continue;
    const opened = await openDevice(partition.path, 'read', machine.runTool);
    try {
      await flushBuffers(opened.fd, machine.runTool);
    } finally {
      await closeDevice(opened.fd);
    }
  }
  await flushBuffers(fd, machine.runTool);
}
