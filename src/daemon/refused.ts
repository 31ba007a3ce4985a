// From whatever went wrong to what the caller is told: one body everywhere, `{error, code, hint?}`.
import { errnoOf, messageOf } from '../base/errors.ts';
import { API_CODES } from '../contracts/api-error.ts';
import { Refusal } from './refusal.ts';

export type RefusedAnswer = {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>> & { readonly error: string; readonly code: string };
  readonly retryAfterS: number | undefined;
};

/** The state folder cannot be written: nothing was done, and it may work later. */
const STORE_ERRNOS = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'EFBIG', 'EMFILE', 'ENFILE']);
const STORE_RETRY_S = 30;

/** How Fastify calls what is wrong with a request before any handler sees it. */
const FRAMEWORK: Readonly<Record<string, () => Refusal>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: () => new Refusal('E_TOO_LARGE', 'the body is larger than is taken here'),
  FST_ERR_CTP_INVALID_MEDIA_TYPE: () =>
    new Refusal('E_BAD_REQUEST', 'the body is not marked as JSON', {
      hint: 'send the header content-type: application/json',
    }),
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: () =>
    new Refusal('E_BAD_REQUEST', 'the body is not as long as its content-length says'),
  FST_ERR_BAD_URL: () => new Refusal('E_BAD_REQUEST', 'the path of the request is no valid URL'),
};

export function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const code = errnoOf(error) ?? '';
  const known = Object.hasOwn(FRAMEWORK, code) ? FRAMEWORK[code] : undefined;
  if (known !== undefined) return known();
  if (STORE_ERRNOS.has(code)) {
    return new Refusal('E_STORE', `the state folder cannot be written (${code}); nothing was done`, {
      hint: 'make room below the state folder, then ask again',
      retryAfterS: STORE_RETRY_S,
      cause: error,
    });
  }
  // What Fastify itself calls the caller's fault, and no row here names.
  if (code.startsWith('FST_') && statusOf(error) < 500) {
    return new Refusal('E_BAD_REQUEST', messageOf(error), { cause: error });
  }
  // What the bug was stands in the log; its words may hold what nobody outside should read.
  return new Refusal('E_BUG', 'this failed by a mistake of ours; the log says how', { cause: error });
}

export function refusedAnswer(refusal: Refusal): RefusedAnswer {
  const { code, message, hint, extra, retryAfterS } = refusal;
  // Codes without a status never answer a request; one that does is a bug, and says its code at least.
  const status = API_CODES[code] === 0 ? 500 : API_CODES[code];
  return {
    status: refusal.status ?? status,
    body: { ...extra, error: message, code, ...(hint === undefined ? {} : { hint }) },
    retryAfterS: retryAfterS ?? (API_CODES[code] === 503 || API_CODES[code] === 429 ? 5 : undefined),
  };
}

/** A whole answer as bytes, for what fails before there is a request to answer. */
export function rawRefusal(refusal: Refusal, wrap: (body: object) => object = (body) => body): string {
  const { status, body, retryAfterS } = refusedAnswer(refusal);
  const text = JSON.stringify(wrap(body));
  return [
    `HTTP/1.1 ${status} ${REASONS[status] ?? 'Refused'}`,
    'content-type: application/json; charset=utf-8',
    `content-length: ${Buffer.byteLength(text)}`,
    ...(retryAfterS === undefined ? [] : [`retry-after: ${retryAfterS}`]),
    'connection: close',
    '',
    text,
  ].join('\r\n');
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  413: 'Content Too Large',
  503: 'Service Unavailable',
};

function statusOf(error: unknown): number {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return 500;
  return typeof error.statusCode === 'number' ? error.statusCode : 500;
}
