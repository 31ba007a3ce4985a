// Drives a format as the agent does, and writes its journal to stdout; the test kills it. At the stage of
// its second argument it says so and waits: before that stage is let go, or (third argument `after`) goes on.
import type { FormatOrder } from '../../src/disks/format-order.ts';
import { createRunFormat } from '../../src/disks/run-format.ts';
import { OWN } from './own-job.ts';

const [, , json = '', stopAt = '', when = 'before'] = process.argv;
const order: FormatOrder = JSON.parse(json);
const write = (entry: unknown) => void process.stdout.write(`${JSON.stringify(entry)}\n`);
const forever = async () => new Promise<never>(() => void setInterval(() => {}, 1e9));

const result = await createRunFormat(OWN)(
  order,
  {
    onStage: async (stage, dirty) => {
      write({ stage, dirty });
      if (stage === stopAt && when === 'before') await forever();
    },
    onLoop: async (loop) => {
      write({ loop });
      if (stopAt === 'loop') await forever();
    },
    onProgress: () => {},
  },
  new AbortController().signal,
);
write({ result });
