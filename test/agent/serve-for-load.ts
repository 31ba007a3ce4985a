// The agent with all its parts and without limits on rates, for measuring how fast it answers: prints its
// port, a guest's token and the certificate's files as one line of JSON, and runs until its stdin closes.
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../../src/base/clock.ts';
import { createText } from '../../src/base/texts/text.ts';
import { defaultLimits } from '../../src/agent/limits.ts';
import { createLog } from '../../src/daemon/log.ts';
import { openPartsWith } from '../../src/agent/open-parts.ts';
import { startAgent } from '../../src/agent/start-agent.ts';
import { agentConfig } from '../../src/contracts/agent-config.ts';

const MAIN = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url));
const ENDLESS = { perS: 1e9, burst: 1e9 };

const folder = mkdtempSync(join(tmpdir(), 'felhom-load-'));
const config = agentConfig.parse({ state_dir: join(folder, 'state'), run_dir: join(folder, 'run') });
const agent = await startAgent({
  config: { ...config, local_api: { enable: true, listen_addr: '127.0.0.1:0' } },
  configPath: join(folder, 'agent.json'),
  version: '0.0.0-load',
  clock: systemClock,
  log: createLog('error'),
  text: createText('en'),
  env: {},
  limits: { ...defaultLimits, rates: { ...defaultLimits.rates, address: ENDLESS, guest: ENDLESS } },
  openParts: openPartsWith([process.execPath, MAIN], '0.0.0-load'),
});
const { port } = agent;
const stateDir = config.state_dir;
const token = await mintToken(join(config.run_dir, 'root.sock'));
process.stdout.write(`${JSON.stringify({ port, token, stateDir, pid: process.pid })}\n`);
process.stdin.resume().once('end', () => {
  void agent.stop().then(() => rmSync(folder, { recursive: true, force: true }));
});

async function mintToken(socketPath: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json' };
    const asking = request({ socketPath, method: 'POST', path: '/tokens', headers }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve(String(Object(JSON.parse(text)).token)));
    });
    asking.on('error', reject);
    asking.end('{"vmid":9200}');
  });
}
