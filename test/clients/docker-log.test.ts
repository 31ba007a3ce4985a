// A container's log is taken apart as it arrives, however it is cut.
import { expect, test } from 'vitest';
import { createLogDecoder } from '../../src/clients/docker-log.ts';

const frame = (stream: number, text: string | Buffer): Buffer => {
  const data = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(data.length, 4);
  return Buffer.concat([header, data]);
};

const decode = (bytes: Buffer, chunkBytes: number, tty = false, maxLines = 200): string[] => {
  const decoder = createLogDecoder({ tty, maxLines });
  for (let at = 0; at < bytes.length; at += chunkBytes) decoder.push(bytes.subarray(at, at + chunkBytes));
  return decoder.finish();
};

test('frames come apart the same whether they arrive whole or byte by byte', () => {
  const bytes = Buffer.concat([
    frame(1, 'out\n'),
    frame(2, 'error\n'),
    frame(1, ''),
    frame(1, 'árvíztűrő\nlast'),
  ]);
  for (const size of [1, 2, 3, 7, 9, 1000]) {
    expect(decode(bytes, size)).toEqual(['out', 'error', 'árvíztűrő', 'last']);
  }
});

test('a line and a letter cut between two frames are joined, though an error comes between', () => {
  const letter = Buffer.from('ű');
  const bytes = Buffer.concat([
    frame(1, Buffer.concat([Buffer.from('t'), letter.subarray(0, 1)])),
    frame(2, 'oops\n'),
    frame(1, Buffer.concat([letter.subarray(1), Buffer.from('z\n')])),
  ]);
  expect(decode(bytes, 1000)).toEqual(['oops', 'tűz']);
});

test('a terminal has no frames, and ends its lines with a carriage return', () => {
  expect(decode(Buffer.from('{"level":"info"}\r\nnext\r\n'), 5, true)).toEqual(['{"level":"info"}', 'next']);
});

test('only the last lines are kept, and an overlong line only in part', () => {
  const many = Array.from({ length: 1000 }, (_, index) => `line ${index}`).join('\n');
  expect(decode(frame(1, many), 100, false, 3)).toEqual(['line 997', 'line 998', 'line 999']);
  const [long] = decode(frame(1, 'x'.repeat(100_000)), 1000);
  expect(long).toBe(`${'x'.repeat(4096)}…`);
});

test('bytes that are no log give lines and no exception', () => {
  expect(decode(Buffer.from('no frames at all'), 4)).toEqual([expect.any(String)]);
  expect(decode(Buffer.alloc(0), 1)).toEqual([]);
  expect(decode(Buffer.alloc(1001), 7)).toEqual([]);
});
