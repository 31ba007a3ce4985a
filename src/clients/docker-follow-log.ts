// Follows one container's log for a person who reads it: lines together at most so often and so many, harmless,
// never more in memory than one such gathering. A container that writes faster waits in Docker's file.
import type { FollowLog, LogListener } from '../contracts/source.ts';
import { makeHarmless } from '../contracts/harmless.ts';
import { MAX_TAIL } from '../contracts/limits.ts';
import type { DockerDoor } from './docker-door.ts';
import { createLogDecoder, createLogSplitter } from './docker-log.ts';
import { readLogForm } from './docker-log-form.ts';

export type LogRequest = Parameters<FollowLog>[0];

const GATHER_MS = 100;
const MAX_GATHERED = 2000;
const HEAD_DEADLINE_MS = 5000;

/** Comes back when the container ended; rejects when the log cannot be read any more, and when `signal` aborts. */
export async function followDockerLog(
  door: DockerDoor,
  request: LogRequest,
  onLines: LogListener['onLines'],
  signal: AbortSignal,
): Promise<void> {
  const path = `/containers/${encodeURIComponent(request.id)}/logs`;
  const tail = Math.max(0, Math.min(request.tail, MAX_TAIL));
  const form = await readLogForm(door, encodeURIComponent(request.id), signal);
  const query = { stdout: '1', stderr: '1', ...(request.timestamps ? { timestamps: '1' } : {}) };
  if (request.previous) {
    const decoder = createLogDecoder({ tty: form.tty, maxLines: Math.max(1, tail) });
    // Docker counts the tail before it looks at the time.
    await door({ path, query: { ...query, until: await form.readBorder() }, signal, onChunk: decoder.push });
    const lines = decoder.finish().map((line) => makeHarmless(line));
    if (lines.length > 0) onLines(lines);
    return;
  }

  let gathered: string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let onHanded: (() => void) | undefined;
  const handOver = () => {
    clearTimeout(timer);
    timer = undefined;
    const lines = gathered;
    gathered = [];
    if (lines.length > 0 && !signal.aborted) onLines(lines);
    onHanded?.();
  };
  const splitter = createLogSplitter(form.tty, (line) => {
    gathered.push(makeHarmless(line));
    timer ??= setTimeout(handOver, GATHER_MS);
  });
  signal.addEventListener('abort', handOver, { once: true });
  try {
    await door({
      path,
      query: { ...query, follow: '1', tail: String(tail) },
      signal,
      headWithinMs: HEAD_DEADLINE_MS,
      onChunk: splitter.push,
      pace: () => {
        if (gathered.length < MAX_GATHERED || signal.aborted) return undefined;
        return new Promise((done) => {
          onHanded = done;
        });
      },
    });
    splitter.end();
  } finally {
    signal.removeEventListener('abort', handOver);
    handOver();
  }
}
