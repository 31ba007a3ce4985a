// Whether the clock is disciplined. The kernel knows (adjtimex(2)), and Node cannot ask it:
// chronyc knows first when chrony runs, else `timedatectl` passes on the kernel's word, whichever
// service set it; the file that systemd-timesyncd leaves is the last resort.
import type { TimeSyncFacts } from '../contracts/facts/identity.ts';
import { absent, failed, ok, type Reading } from '../contracts/reading.ts';
import type { ToolResult } from '../base/run-tool.ts';
import type { Machine } from './machine.ts';
import { detectContainer } from './virtualization.ts';

const DEADLINE_MS = 5000;
const TIMESYNCD = 'systemd-timesyncd';
const TIMESYNCD_FILE = '/run/systemd/timesync/synchronized';

export async function readTimeSync(
  machine: Machine,
  _previous?: unknown,
  signal?: AbortSignal,
): Promise<Reading<TimeSyncFacts>> {
  const container = await detectContainer(machine);
  if (container !== undefined) {
    return absent('not-here', 'adjtimex', machine.clock.now(), `${container}: the host keeps the time`);
  }
  const service = await findService(machine);
  const ask = async (file: string, args: readonly string[]): Promise<ToolResult> =>
    machine.runTool({ file, args, deadlineMs: DEADLINE_MS, ...(signal === undefined ? {} : { signal }) });

  if (service === 'chrony') {
    const tracking = await ask('chronyc', ['-c', 'tracking']);
    const synchronised = tracking.state === 'ended' ? parseTracking(tracking.stdout) : undefined;
    if (synchronised !== undefined) {
      return ok({ synchronised, service }, 'chronyc -c tracking', machine.clock.now());
    }
  }
  const source = 'timedatectl show';
  const shown = await ask('timedatectl', ['show', '--property=NTPSynchronized']);
  const synchronised = shown.state === 'ended' ? parseTimedatectl(shown.stdout) : undefined;
  const at = machine.clock.now();
  if (synchronised !== undefined) return ok({ synchronised, service }, source, at);

  const left = await machine.readText(TIMESYNCD_FILE);
  // Left since the last start; without the service that wrote it, it says nothing.
  if (service === TIMESYNCD && left.state !== 'failed') {
    return ok({ synchronised: left.state === 'ok', service }, TIMESYNCD_FILE, left.at);
  }
  if (shown.state === 'timeout') return failed('timeout', source, at);
  const detail = shown.state === 'ended' ? (shown.stderr.split('\n')[0] ?? '') : shown.state;
  return absent('no-tool', source, at, detail);
}

/** `yes` when the kernel's own estimate of its error is below 16 s. */
function parseTimedatectl(text: string): boolean | undefined {
  const word = /^NTPSynchronized=(yes|no)$/m.exec(text)?.[1];
  return word === undefined ? undefined : word === 'yes';
}

/** chronyc(1): 14 fields, the last is the leap status. */
function parseTracking(csv: string): boolean | undefined {
  const fields = csv.trim().split(',');
  const leap = fields[13];
  return fields.length !== 14 || leap === undefined || leap === '' ? undefined : leap !== 'Not synchronised';
}

const UNITS = [
  [/^chronyd?\.service$/, 'chrony'],
  [/^systemd-timesyncd\.service$/, TIMESYNCD],
  [/^ntpsec\.service$/, 'ntpsec'],
  [/^(ntp|ntpd)\.service$/, 'ntp'],
  [/^openntpd\.service$/, 'openntpd'],
] as const;

const PID_FILES = [
  ['/run/chrony/chronyd.pid', 'chrony'],
  ['/run/chronyd.pid', 'chrony'],
  ['/run/ntpd.pid', 'ntp'],
] as const;

/** The time service that runs: its control group exists (versions 2 and 1), or its pid file. */
async function findService(machine: Machine): Promise<string | null> {
  for (const folder of ['/sys/fs/cgroup/system.slice', '/sys/fs/cgroup/systemd/system.slice']) {
    const units = await machine.listFolder(folder);
    if (units.state !== 'ok') continue;
    const found = UNITS.find(([pattern]) => units.value.some((unit) => pattern.test(unit)));
    if (found !== undefined) return found[1];
  }
  for (const [path, name] of PID_FILES) {
    if ((await machine.readText(path)).state === 'ok') return name;
  }
  return null;
}
