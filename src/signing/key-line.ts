// A public key in a line of text, as in `.pub` files: its type and its bytes, each only in its one spelling.
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
