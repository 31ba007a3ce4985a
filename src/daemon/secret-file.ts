// Files of the agent that hold a secret: its own, of mode 0600, or not used at all.
import { closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { ActionableError, errnoOf, messageOf } from '../base/errors.ts';
import type { Text } from '../base/texts/text.ts';
import { writeFileWhole } from '../base/write-file.ts';

const MAX_BYTES = 64 * 1024;

/** Undefined when there is none. What others can read is no secret any more: it is refused. */
export function readSecretFile(path: string, text: Text): string | undefined {
  let file: number;
  try {
    // No link is followed, and a FIFO in its place opens at once.
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw brokenSecret(path, messageOf(error), text);
  }
  try {
    const { mode, uid, size } = fstatSync(file);
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw brokenSecret(path, 'no file', text);
    if (size > MAX_BYTES) throw brokenSecret(path, 'too large', text);
    if ((mode & 0o077) !== 0 || uid !== process.geteuid?.()) {
      throw new ActionableError('failed', text('agent.secret.open', { path }), {
        hint: text('agent.secret.open.hint', { path }),
      });
    }
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(file);
  }
}

/** The secret that stands there, or a new one that is written there first. */
export async function keepSecret(path: string, make: () => string, text: Text): Promise<string> {
  const kept = readSecretFile(path, text)?.trim();
  if (kept !== undefined && kept !== '') return kept;
  const made = make();
  await writeFileWhole(path, `${made}\n`);
  return made;
}

export const brokenSecret = (path: string, reason: string, text: Text): ActionableError =>
  new ActionableError('failed', text('agent.secret.broken', { path, reason }), {
    hint: text('agent.secret.broken.hint'),
  });
