// Certificates that servers of ours make for themselves. Clients pin their fingerprint, so nobody signs
// them and names in them mean nothing.
import { constants, X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ActionableError, messageOf } from './errors.ts';
import type { RunTool } from './run-tool.ts';
import type { Text } from './texts/text.ts';

export type Certificate = {
  /** PEM of key and certificate. */
  readonly key: string;
  readonly cert: string;
  /** SHA-256 of the certificate's DER, 64 hexadecimal digits. */
  readonly fingerprint: string;
  /** Milliseconds since the epoch. */
  readonly notAfter: number;
};

const DAYS = 3650;
const DEADLINE_MS = 20_000;
/** For TLS servers: a resumed session would not show its certificate again. */
export const WITHOUT_TICKETS = constants.SSL_OP_NO_TICKET;

/** Throws where the two do not belong together or are no such thing. */
export function readCertificate(pem: string): Certificate {
  const key = /-----BEGIN PRIVATE KEY-----[\s\S]+?-----END PRIVATE KEY-----\n?/.exec(pem)?.[0];
  const cert = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----\n?/.exec(pem)?.[0];
  if (key === undefined || cert === undefined) throw new Error('holds no private key with a certificate');
  const parsed = new X509Certificate(cert);
  return {
    key,
    cert,
    fingerprint: parsed.fingerprint256.replaceAll(':', '').toLowerCase(),
    notAfter: Date.parse(parsed.validTo),
  };
}

/**
 * ECDSA on P-256, for ten years, made by openssl(1) in a folder of its own beside `besides`: the key
 * is never in a place that others could read, and never in a list of arguments.
 */
export async function makeCertificate(
  name: string,
  besides: string,
  { runTool, text }: { readonly runTool: RunTool; readonly text: Text },
): Promise<Certificate & { readonly pem: string }> {
  const folder = await mkdtemp(join(dirname(besides), '.certificate-'));
  try {
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const made = await runTool({
      file: 'openssl',
      args: `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -sha256 -days ${DAYS}`
        .split(' ')
        .concat('-subj', `/CN=${plainName(name)}`, '-keyout', key, '-out', cert),
      deadlineMs: DEADLINE_MS,
    });
    if (made.state === 'missing') {
      throw new ActionableError('failed', text('agent.certificate.no-tool'), {
        hint: text('agent.certificate.no-tool.hint'),
      });
    }
    if (made.state !== 'ended' || made.code !== 0) {
      const reason = made.state === 'ended' ? (made.stderr.trim().split('\n').at(-1) ?? '') : made.state;
      throw new ActionableError('failed', text('agent.certificate.failed', { reason }));
    }
    const pem = `${await readFile(key, 'utf8')}${await readFile(cert, 'utf8')}`;
    return { ...readCertificate(pem), pem };
  } catch (error) {
    if (error instanceof ActionableError) throw error;
    const reason = messageOf(error);
    throw new ActionableError('failed', text('agent.certificate.failed', { reason }), { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A common name of at most 64 characters that openssl takes for nothing else. */
const plainName = (name: string): string => name.replace(/[^A-Za-z0-9.-]/g, '-').slice(0, 64) || 'felhom';
