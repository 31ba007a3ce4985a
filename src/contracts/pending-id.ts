// The operation that a refused format is kept as, in the answer that refused it. Without a schema, as screens
// load none.

/** Nothing when it was refused for something else. */
export function pendingIdOf(answer: unknown): string | undefined {
  const id = memberOf(memberOf(answer, 'pending_op'), 'id');
  return typeof id === 'string' ? id : undefined;
}

const memberOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
