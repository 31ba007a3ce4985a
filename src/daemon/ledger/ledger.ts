// The ledger's file: one writer, each record on the disk before anything that it tells of is done. Where
// it cannot be written, nothing is done.
import { lstat } from 'node:fs/promises';
import { appendFile, FileChanged } from '../../base/append-file.ts';
import type { Clock } from '../../base/clock.ts';
import { errnoOf } from '../../base/errors.ts';
import { createInTurn } from '../../base/in-turn.ts';
import { readOwnFile } from '../../base/read-own-file.ts';
import type { LedgerAnchor, LedgerRecord } from '../../contracts/facts/ledger.ts';
import { storing } from '../store-failed.ts';
import { readChain, sealFragment, sealRecord, type ChainTold, type NewRecord } from './chain.ts';

export type Ledger = {
  /** Comes back when the record is on the disk; throws `E_STORE` when it cannot be. */
  readonly record: (entry: Omit<NewRecord, 'at'>) => Promise<LedgerRecord>;
  /** Reads the whole file and verifies it. */
  readonly verify: () => Promise<ChainTold>;
  /** The newest record, to be handed out: whoever keeps it finds out when the ledger is cut. */
  readonly anchor: () => Promise<LedgerAnchor>;
};

type Known = { readonly last: LedgerAnchor; readonly length: number };

export function createLedger({
  path,
  clock,
  onChange,
}: {
  readonly path: string;
  readonly clock: Clock;
  readonly onChange: () => void;
}): Ledger {
  const inTurn = createInTurn();
  let known: Known | undefined;
  let told: { readonly stamp: string; readonly chain: ChainTold } | undefined;

  const verify = async (): Promise<ChainTold> => {
    const stamp = await stampOf(path);
    if (told?.stamp === stamp) return told.chain;
    const chain = readChain((await readBytes(path)).toString('utf8'));
    told = { stamp, chain };
    return chain;
  };

  /** What was torn off, by a crash or a full disk, is sealed before anything follows it. */
  const settle = async (): Promise<Known> => {
    const bytes = await readBytes(path);
    const text = bytes.toString('utf8');
    const { last, fragment } = readChain(text);
    // Not that of the text: a character may be torn in its middle.
    const { length } = bytes;
    const ended = text === '' || text.endsWith('\n');
    if (fragment === '') {
      return ended ? { last, length } : { last, length: await appendFile(path, '\n', { expected: length }) };
    }
    const repair = sealFragment(last, fragment, clock.now());
    const written = await appendFile(path, `${ended ? '' : '\n'}${repair.line}`, { expected: length });
    return { last: anchorOf(repair.record), length: written };
  };

  const write = async (entry: Omit<NewRecord, 'at'>): Promise<LedgerRecord> => {
    const { last, length } = known ?? (await settle());
    // Until it is written whole, what stands there is unknown.
    known = undefined;
    const { line, record } = sealRecord(last, { ...entry, at: clock.now() });
    known = { last: anchorOf(record), length: await appendFile(path, line, { expected: length }) };
    return record;
  };

  return {
    record: async (entry) => {
      const record = await inTurn(async () =>
        storing('the ledger', async () => {
          try {
            return await write(entry);
          } catch (error) {
            if (!(error instanceof FileChanged)) throw error;
            // Somebody else wrote to it or cut it: the chain goes on from what stands there, and tells.
            return await write(entry);
          }
        }),
      );
      onChange();
      return record;
    },
    verify: async () => storing('the ledger', verify),
    anchor: async () => inTurn(async () => storing('the ledger', async () => (await verify()).last)),
  };
}

const anchorOf = ({ n, hash }: LedgerRecord): LedgerAnchor => ({ n, hash });

const readBytes = async (path: string): Promise<Buffer> => (await readOwnFile(path)) ?? Buffer.alloc(0);

async function stampOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await lstat(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(' ');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'none';
    throw error;
  }
}
