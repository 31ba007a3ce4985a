// Inside the job: reads a disk for a while, on and off once a second, so that its light shows which it is.
// It only reads.
import { read } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { errnoOf, messageOf } from '../base/errors.ts';
import type { Machine } from '../host/machine.ts';
import type { JobTalk } from './disk-job.ts';
import type { ReadOrder } from './job-messages.ts';
import { closeDevice } from './open-device.ts';
import { openOrdered } from './open-ordered.ts';
import { makeAligned } from './zero-scan.ts';

const ON_MS = 500;
const OFF_MS = 500;

/** Why it ended early, or null. */
export async function performIdentify(
  order: ReadOrder & { readonly seconds: number },
  talk: JobTalk,
  machine: Machine,
): Promise<string | null> {
  const { clock } = machine;
  const opened = await openOrdered(order, machine);
  if (typeof opened === 'string') return opened;
  try {
    const bytes = await makeAligned(opened.fd);
    const until = clock.monotonic() + order.seconds * 1000;
    let position = 0;
    while (clock.monotonic() < until && !talk.signal.aborted) {
      const restAt = clock.monotonic() + ON_MS;
      // Ever further on: what a disk has just read it answers from its own memory, without its light.
      while (clock.monotonic() < restAt && !talk.signal.aborted) {
        const got = await readSome(opened.fd, bytes, position);
        position = got < bytes.length ? 0 : position + got;
      }
      await sleep(OFF_MS);
    }
    return null;
  } catch (error) {
    return errnoOf(error) ?? messageOf(error);
  } finally {
    await closeDevice(opened.fd);
  }
}

async function readSome(fd: number, bytes: Buffer, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(fd, bytes, 0, bytes.length, position, (error, got) => {
      if (error === null) resolve(got);
      else reject(error);
    });
  });
}
