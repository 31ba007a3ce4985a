// People who may approve in a test of the agent: real keys, real files, real signatures.
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allowLine, makeKey, makeSigningFolder, signByNode, type TestKey } from '../signing/keys.ts';
import { writeTrust, type TrustTexts } from '../signing/trust-folder.ts';

export type TestSigners = {
  /** Where the files stand. */
  readonly folder: string;
  readonly anna: TestKey;
  /** By Anna, in Node: no program is started. */
  readonly sign: (message: string) => string;
  readonly revoke: (key: Pick<TestKey, 'line'>) => void;
  readonly allow: (principal: string, key: Pick<TestKey, 'line'>, options?: string) => void;
  readonly write: (texts: TrustTexts) => void;
  readonly policy: (text: string) => void;
};

export function makeSigners(folder = mkdtempSync(join(makeSigningFolder(), 'trust-'))): TestSigners {
  const anna = makeKey('ecdsa-256', { pem: true });
  writeTrust({ allowed: allowLine('anna', anna.line) }, folder);
  const at = (name: string) => join(folder, name);
  return {
    folder,
    anna,
    sign: (message) => signByNode(anna, message),
    revoke: ({ line }) => appendFileSync(at('revoked_signers'), `${line}\n`),
    allow: (principal, { line }, options) =>
      appendFileSync(at('allowed_signers'), allowLine(principal, line, options)),
    write: (texts) => void writeTrust(texts, folder),
    policy: (text) =>
      writeFileSync(at('policy.yaml'), `version: 1\nstorage_wipe:\n  ${text}\n`, { mode: 0o644 }),
  };
}
