// A controller that is killed (SIGKILL) at a stage of what it does: one argument, JSON.
import { join } from 'node:path';
import { systemClock } from '../../../src/base/clock.ts';
import { parseJson } from '../../../src/base/parse-json.ts';
import { createDockerEngine } from '../../../src/clients/docker-engine.ts';
import { controllerConfig } from '../../../src/contracts/controller-config.ts';
import { openMemory } from '../../../src/controller/loop/memory-file.ts';
import { createReconciler } from '../../../src/controller/loop/reconciler.ts';
import { createLedger } from '../../../src/daemon/ledger/ledger.ts';
import { createLog } from '../../../src/daemon/log.ts';
import { SECRETS } from '../example-config.ts';
import { dieOrder } from './die-order.ts';

const order = dieOrder.parse(parseJson(process.argv[2] ?? ''));
const config = controllerConfig.parse(order.config);
const log = createLog('error', { write: (line) => void process.stderr.write(line) });
const { dataFolder } = order;

createReconciler({
  engine: createDockerEngine({ socketPath: order.socketPath }),
  book: { current: () => config, onChange: () => () => {} },
  memory: await openMemory(join(dataFolder, 'memory.json'), log),
  ledger: createLedger({ path: join(dataFolder, 'ledger'), clock: systemClock, onChange: () => {} }),
  secrets: SECRETS,
  clock: systemClock,
  log,
  dataFolder,
  container: null,
  given: { hostname: 'test', bootstrapFolder: '/etc/felhom-bootstrap', dataFolder },
  settleS: order.settleS,
  onStage: (stage) => {
    if (stage === order.stage) process.kill(process.pid, 'SIGKILL');
  },
});
