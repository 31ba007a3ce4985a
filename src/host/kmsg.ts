// The kernel's own log, /dev/kmsg: a character device that gives one record a read(2) and would
// wait for the next one (the kernel's Documentation/ABI/testing/dev-kmsg).
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { errnoOf } from '../base/errors.ts';
import { absent, failed, ok, type Reading } from '../contracts/reading.ts';
import { decodeHexEscapes } from './hex-escapes.ts';
import type { KernelMessage } from './kernel-messages.ts';

const PATH = '/dev/kmsg';
/** A record is at most 8 KiB; more records than this are no ring buffer. */
const RECORD_BYTES = 8192;
const MAX_RECORDS = 100_000;
/** A full ring takes some 20 ms: long enough for a key press to notice. */
const RECORDS_AT_ONCE = 1000;

/** Everything that is there now, without following. */
export async function readKmsg(now: () => number): Promise<Reading<readonly KernelMessage[]>> {
  // The stamps' clock, which stands still in a suspended machine. Not /proc/uptime: in a container
  // that may be the container's own.
  const bootAt = now() - Number(process.hrtime.bigint() / NSEC_PER_MS);
  const messages: KernelMessage[] = [];
  const buffer = Buffer.allocUnsafe(RECORD_BYTES);
  let fd: number | undefined;
  try {
    fd = openSync(PATH, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    for (let count = 1; count <= MAX_RECORDS; count += 1) {
      const record = readRecord(fd, buffer);
      if (record === 'end') break;
      const message = record === 'skipped' ? undefined : parseRecord(record, bootAt);
      if (message !== undefined) messages.push(message);
      if (count % RECORDS_AT_ONCE === 0) await new Promise((resume) => setImmediate(resume));
    }
    return ok(messages, PATH, now());
  } catch (error) {
    const errno = errnoOf(error) ?? '';
    if (errno === 'ENOENT' || errno === 'ENXIO' || errno === 'ENODEV') {
      return absent('no-file', PATH, now(), errno);
    }
    const denied = errno === 'EPERM' || errno === 'EACCES';
    return failed(denied ? 'no-permission' : 'io-error', PATH, now(), errno);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readRecord(fd: number, buffer: Buffer): string {
  try {
    const bytes = readSync(fd, buffer, 0, buffer.length, null);
    return bytes === 0 ? 'end' : buffer.toString('utf8', 0, bytes);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === 'EAGAIN') return 'end';
    // EPIPE: overwritten before it was read, the next read goes on behind the gap. EINVAL: longer than the buffer.
    if (errno === 'EPIPE' || errno === 'EINVAL') return 'skipped';
    throw error;
  }
}

const USEC_PER_MS = 1000;
const NSEC_PER_MS = 1_000_000n;

/** `PRIORITY,SEQUENCE,MICROSECONDS,FLAGS;TEXT`, then indented properties. Nothing unless the kernel itself said it. */
export function parseRecord(record: string, bootAt: number): KernelMessage | undefined {
  const match = /^(\d+),\d+,(\d+),[^;]*;([^\n]*)/.exec(record);
  if (match === null) return undefined;
  const level = Number(match[1]);
  // The upper bits are the facility: who writes into this file from outside is never the kernel (0).
  if (level >> 3 !== 0) return undefined;
  return {
    priority: level & 7,
    at: bootAt + Math.round(Number(match[2]) / USEC_PER_MS),
    text: decodeHexEscapes(match[3] ?? ''),
  };
}
