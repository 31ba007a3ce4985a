// What a guest was told of its host's agent: `/etc/felhom-bootstrap/bootstrap.json`. It holds secrets:
// nothing of it but the endpoint is ever told.
import { bootstrap } from '../contracts/controller-config.ts';
import { splitEndpoint, type AgentAddress } from './agent-address.ts';
import { BadBootstrap, parseBootstrap, readBootstrapText } from './bootstrap-file.ts';

/** Only of this part: whoever looks for the agent needs no hub that is right. */
const agentPart = bootstrap.pick({ local_api: true }).required();

export async function readBootstrap(path: string, uid?: number): Promise<AgentAddress> {
  const text = await readBootstrapText(path, uid);
  if (text === undefined) throw new BadBootstrap('ENOENT');
  const { endpoint, fingerprint, token } = parseBootstrap(text, agentPart).local_api;
  if (splitEndpoint(endpoint) === undefined) {
    throw new BadBootstrap('local_api.endpoint: needs an address and a port');
  }
  return { kind: 'https', endpoint, fingerprint, token };
}
