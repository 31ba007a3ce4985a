// The token log: looked at anew whenever the file changed. A token that was minted by whomever works at the
// very next request; one that was revoked works no more, where another process did it after two milliseconds.
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  type BigIntStats,
  type Stats,
} from 'node:fs';
import { appendFile } from '../../base/append-file.ts';
import type { Clock } from '../../base/clock.ts';
import { errnoOf } from '../../base/errors.ts';
import type { TokenRow } from '../../contracts/routes.ts';
import { storeFailed, storing } from '../../daemon/store-failed.ts';
import { makeToken, matchToken, readTokens, revocationLine, type TokensRead } from './token-line.ts';

const BELIEVED_MS = 2;
const MAX_BYTES = 16n * 1024n * 1024n;
type LogRead = TokensRead & { readonly unusable?: string };
const NOTHING: LogRead = { tokens: new Map(), problems: [] };

export type TokenLog = {
  readonly find: (secret: string) => { readonly vmid: number; readonly id: string } | undefined;
  readonly list: () => readonly TokenRow[];
  readonly countValid: (vmid: number) => number;
  readonly validVmids: () => ReadonlySet<number>;
  /** Throws `E_STORE` when the file is not used, so that nothing can be minted. */
  readonly demandUsable: () => void;
  readonly mint: (prepared: PreparedToken) => Promise<void>;
  readonly revoke: (tokens: readonly Pick<TokenRow, 'id' | 'vmid'>[]) => Promise<void>;
  readonly validIds: () => readonly string[];
  /** Why the file as a whole is not used, or nothing. */
  readonly trouble: () => string | undefined;
};

export type PreparedToken = { readonly id: string; readonly secret: string; readonly line: string };
export const prepareToken = (vmid: number, clock: Clock): PreparedToken => makeToken(vmid, clock.now());

export function createTokenLog({
  path,
  clock,
  onProblem,
}: {
  readonly path: string;
  readonly clock: Clock;
  readonly onProblem: (problem: string) => void;
}): TokenLog {
  let seen: Stats | undefined;
  let read: LogRead | undefined;
  /** When each was last used, since this agent started. */
  const used = new Map<string, number>();

  /** Until then a known token is believed: a look at the file costs a fifth of a whole request. */
  let believedUntil = Number.NEGATIVE_INFINITY;

  // Synchronous: the file is small, local and ours, and requests of guests wait for it.
  const look = (): LogRead => {
    const now = statOf(path);
    believedUntil = clock.monotonic() + BELIEVED_MS;
    if (read !== undefined && isSame(seen, now)) return read;
    read = readLog(path);
    // As it was before: what was added while it was read is read again.
    seen = now;
    for (const problem of read.problems) onProblem(`local-tokens.log: ${problem}`);
    return read;
  };
  const demandUsable = (): void => {
    const { unusable } = look();
    if (unusable !== undefined) throw storeFailed('the token log', new Error(unusable));
  };
  const append = async (lines: string): Promise<void> => {
    await storing('the token log', async () => {
      demandUsable();
      believedUntil = Number.NEGATIVE_INFINITY;
      await appendFile(path, `${endsWithLine(path) ? '' : '\n'}${lines}`);
      believedUntil = Number.NEGATIVE_INFINITY;
    });
  };
  const list = (): readonly TokenRow[] =>
    [...look().tokens.values()].map(({ id, vmid, created, revoked }) => ({
      id,
      vmid,
      created,
      revoked,
      last_used: used.get(id) ?? null,
    }));
  const valid = () => list().filter(({ revoked }) => revoked === null);

  return {
    find: (secret) => {
      // Who is not known is looked for in the file as it is now.
      const believed =
        read !== undefined && clock.monotonic() < believedUntil ? matchToken(read.tokens, secret) : undefined;
      const token = believed ?? matchToken(look().tokens, secret);
      if (token === undefined) return undefined;
      used.set(token.id, clock.now());
      return { vmid: token.vmid, id: token.id };
    },
    list,
    countValid: (vmid) => valid().filter((token) => token.vmid === vmid).length,
    validVmids: () => new Set(valid().map(({ vmid }) => vmid)),
    demandUsable,
    mint: async ({ line }) => append(line),
    revoke: async (tokens) =>
      append(tokens.map(({ vmid, id }) => revocationLine(vmid, id, clock.now())).join('')),
    validIds: () => valid().map(({ id }) => id),
    trouble: () => {
      const { unusable } = look();
      return unusable === undefined ? undefined : `local-tokens.log: ${unusable}`;
    },
  };
}

/** Undefined also when it cannot be told: then nobody is let in. */
function statOf(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

/** Times are finer than a millisecond here. */
const isSame = (one: Stats | undefined, other: Stats | undefined): boolean =>
  one?.ino === other?.ino &&
  one?.size === other?.size &&
  one?.ctimeMs === other?.ctimeMs &&
  one?.mtimeMs === other?.mtimeMs &&
  one?.mode === other?.mode &&
  one?.uid === other?.uid &&
  one?.dev === other?.dev;

/** Nobody is let in by a file that others could have written or read. */
function readLog(path: string): LogRead {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    const errno = errnoOf(error) ?? 'unreadable';
    return errno === 'ENOENT' ? NOTHING : refused(`not used: ${errno === 'ELOOP' ? 'it is a link' : errno}`);
  }
  try {
    const why = unfit(fstatSync(file, { bigint: true }));
    return why === undefined ? readTokens(readFileSync(file, 'utf8')) : refused(`not used: ${why}`);
  } catch (error) {
    return refused(`not used: ${errnoOf(error) ?? 'unreadable'}`);
  } finally {
    closeSync(file);
  }
}

const refused = (problem: string): LogRead => ({
  tokens: new Map(),
  problems: [problem],
  unusable: problem,
});

function unfit(file: BigIntStats): string | undefined {
  if (!file.isFile()) return 'it is no regular file';
  if ((file.mode & 0o077n) !== 0n) {
    return `its mode is ${(file.mode & 0o777n).toString(8)}, it must be 600: others could read or write it`;
  }
  if (file.uid !== BigInt(process.getuid?.() ?? 0)) return 'it belongs to somebody else';
  if (file.size > MAX_BYTES) return 'it is too large';
  return undefined;
}

/** After a torn line the next one must begin on its own. */
function endsWithLine(path: string): boolean {
  try {
    const text = readFileSync(path);
    return text.length === 0 || text.at(-1) === 0x0a;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return true;
    throw error;
  }
}
