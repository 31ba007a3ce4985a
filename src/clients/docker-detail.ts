// What Docker tells of one container (GET /containers/{id}/json) to facts. The environment is not
// even parsed: it holds secrets.
import { z } from 'zod';
import type { ContainerDetail } from '../contracts/facts/containers.ts';
import { hideSecrets } from './docker-command.ts';

const text = z.string().nullish().catch(null);
const number = z.number().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);

const inspected = z.object({
  Id: z.string().min(1),
  Path: text,
  Args: z.array(z.string()).nullish().catch(null),
  RestartCount: number,
  State: z
    .object({
      Status: text,
      Running: flag,
      StartedAt: text,
      FinishedAt: text,
      ExitCode: number,
      OOMKilled: flag,
    })
    .nullish()
    .catch(null),
  Config: z.object({ Tty: flag }).nullish().catch(null),
  HostConfig: z
    .object({ RestartPolicy: z.object({ Name: text }).nullish().catch(null) })
    .nullish()
    .catch(null),
});

export type Inspected = {
  readonly detail: Omit<ContainerDetail, 'log_tail'>;
  /** With a terminal the log is one raw stream, without one it is framed. */
  readonly tty: boolean;
};

export function parseInspected(answer: unknown): Inspected | undefined {
  const parsed = inspected.safeParse(answer);
  if (!parsed.success) return undefined;
  const { Id, Path, Args, RestartCount, State, Config, HostConfig } = parsed.data;
  const startedAt = parseDockerTime(State?.StartedAt);
  const running = State?.Running === true && State.Status !== 'restarting';
  const policy = HostConfig?.RestartPolicy?.Name;
  return {
    detail: {
      id: Id,
      started_at: startedAt,
      finished_at: parseDockerTime(State?.FinishedAt),
      // Docker says 0 while a container runs and before it ever ran; both have no exit code.
      exit_code: running || startedAt === null ? null : (State?.ExitCode ?? null),
      oom_killed: State?.OOMKilled ?? null,
      restart_count: RestartCount ?? null,
      restart_policy: policy === '' ? 'no' : (policy ?? null),
      command: hideSecrets([...(typeof Path === 'string' && Path !== '' ? [Path] : []), ...(Args ?? [])]),
    },
    tty: Config?.Tty === true,
  };
}

/** Docker writes the year 1 for "never". */
export function parseDockerTime(value: string | null | undefined): number | null {
  const time = Date.parse(value ?? '');
  return Number.isNaN(time) || time <= 0 ? null : time;
}
