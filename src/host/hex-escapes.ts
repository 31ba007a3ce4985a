// Undoes `\xHH`, as udev and the kernel log write bytes that are not plain ASCII; together they are UTF-8.

export function decodeHexEscapes(text: string): string {
  if (!text.includes('\\x')) return text;
  const bytes: Buffer[] = [];
  for (const part of text.split(/(\\x[0-9a-fA-F]{2})/)) {
    const hex = /^\\x([0-9a-fA-F]{2})$/.exec(part)?.[1];
    bytes.push(hex === undefined ? Buffer.from(part) : Buffer.from(hex, 'hex'));
  }
  return Buffer.concat(bytes).toString('utf8');
}
