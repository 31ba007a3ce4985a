// Who holds a port that Docker says is taken? A container can be named, a process of the guest cannot be seen from
// here, and a port that nobody holds has leaked from Docker in a crash: no call frees it then.
import { messageOf } from '../../base/errors.ts';
import { EngineError, type Engine } from '../../clients/engine.ts';

const PORT = /(?:[\d.]+|\[[\da-f:]*\]|:::?):(\d{1,5})\b/;
const ALLOCATED = /port is already allocated/;

/** The message of `error`, and more where it is about a port. */
export async function explainPort(error: unknown, engine: Engine, signal: AbortSignal): Promise<string> {
  const message = messageOf(error);
  if (!(error instanceof EngineError) || error.kind !== 'port-taken') return message;
  const found = PORT.exec(message)?.[1];
  if (found === undefined) return message;
  const port = Number(found);
  if (!ALLOCATED.test(message)) {
    return `port ${port} of the guest is held by a program that Docker did not start: stop that program (${message})`;
  }
  try {
    const holder = (await engine.listContainers(signal)).find(
      ({ ports, state }) => ports.includes(port) && state === 'running',
    );
    return holder === undefined
      ? `port ${port} is held by no container: Docker lost it in a crash. Restart Docker in this guest, or the guest from its host (${message})`
      : `port ${port} is held by the container ${holder.name} (${message})`;
  } catch {
    return message;
  }
}
