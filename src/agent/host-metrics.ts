// What `GET /host/metrics` and `GET /storage` say, put together from facts. A value that could not be read,
// or was read too long ago, is null, and `missing` says why.
import type { Facts, Subject } from '../contracts/all-facts.ts';
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { Filesystem } from '../contracts/facts/filesystems.ts';
import { freshnessOf } from '../contracts/freshness.ts';
import type { Reading } from '../contracts/reading.ts';
import type { RouteAnswer } from '../contracts/routes.ts';
import { smartOf } from '../contracts/smart-of.ts';
import type { StoragePlace } from '../host/storage-config.ts';

export type HostMetrics = RouteAnswer<'hostMetrics'>;
type Storage = HostMetrics['storages'][number];

/** Subjects that it takes. */
export const METRIC_SUBJECTS = [
  'memory',
  'load',
  'uptime',
  'temperatures',
  'filesystems',
  'disks',
  'proxmox',
  'smart',
] as const satisfies readonly Subject[];
type MetricSubject = (typeof METRIC_SUBJECTS)[number];

type Timed<T> = { readonly reading: Reading<T>; readonly everyMs: number };
export type MetricFacts = {
  readonly [S in MetricSubject]: Timed<Facts[S]>;
} & { readonly places: Reading<readonly StoragePlace[]> };

export function composeHostMetrics(facts: MetricFacts, everyS: number, nowMs: number): HostMetrics {
  const missing: Record<string, string> = {};
  const say = (fields: readonly string[], why: string) => {
    for (const field of fields) missing[field] = why;
  };
  /** The value, or nothing with the reason noted for each field that would have come of it. */
  const take = <T>({ reading, everyMs }: Timed<T>, ...fields: readonly string[]): T | undefined => {
    const why = whyMissing(reading, everyMs, nowMs);
    if (why !== undefined) say(fields, why);
    return reading.state === 'ok' && why === undefined ? reading.value : undefined;
  };

  const memory = take(facts.memory, 'memory_total', 'memory_used');
  const load = take(facts.load, 'load1', 'load5', 'load15');
  const uptime = take(facts.uptime, 'uptime_s');
  const temperatures = take(facts.temperatures, 'cpu_temp_c');
  const cpuTemperature = temperatures?.cpu_temp_c ?? null;
  if (temperatures !== undefined && cpuTemperature === null) {
    say(['cpu_temp_c'], 'no sensor of this machine tells it');
  }
  const ROOT_FIELDS = ['disk_total', 'disk_used', 'disk_used_percent'];
  const filesystems = take(facts.filesystems, ...ROOT_FIELDS)?.filesystems;
  const root = filesystems?.find(({ mount_point }) => mount_point === '/');
  if (filesystems !== undefined && root === undefined) say(ROOT_FIELDS, 'no file system is mounted at /');
  if (root !== undefined && root.fill.state !== 'ok') say(ROOT_FIELDS, reasonOf(root.fill));
  const fill = root?.fill.state === 'ok' ? root.fill.value : undefined;

  return {
    at: oldest([facts.memory, facts.load, facts.uptime], nowMs),
    every_s: everyS,
    memory_total: memory?.memory_total ?? null,
    memory_used: memory?.memory_used ?? null,
    load1: load?.load1 ?? null,
    load5: load?.load5 ?? null,
    load15: load?.load15 ?? null,
    uptime_s: uptime?.uptime_s ?? null,
    cpu_temp_c: cpuTemperature,
    disk_total: fill?.size_bytes ?? null,
    disk_used: fill?.used_bytes ?? null,
    disk_used_percent: fill === undefined ? null : Math.round(fill.used_share * 1000) / 10,
    storages: composeStorages(facts, missing, nowMs),
    missing,
  };
}

export function composeStorages(
  facts: Pick<MetricFacts, 'proxmox' | 'smart' | 'disks' | 'filesystems' | 'places'>,
  missing: Record<string, string>,
  nowMs: number,
): Storage[] {
  const proxmox = facts.proxmox.reading;
  const why = whyMissing(proxmox, facts.proxmox.everyMs, nowMs);
  if (proxmox.state !== 'ok' || why !== undefined) {
    missing['storages'] = why ?? 'not read';
    return [];
  }
  return proxmox.value.storages.map((storage) => {
    const heat = temperatureBelow(storage.name, facts, nowMs);
    const field = (name: string) => `storages.${storage.name}.${name}`;
    if (typeof heat !== 'number') missing[field('smart_temperature_c')] = heat;
    if (storage.size_bytes === null) {
      missing[field('total')] = storage.active ? 'Proxmox does not tell it' : 'the storage is not active';
    }
    return {
      name: storage.name,
      type: storage.type,
      active: storage.active,
      total: storage.size_bytes,
      used: storage.used_bytes,
      smart_temperature_c: typeof heat === 'number' ? heat : null,
    };
  });
}

/** The temperature of the one disk that a storage's folder lies on, or why there is none. */
function temperatureBelow(
  name: string,
  facts: Pick<MetricFacts, 'smart' | 'disks' | 'filesystems' | 'places'>,
  nowMs: number,
): number | string {
  const { places } = facts;
  if (places.state !== 'ok') return reasonOf(places);
  const path = places.value.find((place) => place.name === name)?.path ?? null;
  if (path === null) return 'it lies on no single disk that storage.cfg tells';
  const { filesystems, disks, smart } = facts;
  for (const { reading, everyMs } of [filesystems, disks, smart]) {
    const why = whyMissing(reading, everyMs, nowMs);
    if (why !== undefined) return why;
  }
  if (filesystems.reading.state !== 'ok' || disks.reading.state !== 'ok' || smart.reading.state !== 'ok') {
    return 'not read';
  }
  const mount = mountOf(path, filesystems.reading.value.filesystems);
  const { devices } = disks.reading.value;
  const roots = rootsOf(
    devices.find((device) => device.device_number === mount?.device_number),
    devices,
  );
  const [disk, second] = roots;
  if (disk === undefined || second !== undefined) return 'it lies on no single disk of this machine';
  const report = smartOf(disk.path, smart.reading.value.disks)?.report;
  if (report === undefined) return 'SMART was not asked of its disk';
  if (report.state !== 'ok') return reasonOf(report);
  return report.value.temperature_c ?? 'its disk tells no temperature';
}

function mountOf(path: string, filesystems: readonly Filesystem[]): Filesystem | undefined {
  const isAbove = (point: string) => point === '/' || path === point || path.startsWith(`${point}/`);
  return filesystems
    .filter(({ mount_point }) => isAbove(mount_point))
    .toSorted((a, b) => b.mount_point.length - a.mount_point.length)[0];
}

/** The whole disks below a device. */
function rootsOf(device: BlockDevice | undefined, all: readonly BlockDevice[]): readonly BlockDevice[] {
  if (device === undefined) return [];
  if (device.parents.length === 0) return [device];
  const below = device.parents.flatMap((name) =>
    rootsOf(
      all.find((one) => one.name === name),
      all,
    ),
  );
  return [...new Set(below)];
}

function whyMissing(reading: Reading<unknown>, everyMs: number, nowMs: number): string | undefined {
  if (reading.state !== 'ok') return reasonOf(reading);
  const age = freshnessOf({ reading, lastOk: reading, everyMs }, nowMs);
  return age === 'stale' ? `last read ${Math.round((nowMs - reading.at) / 1000)} s ago` : undefined;
}

function reasonOf(reading: {
  readonly state: string;
  readonly code?: string;
  readonly detail?: string;
}): string {
  const { code = 'not read', detail = '' } = reading;
  return detail === '' ? code : `${code}: ${detail}`;
}

/** Answers say when their facts were read: of the ones that change fast, the oldest. */
function oldest(of: readonly { readonly reading: Reading<unknown> }[], nowMs: number): number {
  const times = of.flatMap(({ reading }) => (reading.state === 'ok' ? [reading.at] : []));
  return times.length === 0 ? nowMs : Math.min(...times);
}
