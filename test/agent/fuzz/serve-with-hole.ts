// The agent with all its parts and one hole of holes.ts, in a process of its own: prints its port and folders
// as one line of JSON, and runs until its stdin closes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLog } from '../../../src/daemon/log.ts';
import { openPartsWith } from '../../../src/agent/open-parts.ts';
import { startAgent } from '../../../src/agent/start-agent.ts';
import { systemClock } from '../../../src/base/clock.ts';
import { createText } from '../../../src/base/texts/text.ts';
import { agentConfig } from '../../../src/contracts/agent-config.ts';
import { HOLE_NAMES, holeOf } from './holes.ts';

const MAIN = fileURLToPath(new URL('../../../src/cli/main.ts', import.meta.url));
const [, , folder = '', wanted] = process.argv;

const name = HOLE_NAMES.find((one) => one === wanted);
if (name === undefined) throw new Error(`no hole is called ${String(wanted)}`);
const hole = holeOf(name);
const openParts = openPartsWith([process.execPath, MAIN], '0.0.0-hole');
const disks = { allow_loop: true, auto_scan: false };
const config = agentConfig.parse({ state_dir: join(folder, 'state'), run_dir: join(folder, 'run'), disks });
const configPath = join(folder, 'agent.json');
writeFileSync(configPath, JSON.stringify({ disks }), { mode: 0o600 });
const agent = await startAgent({
  config: { ...config, local_api: { enable: true, listen_addr: '127.0.0.1:0' } },
  configPath,
  version: '0.0.0-hole',
  clock: systemClock,
  log: createLog('info', { write: (line) => void process.stderr.write(line) }),
  text: createText('en'),
  env: {},
  ...(hole.routes === undefined ? {} : { routes: hole.routes }),
  openParts: async (tools) => {
    const parts = await openParts(tools);
    return hole.parts === undefined ? parts : hole.parts(parts, tools);
  },
});
process.stdout.write(`${JSON.stringify({ port: agent.port })}\n`);
process.stdin.resume().once('end', () => void agent.stop());
