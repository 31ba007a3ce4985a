// The file of allowed signers in OpenSSH's format (ssh-keygen(1), ALLOWED SIGNERS), in a stricter profile: what
// could be read in two ways, or would let in more than its line says at a glance, is refused with the file.
import { isNoKey, parseKeyLine, whyUnreadable } from './key-line.ts';
import type { PublicKey } from './public-key.ts';
import { parseUtc } from './utc-time.ts';

export type AllowedSigner = {
  readonly principal: string;
  readonly key: PublicKey;
  readonly namespaces: readonly string[];
  /** Milliseconds since the epoch; from then on, until just before then. */
  readonly validAfter: number | null;
  readonly validBefore: number | null;
  /** From 1, and as it stands there. */
  readonly line: number;
  readonly text: string;
};

export type LineProblem = { readonly line: number; readonly detail: string };

/** A name and not a pattern: no list, no wildcard, no negation, no quotes. */
const PRINCIPAL = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}$/;
const NAMESPACES = /^[A-Za-z0-9._@-]+(?:,[A-Za-z0-9._@-]+)*$/;
const OPTIONS = /^[a-z-]+(?:="[^"\\]*")?(?:,[a-z-]+(?:="[^"\\]*")?)*$/;
const OPTION = /([a-z-]+)(?:="([^"\\]*)")?(?:,|$)/g;
const TAKEN = 'ed25519, ECDSA, RSA of 3072 bits or more, or a security key';
const KNOWN_OPTIONS = ['namespaces', 'valid-after', 'valid-before'];

/** With any problem, nobody in it is a signer. */
export function parseAllowedSigners(text: string): {
  readonly signers: readonly AllowedSigner[];
  readonly problems: readonly LineProblem[];
} {
  const signers: AllowedSigner[] = [];
  const problems: LineProblem[] = [];
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1;
    const signer = parseLine(content, line);
    const twin =
      typeof signer === 'object' ? signers.find(({ key }) => key.blob.equals(signer.key.blob)) : undefined;
    if (typeof signer === 'string') problems.push({ line, detail: signer });
    else if (twin !== undefined) {
      problems.push({ line, detail: `the same key stands in line ${twin.line}: keep one of the two` });
    } else if (signer !== undefined) signers.push(signer);
  }
  return { signers, problems };
}

/** Nothing for a comment; a sentence for what is wrong. */
function parseLine(content: string, line: number): AllowedSigner | string | undefined {
  const why = whyUnreadable(content);
  if (why !== undefined || isNoKey(content)) return why;
  const [principal = '', options = '', type = '', base64 = ''] = content.trim().split(/[ \t]+/);
  if (!PRINCIPAL.test(principal)) {
    return 'it must begin with one plain name, without lists, wildcards, negations or quotes';
  }
  const read = parseOptions(options);
  if (typeof read === 'string') return read;
  if (type === '') return 'the key is missing: NAME namespaces="…" TYPE KEY';
  const key = parseKeyLine(type, base64);
  if (typeof key === 'string') return `${key}; take ${TAKEN}`;
  return { principal, key, line, text: content, ...read };
}

function parseOptions(
  options: string,
): Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore'> | string {
  // One that is a key already has no options; neither has one with blanks inside of them.
  if (!OPTIONS.test(options)) {
    return 'after the name must stand namespaces="op-approval.v1@felhom.eu", options parted by commas only';
  }
  const values = new Map<string, string | undefined>();
  for (const [, name = '', value] of options.matchAll(OPTION)) {
    if (name === 'cert-authority') return 'certificates are not taken yet: name the plain key';
    if (!KNOWN_OPTIONS.includes(name)) return `there is no option ${name}: take it out`;
    if (values.has(name)) return `the option ${name} stands there twice`;
    if (value === undefined) return `the option ${name} needs a value in quotes`;
    values.set(name, value);
  }
  const namespaces = values.get('namespaces');
  if (namespaces === undefined) return 'namespaces="op-approval.v1@felhom.eu" is missing';
  if (!NAMESPACES.test(namespaces)) return 'namespaces must be plain names, without wildcards or negations';
  const validAfter = boundOf(values.get('valid-after'));
  const validBefore = boundOf(values.get('valid-before'));
  if (validAfter === undefined || validBefore === undefined) {
    return 'times are written in UTC: YYYYMMDDZ, YYYYMMDDHHMMZ or YYYYMMDDHHMMSSZ';
  }
  if (validAfter !== null && validBefore !== null && validBefore <= validAfter) {
    return 'it ends before it begins: look at valid-after and valid-before';
  }
  return { namespaces: namespaces.split(','), validAfter, validBefore };
}

const boundOf = (time: string | undefined): number | null | undefined =>
  time === undefined ? null : parseUtc(time);
