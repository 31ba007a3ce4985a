// A socket before Docker's own that counts what is asked there, and can refuse a path.
import { createServer, request, type ServerResponse } from 'node:http';
import { rm } from 'node:fs/promises';

export type TappedSocket = {
  readonly socketPath: string;
  /** `GET /containers/json`, in order. */
  readonly asked: string[];
  /** Answers that are still going on. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
};

export async function tapSocket(
  dockerSocket: string,
  options: { readonly refuse?: string } = {},
): Promise<TappedSocket> {
  const socketPath = `${dockerSocket}.tapped`;
  const asked: string[] = [];
  const open = new Set<ServerResponse>();
  const server = createServer((incoming, response) => {
    const path = (incoming.url ?? '').replace(/\?.*/, '');
    asked.push(`${incoming.method ?? ''} ${path}`);
    if (path === options.refuse) {
      response.writeHead(404).end('{"message":"page not found"}');
      return;
    }
    open.add(response);
    response.once('close', () => open.delete(response));
    const { method, url, headers } = incoming;
    const sent = request({ socketPath: dockerSocket, method, path: url, headers, agent: false }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      response.flushHeaders();
      answer.pipe(response);
      answer.once('error', () => response.destroy());
    });
    sent.once('error', () => response.destroy());
    response.once('close', () => sent.destroy());
    incoming.pipe(sent);
  });
  await new Promise<void>((done) => server.listen(socketPath, done));
  return {
    socketPath,
    asked,
    open: () => open.size,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(socketPath, { force: true });
    },
  };
}
