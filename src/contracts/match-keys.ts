// The keys of an ssh-agent beside the signers of the host: which of them may approve, and why the others
// may not. The host judged; here only fingerprints are compared.
import type { AgentKey } from './signer.ts';
import type { SignerRow, SignersTold } from './signers-told.ts';

export type MatchedKey = {
  readonly key: AgentKey;
  /** `unknown`: the host knows no such signer. */
  readonly state: SignerRow['state'] | 'unknown';
  readonly principal: string | null;
};

/** In the order of the ssh-agent; a key that it lists twice stands once. */
export function matchKeys(keys: readonly AgentKey[], { signers }: SignersTold): readonly MatchedKey[] {
  const first = new Map(keys.toReversed().map((key) => [key.fingerprint, key]));
  return keys
    .filter((key) => first.get(key.fingerprint) === key)
    .map((key) => {
      const row = signers.find(({ fingerprint }) => fingerprint === key.fingerprint);
      return { key, state: row?.state ?? 'unknown', principal: row?.principal ?? null };
    });
}
