// Reads every byte of a disk for a command: by the agent where one answers, else in a job of our own, and
// tells how far it is.
import { setTimeout as sleep } from 'node:timers/promises';
import { tell } from '../base/texts/tell.ts';
import { formatDuration, formatRate } from '../base/units.ts';
import type { DiskScan } from '../contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../contracts/facts/disks.ts';
import { valueOf } from '../contracts/reading.ts';
import type { CallRoute, FactsSource } from '../contracts/source.ts';
import { startScan } from '../disks/scan-disk.ts';
import { createMachine } from '../host/machine.ts';
import type { CommandContext } from './command.ts';
import { ownProgram } from './own-program.ts';

const ASK_DEADLINE_MS = 8000;
const ASK_AGAIN_MS = 1000;

export async function scanDevice(
  source: FactsSource,
  device: BlockDevice,
  context: CommandContext,
): Promise<DiskScan> {
  const tellProgress = createTeller(device, context);
  const { call } = source;
  return call === undefined
    ? scanHere(device, tellProgress)
    : scanByAgent({ source, call, device, tellProgress });
}

type TellProgress = (scan: DiskScan) => void;

async function scanHere(device: BlockDevice, tellProgress: TellProgress): Promise<DiskScan> {
  const machine = createMachine();
  return startScan({ own: ownProgram(), machine, device, idle: false, onProgress: tellProgress }).done;
}

/** It goes on there when we are gone. */
async function scanByAgent(options: {
  readonly source: FactsSource;
  readonly call: CallRoute;
  readonly device: BlockDevice;
  readonly tellProgress: TellProgress;
}): Promise<DiskScan> {
  const { source, call, device, tellProgress } = options;
  const answer = await call('scanDisk', { body: { device: device.path } });
  let { scan } = answer.device;
  while (scan === null || scan.state === 'running' || scan.state === 'stalled') {
    if (scan !== null) tellProgress(scan);
    await sleep(ASK_AGAIN_MS);
    const flags = valueOf(await source.read('disk_flags', { signal: AbortSignal.timeout(ASK_DEADLINE_MS) }));
    scan = flags?.flags.find(({ name }) => name === device.name)?.scan ?? scan;
  }
  return scan;
}

/** A line for every whole percent, and one when nothing comes any more. */
function createTeller(device: BlockDevice, { text, err }: CommandContext): TellProgress {
  const { path } = device;
  let told: string | undefined;
  return ({ state, bytes_done, bytes_total, rate, left_s }) => {
    const percent = bytes_total === 0 ? 0 : Math.floor((bytes_done / bytes_total) * 100);
    const about = state === 'stalled' ? state : String(percent);
    if (about === told) return;
    told = about;
    if (state === 'stalled') return err.line(text('disks-scan.stalled', { path }));
    const params = { path, done_percent: percent };
    if (rate === null || left_s === null)
      return err.line(tell(text, { text: 'disks-scan.progress.soon', params }));
    const pace = {
      rate: formatRate(rate, text.language),
      left: formatDuration(left_s * 1000, text.language),
    };
    err.line(tell(text, { text: 'disks-scan.progress', params: { ...params, ...pace } }));
  };
}
