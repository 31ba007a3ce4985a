// What the reconciler remembers: `memory.json`, written whole. What cannot be read is said and begun anew, except
// which stacks folder is ours: that is not guessed, and nothing is made until a person says.
import { lstat } from 'node:fs/promises';
import { errnoOf, messageOf } from '../../base/errors.ts';
import { createInTurn } from '../../base/in-turn.ts';
import { parseJson } from '../../base/parse-json.ts';
import { readOwnFile } from '../../base/read-own-file.ts';
import { writeFileWhole } from '../../base/write-file.ts';
import { storedMemory } from '../../contracts/stored-memory.ts';
import type { Log } from '../../daemon/log.ts';
import type { Memory, PlanIssue } from '../plan/state.ts';
import { NO_MEMORY } from '../plan/transitions.ts';

export type MemoryFile = {
  readonly current: () => Memory;
  /** Known at once; written soon. What cannot be written stays an issue, and is tried again. */
  readonly change: (change: (memory: Memory) => Memory) => void;
  /** Comes back when all that is known is on the disk; throws the errno when it cannot be. */
  readonly keep: () => Promise<void>;
  /** Nothing was there: this controller starts for the first time. */
  readonly isNew: boolean;
  /**
   * Why it is not known which stacks folder is ours; null when it is. The file that cannot be read is never written
   * over: it would be forgotten at the next start. A person who knows the folder removes it.
   */
  readonly lost: () => Promise<string | null>;
  readonly issues: () => readonly PlanIssue[];
};

export async function openMemory(path: string, log: Log): Promise<MemoryFile> {
  const { memory, isNew, lost: lostAtStart } = await readMemory(path, log);
  let lost = lostAtStart;
  const inTurn = createInTurn();
  let current = memory;
  let written = memory;
  let failure: string | null = null;

  const stillLost = async () => {
    if (lost !== null && (await isGone(path))) lost = null;
    return lost;
  };
  const keep = async () =>
    inTurn(async () => {
      if (written === current) return;
      const text = current;
      try {
        if ((await stillLost()) !== null) throw new Error(`${path} cannot be read, and is not written over`);
        await writeFileWhole(path, `${JSON.stringify(text, undefined, 2)}\n`);
        written = text;
        failure = null;
      } catch (error) {
        failure = messageOf(error);
        throw error;
      }
    });

  return {
    current: () => current,
    change: (change) => {
      current = change(current);
      void keep().catch((error: unknown) => log.warn({ error: messageOf(error) }, 'memory.json not written'));
    },
    keep,
    isNew,
    lost: stillLost,
    issues: () =>
      failure === null
        ? []
        : [
            {
              code: 'memory-not-written',
              level: 'warn',
              subject: 'memory.json',
              text: 'What the controller remembers could not be written',
              hint: `${failure}; put the disk of the data folder right`,
              healsItself: true,
            },
          ],
  };
}

async function isGone(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return false;
  } catch (error) {
    return errnoOf(error) === 'ENOENT';
  }
}

async function readMemory(
  path: string,
  log: Log,
): Promise<{ readonly memory: Memory; readonly isNew: boolean; readonly lost: string | null }> {
  let why: string;
  try {
    const bytes = await readOwnFile(path);
    if (bytes === undefined) return { memory: NO_MEMORY, isNew: true, lost: null };
    const parsed = storedMemory.safeParse(parseJson(bytes.toString('utf8')));
    if (parsed.success) return { memory: parsed.data, isNew: false, lost: null };
    why = 'it holds no memory of ours';
  } catch (error) {
    why = messageOf(error);
  }
  log.error({ path, why }, 'memory.json cannot be read; pauses and back-offs begin anew');
  return { memory: NO_MEMORY, isNew: false, lost: `${path} cannot be read (${why})` };
}
