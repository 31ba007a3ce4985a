// When a container's present run began (or its last, when it does not run): what its log held before then is of the
// runs before. Docker notes the start only after the program has begun to write.
import { z } from 'zod';
import { parseDockerTime } from './docker-detail.ts';
import type { DockerDoor } from './docker-door.ts';
import { UselessAnswer } from './docker-failure.ts';
import { askJson } from './docker-json.ts';

export type RunStart = {
  /** With a terminal the log is one raw stream, without one it is framed. */
  readonly tty: boolean;
  /** Between the end of the run before and the first line of this one; seconds, as Docker's queries take them. */
  readonly border: string;
};

const HEAD_DEADLINE_MS = 5000;
/** How long before the noted start a program may have begun; making its container ready takes longer. */
const EARLY_MS = 50;

const answer = z.object({
  State: z.object({ StartedAt: z.string().catch(''), FinishedAt: z.string().catch('') }),
  Config: z.object({ Tty: z.boolean().nullish().catch(null) }),
});

export async function readRunStart(door: DockerDoor, path: string, signal: AbortSignal): Promise<RunStart> {
  const parsed = answer.safeParse(await askJson(door, { path, signal, headWithinMs: HEAD_DEADLINE_MS }));
  if (!parsed.success) throw new UselessAnswer('garbage', `GET ${path}`);
  const { State, Config } = parsed.data;
  const startedAt = parseDockerTime(State.StartedAt) ?? EARLY_MS;
  const finishedAt = parseDockerTime(State.FinishedAt);
  // While it runs Docker still knows when the run before ended.
  const isKnown = finishedAt !== null && finishedAt < startedAt;
  const border = isKnown ? (finishedAt + startedAt) / 2 : startedAt - EARLY_MS;
  return { tty: Config.Tty === true, border: (border / 1000).toFixed(6) };
}
