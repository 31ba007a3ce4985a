// Where an agent answers: a Unix socket of this host, or HTTPS with a certificate that is known beforehand.

export type AgentAddress =
  | { readonly kind: 'socket'; readonly socketPath: string }
  | {
      readonly kind: 'https';
      /** Address and port: `192.168.0.162:8443`, `[fe80::1]:8443`. */
      readonly endpoint: string;
      /** SHA-256 of the certificate, hexadecimal. */
      readonly fingerprint: string;
      readonly token: string;
    };

/** For people and sources of readings; never the token. */
export const nameOf = (address: AgentAddress): string =>
  address.kind === 'socket' ? address.socketPath : `https://${address.endpoint}`;

const HOST_AND_PORT = /^(?:https:\/\/)?(?:\[([0-9a-fA-F:.%\w]+)\]|([^\s:/@[\]]+)):(\d{1,5})\/?$/;
const MAX_PORT = 65_535;

/** Nothing when it is no address with a port. */
export function splitEndpoint(
  endpoint: string,
): { readonly host: string; readonly port: number } | undefined {
  const [, six, four, digits] = HOST_AND_PORT.exec(endpoint) ?? [];
  const host = six ?? four;
  const port = Number(digits);
  return host === undefined || port < 1 || port > MAX_PORT ? undefined : { host, port };
}

/** As it is compared: `60:B5:…` and `60b5…` are the same. Nothing when it is no SHA-256. */
export function plainFingerprint(text: string): string | undefined {
  const plain = text.replaceAll(':', '').toLowerCase();
  return /^[0-9a-f]{64}$/.test(plain) ? plain : undefined;
}
