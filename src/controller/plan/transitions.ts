// How what is remembered changes: each happening from memory to memory, pure. Whoever applies steps writes the result
// to the disk.
import { BASE_SERVICES, isServiceName, type ServiceName } from '../../contracts/base-stack.ts';
import type { BasePause } from '../../contracts/facts/base-stack.ts';
import { concerns, delayAfter, stillCounting } from './back-off.ts';
import type { Memory, Observed, ServiceMemory, SharedSubject, StepFailures, StepKind } from './state.ts';

export const NO_MEMORY: Memory = { sentinel: null, lastGoodDaemon: null, services: {}, shared: {} };

export const memoryOf = (memory: Memory, service: ServiceName): ServiceMemory =>
  memory.services[service] ?? { failures: null, deaths: [], pause: null, rejected: null };

/** How a daemon is remembered: its version and its runtime's. */
export const daemonKey = ({ version, runtime }: Observed['daemon']): string => `${version} ${runtime ?? '-'}`;

type Subject = ServiceName | SharedSubject;

/** `hash`: what the step was to lead to. */
export function noteFailure(
  memory: Memory,
  subject: Subject,
  failure: { readonly step: StepKind; readonly hash: string | null; readonly why: string },
  now: number,
): Memory {
  const count = (stillCounting(failuresOf(memory, subject), now)?.count ?? 0) + 1;
  return withFailures(memory, subject, {
    ...failure,
    count,
    last: now,
    nextTry: now + delayAfter(count),
  });
}

/**
 * Nothing waits any more; how often it failed is kept until it was quiet for long, or what starts and dies at once
 * would be started hot.
 */
export function noteSuccess(memory: Memory, subject: Subject, step: StepKind, now: number): Memory {
  const failures = failuresOf(memory, subject);
  if (failures === null || failures.nextTry <= now || !concerns(failures.step, step)) return memory;
  return withFailures(memory, subject, { ...failures, nextTry: now });
}

const DEATHS_KEPT = 20;

export const noteDeath = (
  memory: Memory,
  service: ServiceName,
  death: ServiceMemory['deaths'][number],
): Memory =>
  withService(memory, service, {
    deaths: [...memoryOf(memory, service).deaths, death].slice(-DEATHS_KEPT),
  });

export const noteRollback = (
  memory: Memory,
  service: ServiceName,
  rejected: NonNullable<ServiceMemory['rejected']>,
): Memory => withService(memory, service, { rejected });

/** A version that runs: what was rejected before it is over. */
export const noteAccepted = (memory: Memory, service: ServiceName): Memory =>
  memoryOf(memory, service).rejected === null ? memory : withService(memory, service, { rejected: null });

/** Null ends one. */
export const notePause = (memory: Memory, service: ServiceName, pause: BasePause | null): Memory =>
  withService(memory, service, { pause });

export const noteGoodDaemon = (memory: Memory, daemon: Observed['daemon']): Memory =>
  memory.lastGoodDaemon === daemonKey(daemon) ? memory : { ...memory, lastGoodDaemon: daemonKey(daemon) };

/** A person asks for everything now: back-offs end, rejected versions are tried again. Pauses stay. */
export function forgetTroubles(memory: Memory): Memory {
  let forgotten: Memory = { ...memory, shared: {} };
  for (const { name } of BASE_SERVICES) {
    if (memory.services[name] !== undefined)
      forgotten = withService(forgotten, name, { failures: null, rejected: null });
  }
  return forgotten;
}

/** Pauses that are over are taken out. */
export function endPauses(memory: Memory, now: number): Memory {
  let ended = memory;
  for (const { name } of BASE_SERVICES) {
    const { pause } = memoryOf(memory, name);
    if (pause !== null && !isPaused(pause, now)) ended = notePause(ended, name, null);
  }
  return ended;
}

/** As nobody can ask for longer, an end that is further away was made by a clock that ran ahead. */
export const isPaused = (pause: BasePause | null, now: number): pause is BasePause =>
  pause !== null && pause.until > now && pause.until - now <= LONGEST_PAUSE_MS;

/** A day, and what a clock may be put right by while that pause is asked for. */
const LONGEST_PAUSE_MS = 24 * 3_600_000 + 60_000;

const failuresOf = (memory: Memory, subject: Subject): StepFailures | null =>
  isServiceName(subject) ? memoryOf(memory, subject).failures : (memory.shared[subject] ?? null);

const withFailures = (memory: Memory, subject: Subject, failures: StepFailures): Memory =>
  isServiceName(subject)
    ? withService(memory, subject, { failures })
    : { ...memory, shared: { ...memory.shared, [subject]: failures } };

const withService = (memory: Memory, service: ServiceName, change: Partial<ServiceMemory>): Memory => ({
  ...memory,
  services: { ...memory.services, [service]: { ...memoryOf(memory, service), ...change } },
});
