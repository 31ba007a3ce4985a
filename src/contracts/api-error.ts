// How the agent says no: one body for every refusal, and the table of codes with their HTTP status.
// The words of each code, with the way out, are in the texts (`api.CODE`).
import { z } from 'zod';

/** HTTP status of each code (RFC 9110). Codes with 0 never answer a request: an operation ends with them. */
export const API_CODES = {
  E_BAD_REQUEST: 400,
  E_TOKEN: 401,
  E_FORBIDDEN: 403,
  E_PENDING_SIGNATURE: 403,
  E_NO_ROUTE: 404,
  E_NO_SUCH: 404,
  E_METHOD: 405,
  E_TIMEOUT: 408,
  E_OP_STATE: 409,
  E_OP_OPEN: 409,
  E_OP_LIMIT: 409,
  E_OP_BYTES: 409,
  E_OP_EXPIRED: 409,
  E_OP_HOST: 409,
  E_OP_ROLE: 403,
  E_APPROVAL_LOST: 409,
  E_DEVICE_CHANGED: 409,
  E_TRUST: 409,
  E_INSTALL_CHANGED: 409,
  E_TOO_LARGE: 413,
  E_DEVICE_UNKNOWN: 422,
  E_DEVICE_BARRED: 422,
  E_FSTYPE: 422,
  E_WORD: 422,
  E_SIG_TOO_LARGE: 413,
  E_SIG_ARMOR: 422,
  E_SIG_MALFORMED: 422,
  E_SIG_VERSION: 422,
  E_SIG_NAMESPACE: 422,
  E_SIG_HASH: 422,
  E_SIG_ALGORITHM: 422,
  E_SIG_BAD: 422,
  E_KEY_TYPE: 403,
  E_KEY_WEAK: 403,
  E_KEY_UNKNOWN: 403,
  E_KEY_REVOKED: 403,
  E_KEY_EXPIRED: 403,
  E_KEY_NOT_YET: 403,
  E_KEY_NAMESPACE: 403,
  E_KEY_ON_HOST: 403,
  E_CERTIFICATE: 403,
  E_NOT_OURS: 403,
  E_CROSS_SITE: 403,
  E_HOST_NAME: 404,
  E_NOT_CONFIGURED: 409,
  E_STACKS_FOLDER: 409,
  E_PAUSED: 409,
  E_GUEST_STATE: 409,
  E_GUEST_TOOL: 502,
  E_DOCKER_REFUSED: 502,
  E_AGENT: 502,
  E_DOCKER: 503,
  E_SK_FLAGS: 422,
  E_SK_APPLICATION: 403,
  E_SK_TOUCH: 403,
  E_SK_PIN: 403,
  E_SK_REQUIRED: 403,
  E_VERIFIERS: 403,
  E_DEVICE_HELD: 423,
  E_DEVICE_BUSY: 423,
  E_RATE: 429,
  E_BUG: 500,
  E_STORE: 503,
  E_CLOCK_BACK: 503,
  E_NOT_READY: 503,
  E_NOT_BLANK: 0,
  E_QUICK_WIPE: 0,
  E_DEVICE_GONE: 0,
  E_READ: 0,
  E_WRITE: 0,
  E_TOOL: 0,
  E_MKFS: 0,
  E_VERIFY: 0,
  E_CANCELLED: 0,
  E_INTERRUPTED: 0,
  E_EXPIRED: 0,
} as const satisfies Record<string, number>;
export type ApiCode = keyof typeof API_CODES;

export const isApiCode = (code: string): code is ApiCode => Object.hasOwn(API_CODES, code);

export const apiError = z.object({
  /** An English sentence that names what was wrong. */
  error: z.string(),
  code: z.string(),
  /** What to do about it. */
  hint: z.string().optional(),
});

/** What an operation that waits is called in a refused format; the first four fields are fixed. */
const pendingOp = z.object({
  op: z.literal('storage_wipe'),
  host_scope: z.string(),
  durable_id: z.string(),
  fstype: z.string(),
  id: z.string(),
});

/** The 403 of `POST /disks/format` on a device that bears data. Nothing was touched. */
export const formatRefused = apiError.extend({
  formatted: z.literal(false),
  data_bearing: z.literal(true),
  reason: z.string(),
  pending_op: pendingOp,
});
export type FormatRefused = z.infer<typeof formatRefused>;

/** Fixed: what a refused format's `error` says. */
export const PENDING_SIGNATURE =
  'device is data-bearing — format requires an operator signature (pending_signature)';
