// Docker's stream of events: those that change what is there, and none of those that each health check makes.
import { z } from 'zod';
import type { EngineEvent } from './engine.ts';
import type { DockerDoor } from './docker-door.ts';
import { createJsonLines } from './docker-json.ts';

const FILTERS = {
  type: ['container', 'network', 'image', 'daemon'],
  // `exec_create` and its like come with each health check: with hundreds of containers, all the time.
  event: [
    'create',
    'start',
    'die',
    // Tells an end that was asked for from a death.
    'kill',
    'oom',
    'pause',
    'unpause',
    'rename',
    'update',
    'destroy',
    'health_status',
    'connect',
    'disconnect',
    'load',
    'pull',
    'tag',
    'untag',
    'delete',
    'reload',
  ],
};
const HEAD_DEADLINE_MS = 5000;

const told = z.object({
  Type: z.string().catch(''),
  Action: z.string().catch(''),
  Actor: z
    .object({
      ID: z.string().catch(''),
      Attributes: z.record(z.string(), z.unknown()).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  time: z.number().catch(0),
  timeNano: z.number().catch(0),
});

export type EventsRequest = {
  /** Milliseconds since the epoch: what happened after it, as far as Docker remembers, comes first. */
  readonly since?: number;
  readonly onOpen: () => void;
  readonly onEvent: (event: EngineEvent) => void;
  readonly signal: AbortSignal;
};

/** Never resolves: a daemon that dies closes the stream, one that is stopped ends it, and both reject. */
export async function followEvents(door: DockerDoor, request: EventsRequest): Promise<never> {
  const { since, onOpen, onEvent, signal } = request;
  const path = '/events';
  const lines = createJsonLines(`GET ${path}`, (value) => {
    const event = parseEvent(value);
    if (event !== undefined) onEvent(event);
  });
  await door({
    path,
    query: {
      filters: JSON.stringify(FILTERS),
      ...(since === undefined ? {} : { since: (since / 1000).toFixed(3) }),
    },
    signal,
    headWithinMs: HEAD_DEADLINE_MS,
    onHead: onOpen,
    onChunk: lines.push,
  });
  throw Object.assign(new Error('the stream of events ended'), { code: 'ECONNRESET' });
}

function parseEvent(value: unknown): EngineEvent | undefined {
  const parsed = told.safeParse(value);
  if (!parsed.success || parsed.data.Type === '') return undefined;
  const { Type, Action, Actor, time, timeNano } = parsed.data;
  const attributes = Actor?.Attributes ?? {};
  const text = (name: string) => {
    const attribute = attributes[name];
    return typeof attribute === 'string' ? attribute : '';
  };
  const number = (name: string) => {
    const value = Number.parseInt(text(name), 10);
    return Number.isNaN(value) ? null : value;
  };
  return {
    type: Type,
    action: Action,
    id: Actor?.ID ?? '',
    name: text('name'),
    exitCode: number('exitCode'),
    signal: number('signal'),
    at: timeNano > 0 ? timeNano / 1e6 : time * 1000,
  };
}
