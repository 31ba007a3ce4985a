// Tokens of guests as lines of the token log, apart from files. A token is a VMID, a name that tells
// nothing, and 256 random bits; the log holds a salted hash of it.
//
// The hash is one SHA-256 and no slow password hash: nobody can go through 2^256 secrets at any speed, and
// every request of every guest pays for it.
import { equalSecrets, randomHex, randomSecret, sha256 } from '../../base/digest.ts';
import { tokenLine, type TokenLine } from '../../contracts/token-line.ts';

const DOMAIN = 'felhom local token v1';
const SECRET = /^felhom_([1-9]\d{2,8})_([0-9a-f]{16})_[\w-]{43}$/;

export function makeToken(vmid: number, at: number): { id: string; secret: string; line: string } {
  const id = randomHex(8);
  const secret = `felhom_${vmid}_${id}_${randomSecret()}`;
  const salt = randomHex(16);
  const entry: TokenLine = { v: vmid, id, salt, hash: hashOf(salt, secret), at };
  return { id, secret, line: `${JSON.stringify(entry)}\n` };
}

export const revocationLine = (vmid: number, id: string, at: number): string => {
  const entry: TokenLine = { v: vmid, id, revoked: at };
  return `${JSON.stringify(entry)}\n`;
};

export type KnownToken = {
  readonly id: string;
  readonly vmid: number;
  readonly salt: string;
  readonly hash: string;
  readonly created: number;
  readonly revoked: number | null;
};

export type TokensRead = {
  readonly tokens: ReadonlyMap<string, KnownToken>;
  /** What was refused, and why; never any of its text. */
  readonly problems: readonly string[];
};

/** A line that cannot be used is refused alone. An id that was minted twice is nobody's. */
export function readTokens(text: string): TokensRead {
  const tokens = new Map<string, KnownToken>();
  const problems: string[] = [];
  const revocations = new Map<string, number>();
  const ambiguous = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line === '') continue;
    const entry = readLine(line);
    if (entry === undefined) problems.push(`line ${index + 1} is no token and no revocation`);
    else if ('revoked' in entry) revocations.set(entry.id, entry.revoked);
    else if (tokens.has(entry.id)) ambiguous.add(entry.id);
    else tokens.set(entry.id, knownToken(entry));
  }
  for (const id of ambiguous) {
    problems.push(`token ${id} is there twice`);
    tokens.delete(id);
  }
  // A revocation holds wherever it stands.
  for (const [id, revoked] of revocations) {
    const token = tokens.get(id);
    if (token !== undefined) tokens.set(id, { ...token, revoked });
  }
  return { tokens, problems };
}

const knownToken = ({ id, v, salt, hash, at }: Exclude<TokenLine, { revoked: number }>): KnownToken => ({
  id,
  vmid: v,
  salt,
  hash,
  created: at,
  revoked: null,
});

function readLine(line: string): TokenLine | undefined {
  try {
    const entry = tokenLine.safeParse(JSON.parse(line));
    return entry.success ? entry.data : undefined;
  } catch {
    return undefined;
  }
}

/** Whose valid token a secret is; undefined when nobody's. One look-up and one hash, whatever is asked. */
export function matchToken(tokens: ReadonlyMap<string, KnownToken>, secret: string): KnownToken | undefined {
  const [, vmid = '', id = ''] = SECRET.exec(secret) ?? [];
  const token = tokens.get(id);
  // An unknown id costs the same as a known one.
  const hash = hashOf(token?.salt ?? NO_SALT, secret.slice(0, MAX_SECRET));
  const fits = equalSecrets(hash, token?.hash ?? NO_HASH);
  if (token === undefined || !fits) return undefined;
  return token.revoked === null && vmid === String(token.vmid) ? token : undefined;
}

const NO_SALT = '0'.repeat(32);
const NO_HASH = '0'.repeat(64);
const MAX_SECRET = 200;

const hashOf = (salt: string, secret: string): string => sha256(DOMAIN, `${salt}\n${secret}`);
