// A door that is a Unix socket: who gets in is a matter of its file's rights, from its first moment on.
import { createServer } from 'node:http';
import { chmod, chown, lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ActionableError, errnoOf } from '../../base/errors.ts';
import { BINDING_PREFIX, BOUND_NAME, clearBindings } from './clear-bindings.ts';
import { closeDoor, httpOptions, listenAt, prepareDoor, type Door, type DoorTools } from './door.ts';

/** `sun_path` of unix(7), with its closing zero. */
const MAX_SOCKET_PATH = 107;

export async function openUnixDoor<D extends string>(
  kind: D,
  path: string,
  owner: { readonly mode: number; readonly gid: number },
  tools: DoorTools<D>,
): Promise<Door<D>> {
  const { text } = tools;
  const server = createServer(httpOptions(tools.limits));
  const sockets = prepareDoor(server, kind, tools, { secure: false });
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o755 });
  await clearBindings(folder, tools.clock);
  // Bound where only root gets in, and moved into place with its rights: nobody can connect before. The
  // move also takes the place of what a daemon that was killed has left.
  // Inside the folder: beside it may be another file system, across which nothing can be renamed.
  const binding = await mkdtemp(join(folder, BINDING_PREFIX));
  try {
    const early = join(binding, BOUND_NAME);
    for (const long of [early, path]) {
      if (Buffer.byteLength(long) <= MAX_SOCKET_PATH) continue;
      throw new ActionableError('settings', text('agent.socket.long', { path: long }), {
        hint: text('agent.socket.long.hint'),
      });
    }
    await listenAt(server, { path: early }, text);
    await chown(early, 0, owner.gid).catch((error: unknown) => {
      // Not root: a rehearsal of one person's own, who owns the socket anyway.
      if (errnoOf(error) !== 'EPERM') throw error;
    });
    await chmod(early, owner.mode);
    await rename(early, path);
  } finally {
    await rm(binding, { recursive: true, force: true });
  }
  const mine = (await lstat(path)).ino;
  return {
    kind,
    close: async (patienceMs) => {
      const there = await lstat(path).catch(() => undefined);
      if (there?.ino === mine) await rm(path, { force: true });
      await closeDoor(server, sockets, patienceMs);
    },
  };
}
