// Whoever can sign here and now: the keys of a forwarded ssh-agent, as screens and commands see them.

/** Why it cannot; each has its words with the way out in the texts (`signer.CODE`). */
export const SIGNER_CODES = [
  /** No SSH_AUTH_SOCK: nothing was forwarded. */
  'E_AGENT_NONE',
  /** The socket is there, and nobody behind it. */
  'E_AGENT_GONE',
  'E_AGENT_PERMISSION',
  /** It has no keys, or is locked: these look the same. */
  'E_AGENT_EMPTY',
  /** It has keys, and none of them may approve. */
  'E_AGENT_NO_SIGNER',
  /** It said no: a confirmation was denied, or the key cannot sign this. */
  'E_AGENT_REFUSED',
  'E_AGENT_TIMEOUT',
  'E_AGENT_CANCELLED',
  /** It answered what is no answer. */
  'E_AGENT_PROTOCOL',
] as const;
export type SignerCode = (typeof SIGNER_CODES)[number];

export type AgentKey = {
  /** `SHA256:…`, as ssh-keygen(1) prints it. */
  readonly fingerprint: string;
  /** `ssh-ed25519`, … */
  readonly keyType: string;
  /** Foreign text, made harmless. */
  readonly comment: string;
  /** A security key: it wants to be touched. */
  readonly touch: boolean;
};

/** Throws an ActionableError whose `code` is a SignerCode. */
export type Signer = {
  /** Within `LIST_DEADLINE_MS`. */
  readonly listKeys: (signal: AbortSignal) => Promise<readonly AgentKey[]>;
  /** The message signed for `APPROVAL_NAMESPACE`, as ssh-keygen(1) writes it. Within `SIGN_DEADLINE_MS`. */
  readonly sign: (fingerprint: string, message: string, signal: AbortSignal) => Promise<string>;
};

/** An agent that waits for a touch does not even list: that must be told soon. */
export const LIST_DEADLINE_MS = 5000;
export const SIGN_DEADLINE_MS = 60_000;
