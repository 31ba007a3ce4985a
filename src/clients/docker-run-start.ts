// When a container's present run began (or its last, when it does not run), to the nanosecond: what its log held
// before then is of the runs before.
import { z } from 'zod';
import type { DockerDoor } from './docker-door.ts';
import { UselessAnswer } from './docker-failure.ts';
import { askJson } from './docker-json.ts';

export type RunStart = {
  /** With a terminal the log is one raw stream, without one it is framed. */
  readonly tty: boolean;
  /** Seconds since the epoch, as Docker's queries take them. */
  readonly startedAt: string;
};

const answer = z.object({
  State: z.object({ StartedAt: z.string().catch('') }),
  Config: z.object({ Tty: z.boolean().nullish().catch(null) }),
});

export async function readRunStart(door: DockerDoor, path: string, signal: AbortSignal): Promise<RunStart> {
  const parsed = answer.safeParse(await askJson(door, { path, signal }));
  if (!parsed.success) throw new UselessAnswer('garbage', `GET ${path}`);
  const { State, Config } = parsed.data;
  return { tty: Config.Tty === true, startedAt: toSeconds(State.StartedAt) };
}

/** Date would cut what comes after the milliseconds, and with it the last lines. */
function toSeconds(time: string): string {
  const whole = Date.parse(time.replace(/\.\d+/, ''));
  if (Number.isNaN(whole) || whole <= 0) return '0';
  const fraction = /\.(\d{1,9})/.exec(time)?.[1] ?? '';
  return `${whole / 1000}.${fraction.padEnd(9, '0')}`;
}
