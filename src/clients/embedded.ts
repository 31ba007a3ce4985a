// The embedded source: this process reads the machine itself. Loaded when used, as it brings
// every reader with it.
import { systemClock, type Clock } from '../base/clock.ts';
import type { Facts, Subject } from '../contracts/all-facts.ts';
import { absent, type Ok, type Reading } from '../contracts/reading.ts';
import type { FactsSource, SourceListener } from '../contracts/source.ts';
import { createSubjects, type HostSubject, type HostSubjects, type Reader } from '../host/all-subjects.ts';
import { createMachine, type Machine } from '../host/machine.ts';
import { createDockerWatch } from './docker-watch.ts';
import { createDocker } from './docker.ts';
import type { FlagsReader } from './embedded-flags.ts';
import { createSubjectReader, type SubjectReader } from './subject-reader.ts';

export type EmbeddedOptions = {
  /** Reads the tree below this folder instead of the running machine. */
  readonly root?: string;
  readonly clock?: Clock;
  readonly machine?: Machine;
  readonly dockerSocket?: string;
  readonly subjects?: HostSubjects;
  readonly deadlines?: { readonly [S in Subject]?: number };
};

const DEADLINE_MS = 5000;
/** Subjects that run tools, some of them once for each disk or with a cluster's lock. */
const SLOW_DEADLINES = {
  smart: 60_000,
  proxmox: 30_000,
  lvm: 15_000,
  zfs: 15_000,
  kernel_errors: 10_000,
  disk_flags: 60_000,
} as const satisfies { readonly [S in Subject]?: number };
const CONTAINERS_EVERY_MS = 2000;
const FLAGS_EVERY_MS = 30_000;

/** How one subject is asked, whoever answers. */
type Asked<S extends Subject> = {
  readonly everyMs: number;
  readonly read: (previous: Ok<Facts[S]> | undefined, signal: AbortSignal) => Promise<Reading<Facts[S]>>;
};
type Readers = { [S in Subject]?: SubjectReader<Facts[S]> };

export function createEmbeddedSource(options: EmbeddedOptions = {}): FactsSource {
  const { root, dockerSocket } = options;
  const clock = options.clock ?? options.machine?.clock ?? systemClock;
  const machine = options.machine ?? createMachine(root === undefined ? { clock } : { root, clock });
  const docker = createDocker({ clock, ...(dockerSocket === undefined ? {} : { socketPath: dockerSocket }) });
  const deadlines: { readonly [S in Subject]?: number } = { ...SLOW_DEADLINES, ...options.deadlines };

  const intervals: { [S in Subject]?: number } = {};
  const readers: Readers = {};
  const add = <S extends Subject>(subject: S, asked: Asked<S>) => {
    const deadlineMs = deadlines[subject] ?? DEADLINE_MS;
    intervals[subject] = asked.everyMs;
    const reader = createSubjectReader({ subject, clock, deadlineMs, read: asked.read });
    // Assigned so because TypeScript cannot write by a generic key what it can read by one.
    Object.assign(readers, { [subject]: reader } satisfies Record<string, SubjectReader<Facts[S]>>);
  };
  const subjects = options.subjects ?? createSubjects();
  // The parameter ties the reader to the subject's facts, which a union would not.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  const addHost = <S extends HostSubject>(subject: S) => {
    const reader: Reader<S> | undefined = subjects[subject];
    if (reader === undefined) return;
    add(subject, {
      everyMs: reader.everyMs,
      read: async (previous, signal) => reader.read(machine, previous, signal),
    });
  };
  for (const key of Object.keys(subjects)) if (isKeyOf(subjects, key)) addHost(key);
  const { disks } = readers;
  if (disks !== undefined && options.subjects === undefined) {
    let flags: Promise<FlagsReader> | undefined;
    add('disk_flags', {
      everyMs: FLAGS_EVERY_MS,
      read: async (_previous, signal) => {
        flags ??= import('./embedded-flags.ts').then(async ({ createFlagsReader }) =>
          createFlagsReader(machine),
        );
        const readFlags = await flags;
        return readFlags(await disks.read(signal), signal);
      },
    });
  }
  // A recorded tree says nothing of the Docker that runs here.
  const hasDocker = machine.live || dockerSocket !== undefined;
  const notHere = (subject: string) => absent('not-here', subject, clock.now());
  const watch = createDockerWatch({ docker, clock });
  add('containers', {
    everyMs: CONTAINERS_EVERY_MS,
    read: async (_previous, signal) =>
      hasDocker ? watch.read(signal) : Promise.resolve(notHere('containers')),
  });

  return {
    kind: 'embedded',
    intervals,
    read: async (subject, { signal }) => {
      const reader = readers[subject];
      return reader === undefined ? notHere(subject) : reader.read(signal);
    },
    readContainer: async (id, { signal }) =>
      hasDocker ? docker.readContainer(id, signal) : Promise.resolve(notHere('containers')),
    ...(hasDocker
      ? {
          followLog: docker.followLog,
          // Besides being asked: Docker tells only that something changed.
          follow: ({ onReading }: SourceListener) =>
            watch.follow((reading) => onReading('containers', reading)),
        }
      : {}),
    close: () => {
      watch.close();
      for (const reader of Object.values(readers)) reader.close();
      docker.close();
    },
  };
}

function isKeyOf<T extends object>(object: T, key: PropertyKey): key is keyof T {
  return Object.hasOwn(object, key);
}
