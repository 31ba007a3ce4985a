// Operations as files: one each, written whole; a claim that can be made once; a journal of the run.
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { appendFile } from '../../base/append-file.ts';
import { createFile } from '../../base/create-file.ts';
import { errnoOf, messageOf } from '../../base/errors.ts';
import { readOwnFile } from '../../base/read-own-file.ts';
import { prepareFile, type PreparedFile } from '../../base/write-file.ts';
import { storedOperation, type JournalLine, type StoredOperation } from '../../contracts/stored-operation.ts';
import { storing } from '../../daemon/store-failed.ts';
import { journalLost, readJournal, type JournalTold } from './journal.ts';

export type OperationStore = {
  /** All that can be read, and what cannot. */
  readonly load: () => Promise<{
    readonly stored: readonly StoredOperation[];
    readonly problems: readonly string[];
  }>;
  /** Throws `E_STORE`; nothing has changed until `commit`. */
  readonly prepare: (stored: StoredOperation) => Promise<PreparedFile>;
  /** False when it was claimed before: it has run, or was about to. Throws `E_STORE`. */
  readonly claim: (id: string) => Promise<boolean>;
  readonly unclaim: (id: string) => Promise<void>;
  readonly claims: () => Promise<ReadonlySet<string>>;
  /** Comes back when the line is on the disk. Throws `E_STORE`. */
  readonly note: (id: string, line: JournalLine) => Promise<void>;
  readonly journal: (id: string) => Promise<JournalTold>;
  readonly remove: (id: string) => Promise<void>;
};

const NAME = /^(op_[0-9a-f]{24})\.json$/;

export function createOperationStore(stateFolder: string): OperationStore {
  const folder = join(stateFolder, 'operations');
  const claimFolder = join(stateFolder, 'claims');
  const fileOf = (id: string) => join(folder, `${id}.json`);
  const journalOf = (id: string) => join(folder, `${id}.journal`);
  const claimOf = (id: string) => join(claimFolder, id);
  /** Journals whose last line may be torn: the next one must begin on its own. */
  const torn = new Set<string>();

  return {
    load: async () => {
      const stored: StoredOperation[] = [];
      const problems: string[] = [];
      for (const name of await namesIn(folder)) {
        const id = NAME.exec(name)?.[1];
        if (id === undefined) continue;
        try {
          const entry = storedOperation.parse(JSON.parse(await read(join(folder, name))));
          if (entry.operation.id !== id) throw new Error('it holds another operation');
          stored.push(entry);
        } catch (error) {
          problems.push(`operations/${name} cannot be used: ${errnoOf(error) ?? messageOf(error)}`);
        }
      }
      return { stored, problems };
    },
    prepare: async (stored) =>
      storing('an operation', async () =>
        prepareFile(fileOf(stored.operation.id), `${JSON.stringify(stored)}\n`),
      ),
    claim: async (id) => storing('a claim', async () => createFile(claimOf(id), '')),
    unclaim: async (id) => storing('a claim', async () => rm(claimOf(id), { force: true })),
    claims: async () => new Set(await namesIn(claimFolder)),
    note: async (id, line) =>
      storing('the journal', async () => {
        const before = torn.has(id) ? '\n' : '';
        torn.add(id);
        await appendFile(journalOf(id), `${before}${JSON.stringify(line)}\n`);
        torn.delete(id);
      }),
    journal: async (id) => {
      try {
        return readJournal(await read(journalOf(id)));
      } catch (error) {
        return journalLost(errnoOf(error) ?? messageOf(error));
      }
    },
    // The claim last: as long as the operation could be found, it could not run again.
    remove: async (id) => {
      await rm(fileOf(id), { force: true });
      await rm(journalOf(id), { force: true });
      await rm(claimOf(id), { force: true });
    },
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).toSorted();
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function read(path: string): Promise<string> {
  const bytes = await readOwnFile(path);
  if (bytes === undefined) throw new Error('it is not there');
  return bytes.toString('utf8');
}
