// What anybody may look at: health, metrics, storages, disks, single subjects of facts.
import type { Clock } from '../../base/clock.ts';
import { isSubject, type Facts, type Subject } from '../../contracts/all-facts.ts';
import type { AgentConfig } from '../../contracts/agent-config.ts';
import { flaggedDevices, type FlaggedDevice } from '../../contracts/flagged-devices.ts';
import { freshnessOf } from '../../contracts/freshness.ts';
import { valueOf, type Reading } from '../../contracts/reading.ts';
import { readStoragePlaces } from '../../host/storage-config.ts';
import type { Machine } from '../../host/machine.ts';
import { createCell } from '../cell.ts';
import type { CertificateStore } from '../certificates.ts';
import { CONTENT_TYPES, expositionFor, formatFamilies } from '../exposition.ts';
import { asSeenBy } from '../for-guest.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { Prepared } from '../../daemon/serve/answer.ts';
import type { Call } from '../handler.ts';
import { composeHostMetrics, composeStorages, METRIC_SUBJECTS, type MetricFacts } from '../host-metrics.ts';
import { metricFamilies, type MetricReadings } from '../metric-families.ts';
import type { ListeningHandlers } from '../parts.ts';
import type { Sampler } from '../sampler.ts';
import { maySee, visibleTo, type Views } from '../views.ts';

type LookHandlers = Pick<
  ListeningHandlers,
  'healthz' | 'metrics' | 'storage' | 'hostMetrics' | 'facts' | 'agent' | 'disks'
>;

export type LookTools = {
  readonly sampler: Sampler;
  readonly views: Views;
  readonly machine: Machine;
  readonly clock: Clock;
  readonly config: AgentConfig;
  readonly certificates: CertificateStore;
  readonly version: string;
  readonly hostScope: string;
  readonly started: number;
  /** Why the agent cannot do all of its work, or nothing. */
  readonly trouble: () => Promise<string | undefined>;
};

/** How long the values of an answer that is put together from many facts are the same. */
const METRICS_EVERY_MS = 2000;
/** Tools that take long are not waited for when their last answer is there. */
const PATIENCE_MS = 1500;
/** Every disk is looked at with several tools. */
const FLAGS_PATIENCE_MS = 5000;
const PLACES_EVERY_MS = 60_000;

export function createLookHandlers(tools: LookTools): LookHandlers {
  const { sampler, clock, views } = tools;
  const places = createCell({
    name: 'storage places',
    everyMs: PLACES_EVERY_MS,
    clock,
    read: async () => readStoragePlaces(tools.machine),
  });
  const timed = async <S extends Subject>(subject: S) => ({
    reading: await sampler.read(
      subject,
      sampler.last(subject) === undefined ? PATIENCE_MS : PATIENCE_MS / 10,
    ),
    everyMs: sampler.intervals[subject] ?? METRICS_EVERY_MS,
  });
  const collect = async (): Promise<MetricFacts> => {
    const [memory, load, uptime, temperatures, filesystems, disks, proxmox, smart, where] = await Promise.all(
      [
        timed('memory'),
        timed('load'),
        timed('uptime'),
        timed('temperatures'),
        timed('filesystems'),
        timed('disks'),
        timed('proxmox'),
        timed('smart'),
        places.read(PATIENCE_MS),
      ],
    );
    return { memory, load, uptime, temperatures, filesystems, disks, proxmox, smart, places: where };
  };

  /** Put together once, and given as bytes to all who ask meanwhile. */
  let made: { readonly taken: number; readonly answer: Prepared } | undefined;
  let making: Promise<Prepared> | undefined;
  const makeMetrics = async (): Promise<Prepared> => {
    try {
      const facts = await collect();
      const answer = composeHostMetrics(facts, METRICS_EVERY_MS / 1000, clock.now());
      const prepared = new Prepared(Buffer.from(JSON.stringify(answer)));
      made = { taken: clock.monotonic(), answer: prepared };
      return prepared;
    } finally {
      making = undefined;
    }
  };

  return {
    healthz: async () => ({
      status: (await tools.trouble()) === undefined ? 'ok' : 'degraded',
      version: tools.version,
    }),
    hostMetrics: async () => {
      if (made !== undefined && clock.monotonic() - made.taken < METRICS_EVERY_MS) return made.answer;
      making ??= makeMetrics();
      return making;
    },
    metrics: async ({ header }) => {
      const form = expositionFor(header('accept'));
      const readings: MetricReadings = await readAll(sampler);
      const text = formatFamilies(
        metricFamilies(readings, { version: tools.version, now: clock.now() }),
        form,
      );
      return new Prepared(Buffer.from(text), CONTENT_TYPES[form]);
    },
    storage: async ({ caller }) => {
      const facts = await collect();
      const missing: Record<string, string> = {};
      const storages = composeStorages(facts, missing, clock.now());
      const { proxmox } = facts;
      return {
        at: proxmox.reading.at,
        every_s: proxmox.everyMs / 1000,
        host_scope: tools.hostScope,
        vmid: caller.kind === 'guest' ? caller.vmid : null,
        storages,
        missing,
        next_fingerprint: tools.certificates.next()?.fingerprint ?? null,
      };
    },
    facts: async ({ params, caller }) => {
      const { subject } = params;
      const everyMs = sampler.intervals[subject];
      const reading = await sampler.read(subject);
      const seen = visibleTo(views, subject, reading, caller);
      if (everyMs === undefined || seen === undefined) {
        throw new Refusal('E_NO_SUCH', `this agent has no facts of ${subject}`);
      }
      return { every_s: everyMs / 1000, reading: seen };
    },
    agent: async ({ caller }) =>
      Promise.resolve({
        version: tools.version,
        host_scope: tools.hostScope,
        allow_loop: tools.config.disks.allow_loop,
        subjects: subjectsFor(tools, caller),
        started: tools.started,
      }),
    disks: async ({ caller }) => {
      const { devices, ...fresh } = await readProven(sampler, clock);
      return { ...fresh, devices: devices.map((device) => asSeenBy(caller, device)) };
    },
  };
}

/** Subjects that this caller may have, with their intervals in seconds. */
export function subjectsFor(
  { sampler, views }: Pick<LookTools, 'sampler' | 'views'>,
  caller: Call<'agent'>['caller'],
): Record<string, number> {
  return Object.fromEntries(
    Object.entries(sampler.intervals)
      .filter(([subject]) => isSubject(subject) && maySee(views, subject, caller))
      .map(([subject, everyMs]) => [subject, everyMs / 1000]),
  );
}

export type FlaggedDisks = {
  readonly at: number;
  readonly every_s: number;
  readonly devices: FlaggedDevice[];
};

/** Devices with their flags; without flags each counts as full, and says that it was not inspected. */
export async function readFlagged(sampler: Sampler): Promise<FlaggedDisks> {
  const [disks, flags] = await Promise.all([
    sampler.read('disks'),
    sampler.read('disk_flags', FLAGS_PATIENCE_MS),
  ]);
  if (disks.state !== 'ok') {
    throw new Refusal('E_NOT_READY', `the disks of this host could not be read (${disks.code})`, {
      retryAfterS: 5,
    });
  }
  // A hung disk may hold up the others' flags for long: their last ones are told with their age, and when
  // that is too high, each disk counts as full again.
  const everyMs = sampler.intervals.disk_flags ?? 0;
  const isOld = freshnessOf({ reading: flags, lastOk: undefined, everyMs }, disks.at) === 'stale';
  const told = isOld ? undefined : valueOf(flags);
  return {
    at: told === undefined ? disks.at : Math.min(disks.at, flags.at),
    every_s: (sampler.intervals.disks ?? 0) / 1000,
    devices: [...flaggedDevices(disks.value.devices, told?.flags ?? [])],
  };
}

const BETWEEN_LOOKS_MS = 500;

/**
 * That a disk is blank is not told from memory: somebody may have written to it since. Looks are half a
 * second apart at least, so that nobody keeps the agent looking by asking.
 */
async function readProven(sampler: Sampler, clock: Clock): Promise<FlaggedDisks> {
  const asked = clock.now();
  const told = await readFlagged(sampler);
  if (told.at >= asked - BETWEEN_LOOKS_MS || told.devices.every(({ data_bearing }) => data_bearing))
    return told;
  sampler.forget('disks');
  sampler.forget('disk_flags');
  return readFlagged(sampler);
}

async function readAll(sampler: Sampler): Promise<MetricReadings> {
  const all: { [S in Subject]?: Reading<Facts[S]> } = {};
  // The parameter ties the reading to the subject's facts, which a union would not.
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters
  const readOne = async <S extends Subject>(subject: S) => {
    const patience = sampler.last(subject) === undefined ? PATIENCE_MS : PATIENCE_MS / 10;
    Object.assign(all, { [subject]: await sampler.read(subject, patience) });
  };
  await Promise.all(SCRAPED.filter((subject) => sampler.intervals[subject] !== undefined).map(readOne));
  return all;
}

/** Every process and every message of the kernel is no matter for a scrape. */
const SCRAPED = [
  ...METRIC_SUBJECTS,
  'cpu',
  'pressure',
  'network',
  'time_sync',
  'zfs',
  'disk_flags',
  'operations',
  'guests',
  'ledger',
] as const satisfies readonly Subject[];
