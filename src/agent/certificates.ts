// The agent's certificate, and the one that follows it: made beside it, announced, and taken into use
// when every guest pins it too. Both survive a restart.
import { readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificate, readCertificate, type Certificate } from '../base/certificate.ts';
import { messageOf } from '../base/errors.ts';
import type { RunTool } from '../base/run-tool.ts';
import type { Text } from '../base/texts/text.ts';
import { writeFileWhole } from '../base/write-file.ts';
import type { Caller } from './handler.ts';
import { Refusal } from '../daemon/refusal.ts';
import type { Log } from '../daemon/log.ts';
import { brokenSecret, readSecretFile } from '../daemon/secret-file.ts';

export type CertificateStore = {
  readonly present: () => Certificate;
  readonly next: () => Certificate | undefined;
  /** Makes the one to come; a repeat gives the same. */
  readonly renew: () => Promise<{ readonly fingerprint: string; readonly next_fingerprint: string }>;
  /** Takes the one to come into use now, whoever pins it. */
  readonly switch: () => Promise<{ readonly fingerprint: string }>;
  /** A guest that had not acknowledged may have lost its token. */
  readonly reconsider: () => Promise<void>;
  readonly acknowledge: (guest: Caller & { kind: 'guest' }, fingerprint: string) => void;
};

export type CertificateTools = {
  readonly folder: string;
  readonly name: string;
  readonly runTool: RunTool;
  readonly text: Text;
  readonly log: Log;
  /** Tokens that are valid now, by id: each of their guests must have acknowledged. */
  readonly validTokens: () => Promise<readonly string[]>;
  readonly onSwitch: (certificate: Certificate) => void;
};

const PRESENT = 'certificate.pem';
const NEXT = 'certificate-next.pem';
const ACKNOWLEDGED = 'certificate-acknowledged.json';

export async function openCertificates(tools: CertificateTools): Promise<CertificateStore> {
  const { folder, log } = tools;
  const path = (name: string) => join(folder, name);
  let next = readOne(path(NEXT), tools.text);
  let present = readOne(path(PRESENT), tools.text);
  if (present === undefined) {
    const { pem, ...made } = await makeCertificate(tools.name, path(PRESENT), tools);
    await writeFileWhole(path(PRESENT), pem);
    present = made;
    log.info({ fingerprint: made.fingerprint }, 'certificate made');
  }
  let current = present;
  const acknowledged =
    next === undefined ? new Set<string>() : await readAcknowledged(path(ACKNOWLEDGED), next);
  let queue: Promise<unknown> = Promise.resolve();
  /** One change at a time; a failed one holds up nobody. */
  const inTurn = async <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work, work);
    queue = turn.catch(() => {});
    return turn;
  };

  const makeNext = async (): Promise<Certificate> => {
    try {
      const { pem, ...made } = await makeCertificate(tools.name, path(NEXT), tools);
      await writeFileWhole(path(NEXT), pem);
      return made;
    } catch (cause) {
      throw new Refusal('E_STORE', `no certificate could be made: ${messageOf(cause)}`, {
        hint: 'the state folder must be writable, and openssl installed',
        cause,
      });
    }
  };
  const takeOver = async (): Promise<{ fingerprint: string }> => {
    if (next === undefined) {
      throw new Refusal('E_OP_STATE', 'there is no certificate to switch to', {
        hint: 'renew it first',
      });
    }
    // The file's move is the switch: whenever the agent dies, one whole certificate is in use.
    await rename(path(NEXT), path(PRESENT));
    current = next;
    next = undefined;
    acknowledged.clear();
    await rm(path(ACKNOWLEDGED), { force: true });
    tools.onSwitch(current);
    log.info({ fingerprint: current.fingerprint }, 'certificate switched');
    return { fingerprint: current.fingerprint };
  };

  /** Not while there is no guest at all, or tokens cannot be read: then it is root's to say. */
  const takeOverIfAllKnow = async (): Promise<void> => {
    if (next === undefined || acknowledged.size === 0) return;
    const tokens = await tools.validTokens();
    if (tokens.length > 0 && tokens.every((id) => acknowledged.has(id))) await takeOver();
  };

  return {
    present: () => current,
    next: () => next,
    renew: async () =>
      inTurn(async () => {
        if (next === undefined) {
          const made = await makeNext();
          acknowledged.clear();
          await rm(path(ACKNOWLEDGED), { force: true });
          next = made;
          log.info({ next_fingerprint: made.fingerprint }, 'certificate to come made');
        }
        return { fingerprint: current.fingerprint, next_fingerprint: next.fingerprint };
      }),
    switch: async () => inTurn(takeOver),
    reconsider: async () =>
      inTurn(takeOverIfAllKnow).then(
        () => {},
        (error: unknown) => log.error({ err: messageOf(error) }, 'certificate could not be switched'),
      ),
    acknowledge: (guest, fingerprint) => {
      if (next === undefined || fingerprint.toLowerCase() !== next.fingerprint) return;
      if (acknowledged.has(guest.tokenId)) return;
      void inTurn(async () => {
        if (next === undefined || fingerprint.toLowerCase() !== next.fingerprint) return;
        acknowledged.add(guest.tokenId);
        const document = { fingerprint: next.fingerprint, tokens: [...acknowledged] };
        await writeFileWhole(path(ACKNOWLEDGED), `${JSON.stringify(document)}\n`);
        log.info(
          { vmid: guest.vmid, next_fingerprint: next.fingerprint },
          'guest pins the certificate to come',
        );
        await takeOverIfAllKnow();
      }).catch((error: unknown) => log.error({ err: messageOf(error) }, 'certificate could not be switched'));
    },
  };
}

function readOne(path: string, text: Text): Certificate | undefined {
  const pem = readSecretFile(path, text);
  if (pem === undefined) return undefined;
  try {
    return readCertificate(pem);
  } catch (error) {
    throw brokenSecret(path, messageOf(error), text);
  }
}

/** What cannot be read counts as not acknowledged: guests say it again with each request. */
async function readAcknowledged(path: string, next: Certificate): Promise<Set<string>> {
  try {
    const document: unknown = JSON.parse(await readFile(path, 'utf8'));
    if (typeof document !== 'object' || document === null) return new Set();
    if (!('fingerprint' in document) || document.fingerprint !== next.fingerprint) return new Set();
    const tokens = 'tokens' in document && Array.isArray(document.tokens) ? document.tokens : [];
    return new Set(tokens.filter((token) => typeof token === 'string'));
  } catch {
    return new Set();
  }
}
