// A child that seeds controller.yaml and is killed at a stage of it: DATA BOOTSTRAP STAGE.
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { systemClock } from '../../src/base/clock.ts';
import { prepareFile } from '../../src/base/write-file.ts';
import { openConfigBook } from '../../src/controller/bootstrap/config-book.ts';
import { createLog } from '../../src/daemon/log.ts';

const [dataFolder = '', bootstrapPath = '', stage = ''] = process.argv.slice(2);
const die = () => process.kill(process.pid, 'SIGKILL');

await openConfigBook({
  dataFolder,
  bootstrapPath,
  clock: systemClock,
  log: createLog('error', { write: () => {} }),
  random: () => 1,
  writeFile: async (path, text, mode) => {
    if (stage === 'half') {
      const file = openSync(`${path}.0123456789ab.new`, 'wx', mode);
      writeSync(file, text.slice(0, text.length / 2));
      fsyncSync(file);
      closeSync(file);
      die();
    }
    const file = await prepareFile(path, text, mode);
    if (stage === 'prepared') die();
    await file.commit();
    if (stage === 'committed') die();
  },
});
