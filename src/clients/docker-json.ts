// Docker's answers that are JSON: one value, or a line for each as they come; bounded in size.
import { StringDecoder } from 'node:string_decoder';
import type { DockerDoor, DockerRequest } from './docker-door.ts';
import { UselessAnswer } from './docker-failure.ts';

/** A thousand containers with many labels make a few MiB. */
const MAX_ANSWER_BYTES = 32 * 1024 * 1024;
const MAX_LINE_LENGTH = 1024 * 1024;

/** Nothing for an answer without content. */
export async function askJson(
  door: DockerDoor,
  request: Omit<DockerRequest, 'onChunk' | 'onHead'>,
): Promise<unknown> {
  const name = `${request.method ?? 'GET'} ${request.path}`;
  const chunks: Buffer[] = [];
  let bytes = 0;
  const onChunk = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_ANSWER_BYTES) throw new UselessAnswer('too-large', name);
    chunks.push(chunk);
  };
  await door({ ...request, onChunk });
  return bytes === 0 ? undefined : parse(Buffer.concat(chunks).toString('utf8'), name);
}

/** Takes chunks as they come, calls back for each line's value. Call `end` when no more come. */
export function createJsonLines(
  name: string,
  onValue: (value: unknown) => void,
): { readonly push: (chunk: Buffer) => void; readonly end: () => void } {
  const decoder = new StringDecoder('utf8');
  let open = '';
  const take = (line: string) => {
    if (line.trim() !== '') onValue(parse(line, name));
  };
  return {
    push: (chunk) => {
      const lines = `${open}${decoder.write(chunk)}`.split('\n');
      open = lines.pop() ?? '';
      if (open.length > MAX_LINE_LENGTH) throw new UselessAnswer('too-large', name);
      for (const line of lines) take(line);
    },
    end: () => take(`${open}${decoder.end()}`),
  };
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new UselessAnswer('garbage', `${name}: no JSON`);
  }
}
