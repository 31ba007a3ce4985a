// `felhom disk-job`: the process in which a disk is read or formatted. Started by felhom itself, never by a
// person; it takes one order on stdin and answers in JSON lines.
import { createInterface } from 'node:readline';
import { EXIT } from '../../base/errors.ts';
import type { Command } from '../command.ts';

const EXAMINE_DEADLINE_MS = 120_000;

export const diskJobCommand: Command = {
  name: 'disk-job',
  summary: 'command.disk-job',
  options: {},
  operands: [],
  run: async () => {
    const { runDiskJob } = await import('../../disks/disk-job.ts');
    const { createMachine } = await import('../../host/machine.ts');
    const { createFlagger } = await import('../../disks/create-flagger.ts');
    const { createReceipts } = await import('../../disks/receipts.ts');
    const machine = createMachine();
    const lines = createInterface({ input: process.stdin });
    // Whoever started it is gone, and nobody writes the journal: nothing may go on.
    lines.on('close', () => process.exit(EXIT.failed));
    await runDiskJob(lines, (report) => void process.stdout.write(`${JSON.stringify(report)}\n`), {
      machine,
      createExamine: ({ allowLoop }) => {
        const { examine } = createFlagger({ machine, receipts: createReceipts(), allowLoop });
        return async (name, { claimed }) => {
          const seen = await examine(name, { claimed, signal: AbortSignal.timeout(EXAMINE_DEADLINE_MS) });
          if (seen.state === 'ok') return seen.value;
          throw new Error(`${name} could not be examined: ${seen.code} ${seen.detail}`);
        };
      },
    });
    return EXIT.ok;
  },
};
