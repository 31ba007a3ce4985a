// Docker's list of containers (GET /containers/json) to facts. Every field may be missing, null
// or of another kind: versions, Podman and proxies differ.
import { z } from 'zod';
import type { Container } from '../contracts/facts/containers.ts';
import { PROTECTED_NAMES, LABELS, OWNER } from '../contracts/base-stack.ts';
import { examinePin } from './docker-image.ts';

const COMPOSE_PROJECT = 'com.docker.compose.project';
const SHORT_ID_LENGTH = 12;

const text = z.string().nullish().catch(null);
const number = z.number().nullish().catch(null);

const listedPort = z.object({ IP: text, PrivatePort: number, PublicPort: number, Type: text });
const listedMount = z.object({
  Name: text,
  Source: text,
  Destination: text,
  RW: z.boolean().nullish().catch(null),
});
const listedContainer = z.object({
  Id: z.string().min(1),
  Names: z.array(z.string()).nullish().catch(null),
  Image: text,
  ImageID: text,
  Created: number,
  State: text,
  Status: text,
  /** Since API 1.52; before, only the sentence in Status tells. */
  Health: z.object({ Status: text }).nullish().catch(null),
  Labels: z.record(z.string(), z.unknown()).nullish().catch(null),
  Ports: z.array(listedPort).nullish().catch(null),
  Mounts: z.array(listedMount).nullish().catch(null),
  NetworkSettings: z
    .object({ Networks: z.record(z.string(), z.unknown()).nullish().catch(null) })
    .nullish()
    .catch(null),
});
type Listed = z.infer<typeof listedContainer>;

/** Nothing when the answer is no list. Rows without an id are left out: nobody could ask for them. */
export function parseContainers(answer: unknown): Container[] | undefined {
  if (!Array.isArray(answer)) return undefined;
  return answer.flatMap((row: unknown) => {
    const parsed = listedContainer.safeParse(row);
    return parsed.success ? [toContainer(parsed.data)] : [];
  });
}

function toContainer(listed: Listed): Container {
  const name = containerName(listed);
  const image = listed.Image ?? '';
  const imageId = listed.ImageID ?? '';
  const status = listed.Status ?? '';
  const stack = listed.Labels?.[LABELS.stack] ?? listed.Labels?.[COMPOSE_PROJECT];
  return {
    id: listed.Id,
    name,
    image,
    image_id: imageId,
    pinned: examinePin(image, imageId),
    state: listed.State?.toLowerCase() ?? 'unknown',
    health: healthOf(listed.Health?.Status, status),
    status,
    created_at: typeof listed.Created === 'number' ? listed.Created * 1000 : null,
    stack: typeof stack === 'string' && stack !== '' ? stack : null,
    protected: PROTECTED_NAMES.has(name),
    ours:
      listed.Labels?.[LABELS.owner] === OWNER
        ? 'made'
        : listed.Labels?.[LABELS.managed] === 'true'
          ? 'managed'
          : 'no',
    ports: [...new Set((listed.Ports ?? []).map(formatPort))].toSorted(comparePorts),
    networks: Object.keys(listed.NetworkSettings?.Networks ?? {}),
    mounts: (listed.Mounts ?? []).map((mount) => ({
      // A tmpfs has no source; a volume of some drivers has only a name.
      source: mount.Source || mount.Name || '',
      target: mount.Destination ?? '',
      read_only: mount.RW === false,
    })),
  };
}

/** A container that others link to has further names of the form `/other/alias`. */
export function containerName(listed: Pick<Listed, 'Id' | 'Names'>): string {
  const names = (listed.Names ?? []).map((name) => name.replace(/^\//, '')).filter((name) => name !== '');
  return names.find((name) => !name.includes('/')) ?? names[0] ?? listed.Id.slice(0, SHORT_ID_LENGTH);
}

function healthOf(told: string | null | undefined, status: string): string | null {
  if (typeof told === 'string' && told !== '') return told === 'none' ? null : told;
  return /\((?:health: )?(healthy|unhealthy|starting)\)$/.exec(status)?.[1] ?? null;
}

function formatPort(port: z.infer<typeof listedPort>): string {
  const inside = `${port.PrivatePort ?? '?'}/${port.Type ?? 'tcp'}`;
  if (typeof port.PublicPort !== 'number') return inside;
  const address = port.IP ?? '';
  const host = address.includes(':') ? `[${address}]` : address;
  return host === '' ? `${port.PublicPort}->${inside}` : `${host}:${port.PublicPort}->${inside}`;
}

const comparePorts = (a: string, b: string): number => a.localeCompare(b, 'en', { numeric: true });
