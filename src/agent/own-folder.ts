// The folder in which the agent keeps what it remembers and what it must keep to itself.
import { mkdirSync, statSync } from 'node:fs';
import { ActionableError, messageOf } from '../base/errors.ts';
import type { Text } from '../base/texts/text.ts';

/** Makes it when there is none. Whoever could write into it could decide for the agent: then it is refused. */
export function openOwnFolder(path: string, text: Text): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ActionableError('failed', text('agent.folder.failed', { path, reason: messageOf(error) }), {
      cause: error,
    });
  }
  const { mode, uid } = statSync(path);
  if ((mode & 0o022) === 0 && uid === process.geteuid?.()) return;
  throw new ActionableError('failed', text('agent.folder.open', { path }), {
    hint: text('agent.folder.open.hint', { path }),
  });
}
