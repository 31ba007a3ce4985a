// The kernel's messages as journald keeps them, by journalctl(1).
import { z } from 'zod';
import { absent, ok, type Reading } from '../contracts/reading.ts';
import type { KernelMessage } from './kernel-messages.ts';
import type { Machine } from './machine.ts';
import { toolMissing } from './tool-missing.ts';

const SOURCE = 'journalctl -k';
const DEADLINE_MS = 5000;
/** More than this in an hour is a flood; its newest part tells enough. */
const MAX_LINES = 5000;
const MAX_BYTES = 8 * 1024 * 1024;

/** Warnings and worse since a moment. `absent` where no journal holds any kernel message at all. */
export async function readKernelJournal(
  machine: Machine,
  since: number,
  signal: AbortSignal,
): Promise<Reading<readonly KernelMessage[]>> {
  const ask = async (args: readonly string[]) =>
    machine.runTool({
      file: 'journalctl',
      args: ['--dmesg', '--quiet', '--no-pager', '--output=json', ...FIELDS, ...args],
      deadlineMs: DEADLINE_MS,
      maxBytes: MAX_BYTES,
      signal,
    });
  const from = `@${Math.floor(since / 1000)}`;
  const result = await ask([`--since=${from}`, '--priority=warning', `--lines=${MAX_LINES}`]);
  const at = machine.clock.now();
  if (result.state !== 'ended') return toolMissing(result, SOURCE, at);
  const messages = parseJournal(result.stdout);
  if (messages.length > 0) return ok(messages, SOURCE, at);
  // Silence: a quiet hour, or a journal that holds (or shows us) nothing of the kernel.
  const any = await ask(['--lines=1']);
  const trusted = any.state === 'ended' && parseJournal(any.stdout).length > 0;
  return trusted ? ok([], SOURCE, at) : absent('empty', SOURCE, at, 'no kernel messages in the journal');
}

const FIELDS = ['--output-fields=MESSAGE,PRIORITY,SYSLOG_FACILITY'] as const;

/** A message that is no UTF-8 comes as its bytes, a too long one as null. */
const entry = z.looseObject({
  __REALTIME_TIMESTAMP: z.string(),
  PRIORITY: z.string().optional(),
  SYSLOG_FACILITY: z.string().optional(),
  MESSAGE: z.union([z.string(), z.array(z.number())]),
});

const USEC_PER_MS = 1000;
const WARNING = 4;

/** Lines that do not parse are left out: one odd message must not hide the others. */
export function parseJournal(text: string): readonly KernelMessage[] {
  const messages: KernelMessage[] = [];
  for (const line of text.split('\n')) {
    const told = parseLine(line);
    if (told === undefined || (told.SYSLOG_FACILITY ?? '0') !== '0') continue;
    const at = Math.round(Number(told.__REALTIME_TIMESTAMP) / USEC_PER_MS);
    const priority = Number(told.PRIORITY ?? WARNING);
    if (!Number.isFinite(at) || !Number.isFinite(priority)) continue;
    const said = told.MESSAGE;
    messages.push({
      at,
      priority,
      text: typeof said === 'string' ? said : Buffer.from(said).toString('utf8'),
    });
  }
  return messages;
}

function parseLine(line: string): z.infer<typeof entry> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return entry.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
