// Docker's answers to who acts, parsed: only what deciding needs, and never the environment.
import { z } from 'zod';
import { containerName } from './docker-containers.ts';
import { parseDockerTime } from './docker-detail.ts';
import { UselessAnswer } from './docker-failure.ts';
import type { InspectedContainer, ListedContainer, ListedNetwork } from './engine.ts';

const text = z.string().nullish().catch(null);
const number = z.number().nullish().catch(null);
const flag = z.boolean().nullish().catch(null);
const texts = z.array(z.string()).nullish().catch(null);
/** Only labels that are texts; Docker has no others. */
const labels = z
  .record(z.string(), z.unknown())
  .nullish()
  .catch(null)
  .transform((all) =>
    Object.fromEntries(
      Object.entries(all ?? {}).flatMap(([key, value]) => (typeof value === 'string' ? [[key, value]] : [])),
    ),
  );

const listed = z.object({
  Id: z.string().min(1),
  Names: texts,
  Image: text,
  ImageID: text,
  State: text,
  Labels: labels,
  Ports: z
    .array(z.object({ PublicPort: number }))
    .nullish()
    .catch(null),
});

const inspected = z.object({
  Id: z.string().min(1),
  Name: text,
  Image: text,
  Created: text,
  RestartCount: number,
  State: z.object({
    Status: z.string(),
    OOMKilled: flag,
    ExitCode: number,
    Error: text,
    StartedAt: text,
    FinishedAt: text,
    Health: z.object({ Status: text }).nullish().catch(null),
  }),
  Config: z.object({ Image: text, Hostname: text, Labels: labels }),
  HostConfig: z.object({
    RestartPolicy: z.object({ Name: text }).nullish().catch(null),
    Privileged: flag,
    Memory: number,
    PidsLimit: number,
  }),
  NetworkSettings: z
    .object({
      Networks: z
        .record(z.string(), z.object({ NetworkID: text, IPAddress: text }).nullish().catch(null))
        .nullish()
        .catch(null),
    })
    .nullish()
    .catch(null),
  Mounts: z
    .array(z.object({ Type: text, Name: text, Source: text, Destination: text, RW: flag }))
    .nullish()
    .catch(null),
});

const network = z.object({ Id: z.string().min(1), Name: z.string(), Driver: text, Labels: labels });
const image = z.object({ Id: z.string().min(1), RepoTags: texts, RepoDigests: texts });
const made = z.object({ Id: z.string().min(1) });
const info = z.object({
  Name: text,
  ServerVersion: text,
  LiveRestoreEnabled: flag,
  RuncCommit: z.object({ ID: text }).nullish().catch(null),
});
const version = z.object({
  Components: z
    .array(z.object({ Name: text, Version: text }))
    .nullish()
    .catch(null),
});

export const parseListed = (answer: unknown): readonly ListedContainer[] =>
  demand(z.array(listed), answer, 'containers').map((one) => ({
    id: one.Id,
    name: containerName(one),
    image: one.Image ?? '',
    imageId: one.ImageID ?? '',
    state: one.State?.toLowerCase() ?? 'unknown',
    labels: one.Labels,
    ports: [...new Set((one.Ports ?? []).flatMap(({ PublicPort }) => PublicPort ?? []))],
  }));

export function parseInspectedContainer(answer: unknown): InspectedContainer {
  const { State, Config, HostConfig, NetworkSettings, Mounts, ...one } = demand(
    inspected,
    answer,
    'container',
  );
  const startedAt = parseDockerTime(State.StartedAt);
  const policy = HostConfig.RestartPolicy?.Name;
  const health = State.Health?.Status;
  return {
    id: one.Id,
    name: (one.Name ?? '').replace(/^\//, ''),
    image: Config.Image ?? '',
    imageId: one.Image ?? '',
    state: State.Status.toLowerCase(),
    labels: Config.Labels,
    health: typeof health === 'string' && health !== '' && health !== 'none' ? health : null,
    // Docker says 0 while a container runs and before it ever ran; both have no exit code.
    exitCode: startedAt === null || State.Status === 'running' ? null : (State.ExitCode ?? null),
    oomKilled: State.OOMKilled === true,
    startError: State.Error ?? '',
    startedAt,
    finishedAt: parseDockerTime(State.FinishedAt),
    createdAt: parseDockerTime(one.Created),
    restartCount: one.RestartCount ?? 0,
    restartPolicy: policy === undefined || policy === null || policy === '' ? 'no' : policy,
    privileged: HostConfig.Privileged === true,
    hostname: Config.Hostname ?? '',
    memoryBytes: HostConfig.Memory ?? 0,
    pidsLimit: HostConfig.PidsLimit ?? 0,
    networks: Object.fromEntries(
      Object.entries(NetworkSettings?.Networks ?? {}).map(([name, endpoint]) => [
        name,
        { id: endpoint?.NetworkID ?? '', address: endpoint?.IPAddress || null },
      ]),
    ),
    mounts: (Mounts ?? []).map((mount) => ({
      type: mount.Type ?? '',
      source: mount.Source || mount.Name || '',
      target: mount.Destination ?? '',
      readOnly: mount.RW === false,
    })),
  };
}

export const parseNetworks = (answer: unknown): readonly ListedNetwork[] =>
  demand(z.array(network), answer, 'networks').map(({ Id, Name, Driver, Labels }) => ({
    id: Id,
    name: Name,
    driver: Driver ?? '',
    labels: Labels,
  }));

export const parseImage = (answer: unknown) => {
  const { Id, RepoTags, RepoDigests } = demand(image, answer, 'image');
  return { id: Id, tags: RepoTags ?? [], digests: RepoDigests ?? [] };
};

/** The id of what was made. */
export const parseMade = (answer: unknown): string => demand(made, answer, 'id').Id;

export function parseInfo(infoAnswer: unknown, versionAnswer: unknown) {
  const told = demand(info, infoAnswer, 'info');
  const components = demand(version, versionAnswer, 'version').Components ?? [];
  const runc = components.find(({ Name }) => Name === 'runc')?.Version;
  return {
    name: told.Name ?? '',
    version: told.ServerVersion ?? '',
    runtime: runc || told.RuncCommit?.ID || null,
    liveRestore: told.LiveRestoreEnabled === true,
  };
}

function demand<S extends z.ZodType>(schema: S, answer: unknown, what: string): z.output<S> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new UselessAnswer('garbage', `${what}${where === '' ? '' : ` at ${where}`}`);
}
