// `felhom disk-job`: the process in which a disk is read or formatted. Started by felhom itself, never by a
// person; it takes one order on stdin and answers in JSON lines.
import { createInterface } from 'node:readline';
import { EXIT } from '../../base/errors.ts';
import type { Command } from '../command.ts';

export const diskJobCommand: Command = {
  name: 'disk-job',
  summary: 'command.disk-job',
  options: {},
  operands: [],
  run: async () => {
    const { runDiskJob } = await import('../../disks/disk-job.ts');
    const { createMachine } = await import('../../host/machine.ts');
    const { createJobExamine } = await import('../../disks/job-examine.ts');
    const machine = createMachine();
    const lines = createInterface({ input: process.stdin });
    // Whoever started it is gone, and nobody writes the journal: nothing may go on.
    lines.on('close', () => process.exit(EXIT.failed));
    await runDiskJob(lines, (report) => void process.stdout.write(`${JSON.stringify(report)}\n`), {
      machine,
      createExamine: createJobExamine(machine),
    });
    return EXIT.ok;
  },
};
