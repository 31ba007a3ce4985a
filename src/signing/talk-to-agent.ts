// One connection to an ssh-agent: a message there, a message back, each with its length before it
// (draft-miller-ssh-agent). Whoever answers is foreign: it may hang, drip, lie about lengths or fall silent.
import { createConnection, type Socket } from 'node:net';
import { errnoOf } from '../base/errors.ts';
import { agentError } from './agent-error.ts';

/** As ssh-agent(1) itself; a length is judged before anything is kept for it. */
const MAX_ANSWER_BYTES = 256 * 1024;
const LENGTH_BYTES = 4;

export type Conversation = {
  /** The answer without its length; empty never. */
  readonly ask: (message: Uint8Array) => Promise<Buffer>;
};

export type ConversationLimits = {
  /** For all that is said. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
};

/** Whatever comes of `talk`, no socket and no timer stay behind. */
export async function talkToAgent<T>(
  socketPath: string | undefined,
  { deadlineMs, signal }: ConversationLimits,
  talk: (conversation: Conversation) => Promise<T>,
): Promise<T> {
  if (socketPath === undefined || socketPath === '')
    throw agentError('E_AGENT_NONE', 'SSH_AUTH_SOCK is not set');
  if (signal.aborted) throw agentError('E_AGENT_CANCELLED', 'given up before it began');
  const socket = openSocket(socketPath);
  let timer: NodeJS.Timeout | undefined;
  let onAbort = () => {};
  const ended = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(agentError('E_AGENT_TIMEOUT', `the ssh-agent did not answer within ${deadlineMs} ms`)),
      deadlineMs,
    );
    onAbort = () => reject(agentError('E_AGENT_CANCELLED', 'given up'));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([talk(converse(socket, socketPath)), ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
    socket.destroy();
  }
}

/** A path that cannot be one of a socket is refused by Node at once, instead of by an event. */
function openSocket(path: string): Socket {
  try {
    return createConnection({ path });
  } catch (error) {
    throw cannotConnect(path, error);
  }
}

function converse(socket: Socket, path: string): Conversation {
  let received: Buffer[] = [];
  let receivedBytes = 0;
  let wanted: number | undefined;
  let failure: Error | undefined;
  let waiting:
    | { readonly resolve: (answer: Buffer) => void; readonly reject: (why: Error) => void }
    | undefined;

  const fail = (why: Error) => {
    failure ??= why;
    socket.destroy();
    waiting?.reject(failure);
    waiting = undefined;
  };
  const take = () => {
    if (wanted === undefined) {
      if (receivedBytes < LENGTH_BYTES) return;
      wanted = Buffer.concat(received).readUInt32BE();
      if (wanted === 0 || wanted > MAX_ANSWER_BYTES) {
        fail(agentError('E_AGENT_PROTOCOL', `the ssh-agent announced an answer of ${wanted} bytes`));
        return;
      }
    }
    const bytes = LENGTH_BYTES + wanted;
    if (receivedBytes < bytes) return;
    if (receivedBytes > bytes) {
      fail(agentError('E_AGENT_PROTOCOL', 'the ssh-agent said more than it was asked'));
      return;
    }
    const answer = Buffer.concat(received).subarray(LENGTH_BYTES);
    received = [];
    receivedBytes = 0;
    wanted = undefined;
    waiting?.resolve(answer);
    waiting = undefined;
  };

  let connected = false;
  socket.on('connect', () => {
    connected = true;
  });
  socket.on('data', (chunk: Buffer) => {
    if (waiting === undefined) {
      fail(agentError('E_AGENT_PROTOCOL', 'the ssh-agent spoke without being asked'));
      return;
    }
    received.push(chunk);
    receivedBytes += chunk.length;
    take();
  });
  socket.on('error', (error) => {
    fail(
      connected
        ? agentError('E_AGENT_GONE', `the ssh-agent at ${path}: ${error.message}`, error)
        : cannotConnect(path, error),
    );
  });
  socket.on('close', () => {
    fail(
      receivedBytes > 0
        ? agentError('E_AGENT_PROTOCOL', 'the ssh-agent closed the connection in the middle of an answer')
        : agentError('E_AGENT_GONE', `the ssh-agent at ${path} closed the connection without an answer`),
    );
  });

  return {
    ask: async (message) =>
      new Promise<Buffer>((resolve, reject) => {
        if (failure !== undefined) {
          reject(failure);
          return;
        }
        waiting = { resolve, reject };
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32BE(message.length);
        socket.write(Buffer.concat([length, message]));
      }),
  };
}

const CLOSED = new Set(['EACCES', 'EPERM']);

function cannotConnect(path: string, error: unknown): Error {
  const errno = errnoOf(error) ?? 'failed';
  return agentError(
    CLOSED.has(errno) ? 'E_AGENT_PERMISSION' : 'E_AGENT_GONE',
    `the ssh-agent at ${path} cannot be reached (${errno})`,
    error,
  );
}
