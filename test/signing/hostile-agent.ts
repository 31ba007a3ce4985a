// An ssh-agent that answers what the test wants: bytes of its own choice, at its own pace, or nothing.
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { wireString, wireUint32 } from '../../src/signing/wire.ts';
import { makeSigningFolder } from './keys.ts';

export type HostileAgent = {
  readonly socket: string;
  /** Of the messages that came, in their order. */
  readonly asked: Buffer[];
  /** Resolves when nobody is connected any more. */
  readonly alone: () => Promise<void>;
};

/** `answer` gets each whole message without its length, and writes what it likes. */
export async function startHostileAgent(
  answer: (message: Buffer, socket: Socket) => void,
  greet: (socket: Socket) => void = () => {},
): Promise<HostileAgent> {
  const path = join(makeSigningFolder(), 'agent.sock');
  const asked: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
    greet(socket);
    let received = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      for (;;) {
        if (received.length < 4 || received.length < 4 + received.readUInt32BE()) return;
        const message = received.subarray(4, 4 + received.readUInt32BE());
        received = received.subarray(4 + message.length);
        asked.push(message);
        answer(message, socket);
      }
    });
  });
  server.listen(path);
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return {
    socket: path,
    asked,
    alone: async () => {
      for (let tries = 0; sockets.size > 0; tries += 1) {
        if (tries > 200) throw new Error(`${sockets.size} connections stay`);
        await sleep(10);
      }
    },
  };
}

/** A message with its true length before it. */
export const framed = (...parts: readonly Uint8Array[]): Buffer => wireString(Buffer.concat(parts));

export const identities = (...keys: readonly (readonly [blob: Uint8Array, comment: string])[]): Buffer =>
  framed(
    Buffer.of(12),
    wireUint32(keys.length),
    ...keys.flatMap(([blob, comment]) => [wireString(blob), wireString(comment)]),
  );
