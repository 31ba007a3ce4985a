// Where a schema found what it did not expect, without what it found: that may be a secret.
import { z } from 'zod';

export function placeOf(error: unknown): string {
  if (!(error instanceof z.ZodError)) return 'invalid';
  const [issue] = error.issues;
  return `${issue?.code ?? 'invalid'} at /${issue?.path.join('/') ?? ''}`;
}
