// The keys of an ssh-agent beside the signers of the host: which of them may approve, and why the others
// may not. The host judged; here only fingerprints are compared.
import type { AgentKey } from './signer.ts';
import type { SignerState, SignersTold } from './signers-told.ts';

export type KeyState = SignerState | 'not-signer';
/** A key of the ssh-agent, and what the host's files say of it. */
export type KeyRow = AgentKey & { readonly principal: string | null; readonly state: KeyState };

/** In the order of the ssh-agent; a key that it lists twice stands once. */
export function matchKeys(
  keys: readonly AgentKey[],
  { signers }: Pick<SignersTold, 'signers'>,
): readonly KeyRow[] {
  const different = new Map(keys.toReversed().map((key) => [key.fingerprint, key]));
  return keys
    .filter((key) => different.get(key.fingerprint) === key)
    .map((key): KeyRow => {
      const lines = signers.filter(({ fingerprint }) => fingerprint === key.fingerprint);
      const line = lines.find(({ state }) => state === 'usable') ?? lines[0];
      return { ...key, principal: line?.principal ?? null, state: line?.state ?? 'not-signer' };
    });
}
