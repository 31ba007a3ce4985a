// Reads what a command is given on its standard input, or from a file: so much and no more.

export type InputStream = AsyncIterable<string | Uint8Array> & { readonly isTTY?: boolean };

/** For a command line that was given nothing to read. */
export const emptyInput = (): InputStream => ({
  [Symbol.asyncIterator]: () => ({ next: async () => Promise.resolve({ done: true, value: undefined }) }),
});

/**
 * As text; nothing when there is more than `maxBytes`. Ends where `isWhole` says so, for a person at a
 * terminal cannot be expected to end what was pasted.
 */
export async function readText(
  input: AsyncIterable<string | Uint8Array>,
  maxBytes: number,
  isWhole: (text: string) => boolean = () => false,
): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of input) {
    const piece = Buffer.from(chunk);
    bytes += piece.length;
    if (bytes > maxBytes) return undefined;
    chunks.push(piece);
    if (isWhole(Buffer.concat(chunks).toString('utf8'))) break;
  }
  return Buffer.concat(chunks).toString('utf8');
}

const MAX_LINE_BYTES = 4096;

/** What a person typed before Enter. */
export async function readLine(input: InputStream): Promise<string> {
  const text = await readText(input, MAX_LINE_BYTES, (typed) => typed.includes('\n'));
  return (text ?? '').split(/\r?\n/, 1)[0]?.trim() ?? '';
}
