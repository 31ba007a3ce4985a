// Where an agent should be, by what lies on this machine: a look at a few files, nobody is asked. It
// stands at the very start of the console, so it loads next to nothing.
import { statSync } from 'node:fs';
import { DEFAULT_BOOTSTRAP } from '../contracts/controller-files.ts';
import { isThere } from './is-there.ts';

const ROOT_SOCKET = '/run/felhom-agent/root.sock';
const GROUP_SOCKET = '/run/felhom-agent/agent.sock';

/** A socket, or the file that tells a guest where its host's agent is. */
export type AgentPlace = { readonly kind: 'socket' | 'bootstrap'; readonly path: string };

export type AgentPaths = {
  readonly rootSocket: string;
  readonly groupSocket: string;
  readonly bootstrap: string;
};

/** Nothing where there is no sign of an agent. */
export function findAgent(
  uid = process.getuid?.(),
  paths: AgentPaths = { rootSocket: ROOT_SOCKET, groupSocket: GROUP_SOCKET, bootstrap: DEFAULT_BOOTSTRAP },
): AgentPlace | undefined {
  const socket = uid === 0 ? paths.rootSocket : paths.groupSocket;
  if (isThere(socket)) return { kind: 'socket', path: socket };
  return isThere(paths.bootstrap) ? { kind: 'bootstrap', path: paths.bootstrap } : undefined;
}

/** What stands at a path that somebody named; a file is a bootstrap file, anything else must be a socket. */
export const placeAt = (path: string): AgentPlace => ({
  kind: statSync(path, { throwIfNoEntry: false })?.isFile() === true ? 'bootstrap' : 'socket',
  path,
});
