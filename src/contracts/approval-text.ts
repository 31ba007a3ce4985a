// What belongs to the message that is signed and needs no schema: what it is signed for, and its foreign text.

/** What `ssh-keygen -Y sign -n` must be told; a signature for anything else is none. */
export const APPROVAL_NAMESPACE = 'op-approval.v1@felhom.eu';

/** Foreign text as printable ASCII: every other byte of its UTF-8, and `%` itself, as `%41`. */
export const toPrintable = (text: string): string =>
  [...new TextEncoder().encode(text)]
    .map((byte) =>
      byte >= 0x20 && byte < 0x7f && byte !== PERCENT
        ? String.fromCodePoint(byte)
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
    )
    .join('');

const PERCENT = 0x25;

/** Foreign text again: it has to be made harmless before it is shown. What is no encoding stays as it is. */
export function fromPrintable(text: string): string {
  const encoded = text.replaceAll(/%(?![0-9A-F]{2})/g, '%25');
  const bytesOf = encoded
    .split(/(%[0-9A-F]{2})/)
    .flatMap((piece) =>
      /^%[0-9A-F]{2}$/.test(piece)
        ? [Number.parseInt(piece.slice(1), 16)]
        : [...new TextEncoder().encode(piece)],
    );
  // A byte order mark is a letter of the text like any other.
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(new Uint8Array(bytesOf));
}
