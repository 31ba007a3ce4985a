// The folders that are the agent's own: in which it keeps what it remembers, and in which its sockets stand.
import { mkdirSync, statSync } from 'node:fs';
import { ActionableError, messageOf } from '../base/errors.ts';
import type { Text } from '../base/texts/text.ts';

/** Makes it when there is none. Whoever could write into it could decide for the agent: then it is refused. */
export function openOwnFolder(path: string, mode: number, text: Text): void {
  try {
    mkdirSync(path, { recursive: true, mode });
  } catch (error) {
    throw new ActionableError('failed', text('agent.folder.failed', { path, reason: messageOf(error) }), {
      cause: error,
    });
  }
  const found = statSync(path);
  if ((found.mode & 0o022) === 0 && found.uid === process.geteuid?.()) return;
  throw new ActionableError('failed', text('agent.folder.open', { path }), {
    hint: text('agent.folder.open.hint', { path }),
  });
}
