// Short histories for sparklines: one ring of samples a series, with gaps where nothing was known.
import type { Subject } from '../src/contracts/all-facts.ts';
import { valueOf } from '../src/contracts/reading.ts';
import type { Observations } from './facts.ts';

export type Series =
  | 'cpu'
  | 'memory'
  | 'load'
  | 'cpu_temp'
  | 'pressure_io'
  | 'network_rx'
  | 'network_tx'
  | 'disk_read'
  | 'disk_write';

/** A sample is a number, or null where nothing was known. */
export type History = { readonly [S in Series]: readonly (number | null)[] };

export type HistoryRecorder = {
  /** Takes what is new in `observations` since the last call; gives the histories. */
  readonly record: (observations: Observations) => History;
};

const CAPACITY = 240;

const sum = (values: readonly (number | null)[]): number | null =>
  values.some((value) => value !== null)
    ? values.reduce<number>((total, value) => total + (value ?? 0), 0)
    : null;

/** Where each series comes from; the one table to extend. */
const SOURCES: {
  readonly [S in Series]: {
    subject: Subject;
    sample: (observations: Observations) => number | null | undefined;
  };
} = {
  cpu: { subject: 'cpu', sample: (all) => valueOf(all.cpu?.reading)?.use?.busy },
  memory: {
    subject: 'memory',
    sample: (all) => {
      const memory = valueOf(all.memory?.reading);
      return memory === undefined ? null : memory.memory_used / memory.memory_total;
    },
  },
  load: { subject: 'load', sample: (all) => valueOf(all.load?.reading)?.load1 },
  cpu_temp: { subject: 'temperatures', sample: (all) => valueOf(all.temperatures?.reading)?.cpu_temp_c },
  pressure_io: { subject: 'pressure', sample: (all) => valueOf(all.pressure?.reading)?.io?.some.avg10 },
  network_rx: { subject: 'network', sample: (all) => networkRate(all, 'rx_rate') },
  network_tx: { subject: 'network', sample: (all) => networkRate(all, 'tx_rate') },
  disk_read: { subject: 'disks', sample: (all) => diskRate(all, 'read_rate') },
  disk_write: { subject: 'disks', sample: (all) => diskRate(all, 'write_rate') },
};

export function createHistoryRecorder(): HistoryRecorder {
  const seen = new Map<Series, number>();
  const rings = new Map<Series, readonly (number | null)[]>();
  const ring = (series: Series) => rings.get(series) ?? [];
  return {
    record: (observations) => {
      let series: Series;
      for (series in SOURCES) {
        const { subject, sample } = SOURCES[series];
        const at = observations[subject]?.reading?.at;
        if (at === undefined || at === seen.get(series)) continue;
        seen.set(series, at);
        rings.set(series, [...ring(series).slice(1 - CAPACITY), sample(observations) ?? null]);
      }
      return {
        cpu: ring('cpu'),
        memory: ring('memory'),
        load: ring('load'),
        cpu_temp: ring('cpu_temp'),
        pressure_io: ring('pressure_io'),
        network_rx: ring('network_rx'),
        network_tx: ring('network_tx'),
        disk_read: ring('disk_read'),
        disk_write: ring('disk_write'),
      };
    },
  };
}

/** Physical links only, else all but the loopback: bridges would count the same bytes twice. */
function networkRate(all: Observations, field: 'rx_rate' | 'tx_rate'): number | null {
  const links = valueOf(all.network?.reading)?.links ?? [];
  const physical = links.filter((link) => link.kind === 'physical');
  const counted = physical.length > 0 ? physical : links.filter((link) => link.kind !== 'loopback');
  return sum(counted.map((link) => link[field]));
}

function diskRate(all: Observations, field: 'read_rate' | 'write_rate'): number | null {
  const devices = valueOf(all.disks?.reading)?.devices ?? [];
  return sum(devices.filter((device) => device.kind === 'disk').map((device) => device.io?.[field] ?? null));
}
