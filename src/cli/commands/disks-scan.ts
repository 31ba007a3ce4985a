// `felhom disks scan DEV`: reads every byte of a disk and tells whether all of them are zero. It only
// reads, so it needs no agent; where one answers, the agent does it and remembers.
import { ActionableError, EXIT, type ExitCode } from '../../base/errors.ts';
import { tell } from '../../base/texts/tell.ts';
import type { DiskScan } from '../../contracts/facts/disk-flags.ts';
import type { BlockDevice } from '../../contracts/facts/disks.ts';
import type { DisksScanOutput } from '../../contracts/outputs.ts';
import type { FactsSource } from '../../contracts/source.ts';
import type { Command, CommandContext } from '../command.ts';
import { findListed } from '../find-listed.ts';
import { deviceOf } from '../option-values.ts';
import { scanDevice } from '../scan-device.ts';

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
    const { text, out, clock } = context;
    const source = await context.openSource();
    try {
      const device = await findDevice(source, deviceOf(context), context);
      const scan = await scanDevice(source, device, context);
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

/** Only what is listed: no path of the caller's is ever resolved. */
async function findDevice(source: FactsSource, word: string, context: CommandContext): Promise<BlockDevice> {
  const { device } = await findListed(source, word, context);
  if (device !== undefined) return device;
  const { text } = context;
  throw new ActionableError('not-found', text('disks-scan.no-device', { device: word }), {
    hint: text('disks-scan.no-device.hint'),
  });
}
