// What the kernel complained about in the last hour: from the journal, else from its own log.
import type { KernelErrorFacts } from '../contracts/facts/kernel-errors.ts';
import { absent, ok, type Reading } from '../contracts/reading.ts';
import { readKernelJournal } from './journal.ts';
import { groupComplaints, type KernelMessage } from './kernel-messages.ts';
import { readKmsg } from './kmsg.ts';
import type { Machine } from './machine.ts';

const LOOK_BACK_MS = 3_600_000;

export async function readKernelErrors(
  machine: Machine,
  _previous: unknown,
  signal: AbortSignal,
): Promise<Reading<KernelErrorFacts>> {
  const since = machine.clock.now() - LOOK_BACK_MS;
  const journal = await readKernelJournal(machine, since, signal);
  const messages = journal.state === 'ok' ? journal : await readRing(machine);
  if (messages.state !== 'ok') return messages;
  return ok({ since, errors: groupComplaints(messages.value, since) }, messages.source, messages.at);
}

async function readRing(machine: Machine): Promise<Reading<readonly KernelMessage[]>> {
  // The device is this machine's, whatever tree is looked at.
  if (!machine.live) return absent('no-file', '/dev/kmsg', machine.clock.now());
  return readKmsg(machine.clock.now);
}
