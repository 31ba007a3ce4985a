// What a guest was told of its host's agent: `/etc/felhom-bootstrap/bootstrap.json`. It holds secrets:
// nothing of it but the endpoint is ever told.
import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { z } from 'zod';
import { errnoOf, messageOf } from '../base/errors.ts';
import { plainFingerprint, splitEndpoint, type AgentAddress } from './agent-address.ts';

const MAX_BYTES = 256 * 1024;
const OTHERS = 0o077;

const bootstrap = z.object({
  local_api: z.object({
    endpoint: z.string().refine((text) => splitEndpoint(text) !== undefined, 'needs an address and a port'),
    fingerprint: z.string().refine((text) => plainFingerprint(text) !== undefined, 'needs a SHA-256'),
    // It goes into a header.
    token: z.string().regex(/^[\x21-\x7e]{1,1000}$/, 'needs a token'),
  }),
});

/** The file is there and cannot be used; the message says why and quotes nothing. */
class BadBootstrap extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'BadBootstrap';
  }
}

export async function readBootstrap(path: string, uid = process.getuid?.()): Promise<AgentAddress> {
  const text = await readSecret(path, uid).catch((error: unknown) => {
    throw error instanceof BadBootstrap ? error : new BadBootstrap(errnoOf(error) ?? messageOf(error), error);
  });
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    throw new BadBootstrap('not JSON');
  }
  const parsed = bootstrap.safeParse(data);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new BadBootstrap(
      `${issue?.path.join('.') ?? ''}: ${issue?.code === 'custom' ? issue.message : 'missing or not valid'}`,
    );
  }
  const { endpoint, fingerprint, token } = parsed.data.local_api;
  return { kind: 'https', endpoint, fingerprint, token };
}

async function readSecret(path: string, uid: number | undefined): Promise<string> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { mode, size, uid: owner } = await file.stat();
    if ((mode & constants.S_IFMT) !== constants.S_IFREG) throw new BadBootstrap('not a regular file');
    if (owner !== 0 && owner !== uid) throw new BadBootstrap('belongs to another user');
    if ((mode & OTHERS) !== 0) throw new BadBootstrap('others may read or write it: chmod 600');
    if (size > MAX_BYTES) throw new BadBootstrap('too large');
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}
