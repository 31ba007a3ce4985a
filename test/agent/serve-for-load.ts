// An agent without limits on rates, for measuring how fast it answers: prints its port and a guest's token as
// one line of JSON, and runs until its parent closes its stdin.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/base/clock.ts';
import { createText } from '../../src/base/texts/text.ts';
import { defaultLimits } from '../../src/agent/limits.ts';
import { createLog } from '../../src/agent/log.ts';
import { startAgent } from '../../src/agent/start-agent.ts';
import { withoutParts } from './without-parts.ts';
import { agentConfig } from '../../src/contracts/agent-config.ts';

const TOKEN = 'a-token-for-measuring';
const ENDLESS = { perS: 1e9, burst: 1e9 };

const folder = mkdtempSync(join(tmpdir(), 'felhom-load-'));
const agent = await startAgent({
  config: {
    ...agentConfig.parse({ state_dir: join(folder, 'state'), run_dir: join(folder, 'run') }),
    local_api: { enable: true, listen_addr: '127.0.0.1:0' },
  },
  configPath: join(folder, 'agent.json'),
  version: '0.0.0-load',
  clock: systemClock,
  log: createLog('error'),
  text: createText('en'),
  env: {},
  limits: { ...defaultLimits, rates: { ...defaultLimits.rates, address: ENDLESS, guest: ENDLESS } },
  openParts: async (tools) => ({
    ...(await withoutParts(tools)),
    findToken: (secret) => (secret === TOKEN ? { vmid: 9200, id: 'load' } : undefined),
  }),
});
process.stdout.write(`${JSON.stringify({ port: agent.port, token: TOKEN, pid: process.pid })}\n`);
process.stdin.resume().once('end', () => {
  void agent.stop().then(() => rmSync(folder, { recursive: true, force: true }));
});
