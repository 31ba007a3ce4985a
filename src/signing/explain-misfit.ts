// Why a signature does not fit, as far as it can be found out: what people and their programs do to a file
// before they sign it. This only explains; a signature that fits any of these counts as little as any other.

/** A check costs up to a millisecond. */
const MOST_OTHERS = 32;

const NO_FIT = 'the signature does not fit these bytes';

/** An English sentence. `fits` tells of other bytes whether the signature is over them. */
export function explainMisfit(
  message: string,
  look:
    | { readonly others: readonly string[]; readonly fits: (candidate: string | Uint8Array) => boolean }
    | undefined,
): string {
  if (look === undefined) return NO_FIT;
  const slip = slipsOf(message).find(([candidate]) => look.fits(candidate));
  if (slip !== undefined) return `these bytes were signed ${slip[1]}`;
  return look.others.slice(0, MOST_OTHERS).some(look.fits)
    ? 'the signature is for another operation that is open'
    : NO_FIT;
}

function slipsOf(message: string): readonly (readonly [string | Uint8Array, string])[] {
  const bare = message.replace(/\n$/, '');
  const windows = `${bare}\r\n`;
  const utf16 = (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le');
  const base64 = Buffer.from(message).toString('base64');
  const wrapped = base64.replaceAll(/.{1,64}/g, '$&\n');
  return [
    [bare, 'without the end of their line'],
    [`${message}\n`, 'with an empty line more'],
    [windows, 'with the line end of Windows (CRLF)'],
    [`\ufeff${message}`, 'with a byte order mark before them'],
    [`\ufeff${windows}`, 'with a byte order mark before them'],
    [utf16(message), 'as UTF-16, as PowerShell writes files'],
    [utf16(windows), 'as UTF-16, as PowerShell writes files'],
    [base64, 'as base64: decode them first'],
    [`${base64}\n`, 'as base64: decode them first'],
    [wrapped, 'as base64: decode them first'],
    [wrapped.replaceAll('\n', '\r\n'), 'as base64: decode them first'],
  ];
}
