// What one has to know before reading a container's log: its form, and when the present run began (or the last, when
// it does not run): what it held before is of the runs before. Docker notes a start after the program began to write.
import { z } from 'zod';
import { parseDockerTime } from './docker-detail.ts';
import type { DockerDoor } from './docker-door.ts';
import { UselessAnswer } from './docker-failure.ts';
import { askJson, createJsonLines } from './docker-json.ts';

export type LogForm = {
  /** With a terminal the log is one raw stream, without one it is framed. */
  readonly tty: boolean;
  /** Between the end of the run before and the first line of this one; seconds, as Docker's queries take them. */
  readonly readBorder: () => Promise<string>;
};

const HEAD_DEADLINE_MS = 5000;
/** How long before the noted start a program may have begun; making its container ready takes longer. */
const EARLY_MS = 50;

const ended = z.object({ timeNano: z.number() });
const answer = z.object({
  State: z.object({ StartedAt: z.string().catch(''), FinishedAt: z.string().catch('') }),
  Config: z.object({ Tty: z.boolean().nullish().catch(null) }),
});

/** `id`: as it stands in the path. */
export async function readLogForm(door: DockerDoor, id: string, signal: AbortSignal): Promise<LogForm> {
  const path = `/containers/${id}/json`;
  const parsed = answer.safeParse(await askJson(door, { path, signal, headWithinMs: HEAD_DEADLINE_MS }));
  if (!parsed.success) throw new UselessAnswer('garbage', `GET ${path}`);
  const { State, Config } = parsed.data;
  const startedAt = parseDockerTime(State.StartedAt) ?? EARLY_MS;
  const finishedAt = parseDockerTime(State.FinishedAt);
  const readBorder = async () => {
    // Docker tells an end when all that was written has been read.
    const told = await readLastEnd(door, decodeURIComponent(id), startedAt, signal);
    if (told !== undefined) return toSeconds(told + 1);
    // While it runs the end of the run before is still noted; what it wrote last may be noted after that.
    const isNoted = finishedAt !== null && finishedAt < startedAt;
    return toSeconds(isNoted ? (finishedAt + startedAt) / 2 : startedAt - EARLY_MS);
  };
  return { tty: Config.Tty === true, readBorder };
}

/** The last end before that time, as far as Docker remembers its events. */
async function readLastEnd(
  door: DockerDoor,
  id: string,
  before: number,
  signal: AbortSignal,
): Promise<number | undefined> {
  const path = '/events';
  let last: number | undefined;
  const lines = createJsonLines(`GET ${path}`, (value) => {
    const parsed = ended.safeParse(value);
    if (parsed.success && parsed.data.timeNano / 1e6 < before) last = parsed.data.timeNano / 1e6;
  });
  await door({
    path,
    query: {
      since: '0',
      until: toSeconds(before),
      filters: JSON.stringify({ type: ['container'], container: [id], event: ['die'] }),
    },
    signal,
    headWithinMs: HEAD_DEADLINE_MS,
    onChunk: lines.push,
  });
  return last;
}

const toSeconds = (ms: number): string => (ms / 1000).toFixed(6);
