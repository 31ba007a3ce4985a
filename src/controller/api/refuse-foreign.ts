// What is refused of a request before anybody asks who sent it: names that are not ours, and changes that
// another web site's page had a browser ask for. There are no cookies here, and no header of CORS.
import type { IncomingMessage } from 'node:http';
import { Refusal } from '../../daemon/refusal.ts';
import { isOwnName } from './host-gate.ts';

export function refuseForeign(raw: IncomingMessage, names: ReadonlySet<string>): void {
  const hosts = raw.rawHeaders.filter((word, place) => place % 2 === 0 && word.toLowerCase() === 'host');
  // A whole URL in the place of the path names a host as well, and a second header another one.
  const isPlain = hosts.length === 1 && (raw.url ?? '').startsWith('/');
  if (!isPlain || !isOwnName(raw.headers.host, names)) {
    throw new Refusal('E_HOST_NAME', 'nothing answers to this name here', {
      hint: 'ask by localhost, or by the name of this guest',
    });
  }
  if (raw.method === 'GET' || raw.method === 'HEAD') return;
  refuseCrossSite(raw);
  // A form of a page can send three kinds of bodies without asking first; JSON is none of them.
  const kind = raw.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (kind !== 'application/json') {
    throw new Refusal('E_BAD_REQUEST', 'a request that changes something is marked as JSON', {
      hint: 'send the header content-type: application/json',
    });
  }
}

/** Browsers say where a request comes from: by Sec-Fetch-Site, older ones by Origin. Others send neither. */
function refuseCrossSite(raw: IncomingMessage): void {
  const site = raw.headers['sec-fetch-site'];
  const isSiteOurs = site === undefined || site === 'same-origin' || site === 'none';
  const { origin } = raw.headers;
  const isOriginOurs = origin === undefined || hostOf(origin) === raw.headers.host?.toLowerCase();
  if (isSiteOurs && isOriginOurs) return;
  throw new Refusal('E_CROSS_SITE', 'this request comes from another web site');
}

/** `null`, as browsers call what they hide, is nobody's. */
const hostOf = (origin: string): string | undefined =>
  /^https?:\/\/([^/]+)$/i.exec(origin)?.[1]?.toLowerCase();
