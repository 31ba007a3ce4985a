// What a request brings along to show who sent it (RFC 6750).
import type { IncomingMessage } from 'node:http';

export function bearerOf(raw: IncomingMessage): string | undefined {
  return /^Bearer ([A-Za-z0-9._~+/=-]{1,500})$/i.exec(raw.headers.authorization ?? '')?.[1];
}
