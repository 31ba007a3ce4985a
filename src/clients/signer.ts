// The door to whoever can sign here: the ssh-agent that this process was given. What talks to it is loaded
// when it is used, for the console opens long before anybody signs.
import type { Signer } from '../contracts/signer.ts';

/** Never fails by itself: that there is no ssh-agent is told by whoever is asked for keys. */
export function createSigner(env: Readonly<Record<string, string | undefined>>): Signer {
  const open = async () => {
    const { createSshAgent } = await import('../signing/ssh-agent.ts');
    return createSshAgent({ socketPath: env['SSH_AUTH_SOCK'] });
  };
  return {
    listKeys: async (signal) => (await open()).listKeys(signal),
    sign: async (...request) => (await open()).sign(...request),
  };
}
