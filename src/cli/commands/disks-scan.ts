// `felhom disks scan DEV`: reads every byte of a disk and tells whether all of them are zero. It only
// reads, so it needs no agent; where one answers, the agent does it and remembers.
import { setTimeout as sleep } from 'node:timers/promises';
import { ActionableError, EXIT, type ExitCode } from '../../base/errors.ts';
import { tell } from '../../base/texts/tell.ts';
import { formatDuration, formatRate } from '../../base/units.ts';
import type { DiskScan } from '../../contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../../contracts/facts/disks.ts';
import type { DisksScanOutput } from '../../contracts/outputs.ts';
import { valueOf } from '../../contracts/reading.ts';
import type { CallRoute, FactsSource } from '../../contracts/source.ts';
import { startScan } from '../../disks/scan-disk.ts';
import { createMachine } from '../../host/machine.ts';
import type { Command, CommandContext } from '../command.ts';
import { ownProgram } from '../own-program.ts';

const ASK_DEADLINE_MS = 8000;
const ASK_AGAIN_MS = 1000;

const EXIT_BY_STATE = {
  zero: EXIT.ok,
  'not-zero': EXIT.findings,
  failed: EXIT.failed,
  cancelled: EXIT.failed,
  // Neither is an end.
  running: EXIT.failed,
  stalled: EXIT.failed,
} as const satisfies Record<DiskScan['state'], ExitCode>;

export const disksScanCommand: Command = {
  name: 'disks scan',
  summary: 'command.disks-scan',
  options: {},
  operands: [{ placeholder: 'DEV', required: true }],
  run: async (context) => {
    const { text, out, clock, operands } = context;
    const source = await context.openSource();
    try {
      const device = await findDevice(source, operands[0] ?? '', context);
      const tellProgress = createTeller(device, context);
      const { call } = source;
      const scan =
        call === undefined
          ? await scanHere(device, tellProgress)
          : await scanByAgent({ source, call, device, tellProgress });
      if (context.json) {
        const { name, path, durable_id } = device;
        const origin = { at: clock.now(), source: source.kind };
        const document: DisksScanOutput = {
          schema: 'felhom/disks-scan/1',
          ...origin,
          name,
          path,
          durable_id,
          scan,
        };
        out.json(document);
      } else {
        const { path } = device;
        const params = { path, total_bytes: scan.bytes_total, offset: scan.detail, reason: scan.detail };
        out.line(tell(text, { text: `disks-scan.${scan.state}`, params }));
      }
      return EXIT_BY_STATE[scan.state];
    } finally {
      source.close();
    }
  },
};

/** Only what is listed, and exactly as it is listed: no path of the caller's is ever resolved. */
async function findDevice(source: FactsSource, word: string, { text }: CommandContext): Promise<BlockDevice> {
  const reading = await source.read('disks', { signal: AbortSignal.timeout(ASK_DEADLINE_MS) });
  if (reading.state !== 'ok') {
    throw new ActionableError('failed', text('disks.unread', { reason: text(`reason.${reading.code}`) }));
  }
  const found = reading.value.devices.find(({ path, durable_id }) => path === word || durable_id === word);
  if (found !== undefined) return found;
  throw new ActionableError('not-found', text('disks-scan.no-device', { device: word }), {
    hint: text('disks-scan.no-device.hint'),
  });
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
