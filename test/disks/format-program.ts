// The job process of the tests: as `felhom disk-job`, with an examination that knows loop devices.
import { createInterface } from 'node:readline';
import { runDiskJob } from '../../src/disks/disk-job.ts';
import { createMachine } from '../../src/host/machine.ts';
import { createStandIn } from './stand-in-examine.ts';

const machine = createMachine();
const lines = createInterface({ input: process.stdin });
lines.on('close', () => process.exit(5));
await runDiskJob(lines, (report) => void process.stdout.write(`${JSON.stringify(report)}\n`), {
  machine,
  createExamine: () => createStandIn(machine),
});
process.stdout.write('', () => process.exit(0));
