// JSON of which nobody knows yet whether it is JSON: a schema has to look at it next.

/** Nothing for what is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
