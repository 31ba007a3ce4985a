// A tar archive (ustar) of what a test says, the same bytes each time.

export type TarEntry = {
  readonly name: string;
  readonly mode?: number;
} & ({ readonly content: Buffer | string } | { readonly link: string } | { readonly folder: true });

const BLOCK = 512;

export function writeTar(entries: readonly TarEntry[]): Buffer {
  return Buffer.concat([...entries.flatMap(toBlocks), Buffer.alloc(BLOCK * 2)]);
}

function toBlocks(entry: TarEntry): Buffer[] {
  const content = 'content' in entry ? Buffer.from(entry.content) : Buffer.alloc(0);
  const kind = 'content' in entry ? '0' : 'link' in entry ? '2' : '5';
  const header = Buffer.alloc(BLOCK);
  const number = (value: number, at: number, length: number) =>
    header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at);
  header.write(entry.name, 0, 100);
  number(entry.mode ?? 0o755, 100, 8);
  number(0, 108, 8);
  number(0, 116, 8);
  number(content.length, 124, 12);
  number(0, 136, 12);
  header.fill(' ', 148, 156);
  header.write(kind, 156);
  if ('link' in entry) header.write(entry.link, 157, 100);
  header.write('ustar\u000000', 257);
  number(
    header.reduce((sum, byte) => sum + byte, 0),
    148,
    7,
  );
  return [header, content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)];
}
