// Lines of the files of keys, each only in its one spelling: what any of them may hold, and the public key in it, as
// in `.pub` files.
import { messageOf } from '../base/errors.ts';
import { parsePublicKey, type PublicKey } from './public-key.ts';

/** The key, or what is wrong with it, in English. */
export function parseKeyLine(type: string, base64: string): PublicKey | string {
  const blob = Buffer.from(base64, 'base64');
  if (base64 === '' || blob.toString('base64') !== base64)
    return 'the key is damaged: copy the whole .pub line';
  try {
    const key = parsePublicKey(blob);
    return key.type === type ? key : `the key says that it is ${key.type}, not what stands before it`;
  } catch (error) {
    return messageOf(error);
  }
}

/** Nothing to read in it: empty, or a comment. */
export const isNoKey = (line: string): boolean => /^[ \t]*(?:#|$)/.test(line);

/** Of comments as well; a sentence in English. */
export function whyUnreadable(line: string): string | undefined {
  if (line.endsWith('\r')) return 'it ends as lines of Windows do: save the file with plain line ends';
  return /^[\t\x20-\x7e]*$/.test(line) ? undefined : 'it holds more than printable ASCII: write it without';
}
