// A certificate of the kind that the agent makes for itself, made anew for each test.
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';

export type Certificate = {
  readonly key: string;
  readonly cert: string;
  /** SHA-256, hexadecimal. */
  readonly fingerprint: string;
};

export function makeCertificate(): Certificate {
  const kind = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2';
  const words = [...kind.split(' '), '-subj', '/CN=felhom-agent', '-keyout', '-', '-out', '-'];
  const made = execFileSync('openssl', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const key = /-----BEGIN PRIVATE KEY-----[^]*?-----END PRIVATE KEY-----\n/.exec(made)?.[0] ?? '';
  const cert = /-----BEGIN CERTIFICATE-----[^]*?-----END CERTIFICATE-----\n/.exec(made)?.[0] ?? '';
  const fingerprint = new X509Certificate(cert).fingerprint256.replaceAll(':', '').toLowerCase();
  return { key, cert, fingerprint };
}
