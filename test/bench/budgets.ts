// What is promised about speed, size and quiet: a gate breaks the benchmark, a target is where we
// want to be. The numbers are the console's own or a ratio to another figure of the same run.

export type Figures = Readonly<Record<string, number>>;

export type Budget = {
  readonly what: string;
  readonly unit: string;
  /** The figure that is judged; absent when it could not be measured in this run. */
  readonly value: (figures: Figures) => number | undefined;
  readonly gate: (figures: Figures) => number | undefined;
  readonly target: (figures: Figures) => number | undefined;
  /** Figures of others to show beside it. */
  readonly beside: readonly string[];
  /** Debian's package without which it cannot be measured; where it is missing, that is told instead. */
  readonly needs?: string;
};

const figure = (name: string) => (figures: Figures) => figures[name];
const part = (name: string, factor: number) => (figures: Figures) => {
  const value = figures[name];
  return value === undefined ? undefined : value * factor;
};
const ratio = (name: string, to: string) => (figures: Figures) => {
  const [value, base] = [figures[name], figures[to]];
  return value === undefined || base === undefined ? undefined : value / base;
};
const fixed = (value: number) => () => value;

const MINUTES_TO_JUDGE = 4.5;

export const budgets: readonly Budget[] = [
  {
    what: 'first full frame of the checkout',
    unit: 'ms',
    value: figure('start.felhom'),
    gate: part('start.glances', 1 / 2),
    target: part('start.glances', 1 / 3),
    beside: ['start.btop', 'start.htop', 'start.glances'],
  },
  {
    what: 'first full frame, 500 containers to none',
    unit: 'x',
    value: ratio('start.containers-500', 'start.containers-0'),
    gate: fixed(1.5),
    target: fixed(1.2),
    beside: [],
  },
  {
    what: 'key to changed screen, p50',
    unit: 'ms',
    value: figure('keys.felhom.p50'),
    gate: () => undefined,
    target: () => undefined,
    beside: ['keys.btop.p50', 'keys.htop.p50', 'keys.glances.p50'],
  },
  {
    what: 'key to changed screen, p95',
    unit: 'ms',
    value: figure('keys.felhom.p95'),
    gate: fixed(20),
    target: fixed(10),
    beside: ['keys.btop.p95', 'keys.htop.p95', 'keys.glances.p95'],
  },
  {
    what: 'key in 500 containers, p95',
    unit: 'ms',
    value: figure('keys.containers-500.p95'),
    gate: fixed(20),
    target: fixed(10),
    beside: ['keys.containers-20.p95'],
  },
  {
    what: 'key in 10,000 rows to key in 20, p50',
    unit: 'x',
    value: ratio('keys.containers-10000.p50', 'keys.containers-20.p50'),
    gate: fixed(1.5),
    target: fixed(1.1),
    beside: [],
  },
  {
    what: 'key in 10,000 rows, p95',
    unit: 'ms',
    value: figure('keys.containers-10000.p95'),
    // Shown only: what it has to stand is the ratio above.
    gate: () => undefined,
    target: () => undefined,
    beside: ['keys.containers-20.p95'],
  },
  {
    what: 'processor at rest, 1 Hz',
    unit: '%',
    value: figure('cpu.felhom'),
    gate: figure('cpu.glances'),
    target: part('cpu.btop', 2),
    beside: ['cpu.btop', 'cpu.htop', 'cpu.glances'],
  },
  {
    what: 'bytes a second at rest, 1 Hz',
    unit: 'B/s',
    value: figure('bytes.felhom'),
    gate: fixed(2000),
    target: fixed(1000),
    beside: ['bytes.btop', 'bytes.htop', 'bytes.glances'],
  },
  {
    what: 'resident memory',
    unit: 'MB',
    value: figure('memory.felhom'),
    gate: fixed(100),
    target: fixed(70),
    beside: ['memory.btop', 'memory.htop', 'memory.glances'],
  },
  {
    what: 'proving a disk blank: time of dd',
    unit: 'x',
    value: ratio('scan.dd', 'scan.felhom'),
    gate: fixed(1 / 0.8),
    target: fixed(1 / 0.95),
    beside: ['scan.dd', 'scan.felhom'],
  },
  {
    what: 'agent: time of bare HTTPS for a request',
    unit: 'x',
    value: ratio('requests.bare', 'requests.agent'),
    gate: fixed(2),
    target: fixed(1 / 0.8),
    beside: ['requests.bare', 'requests.agent'],
  },
  {
    what: 'agent: requests over TLS, p99',
    unit: 'ms',
    value: figure('p99.agent'),
    gate: fixed(2),
    target: fixed(2),
    beside: [],
  },
  {
    what: 'agent at rest, processor',
    unit: '%',
    value: figure('rest-cpu.agent'),
    gate: fixed(0.5),
    target: fixed(0.2),
    beside: ['rest-cpu.exporter'],
  },
  {
    what: 'agent at rest, resident memory',
    unit: 'MB',
    value: figure('rest-memory.agent'),
    gate: fixed(80),
    target: fixed(60),
    beside: ['rest-memory.exporter'],
  },
  {
    what: 'killed traefik running again, median',
    unit: 'ms',
    value: figure('back.felhom'),
    gate: fixed(1000),
    target: fixed(300),
    beside: ['back.bare', 'back.policy'],
    needs: 'docker.io',
  },
  {
    what: 'killed traefik running again, slowest',
    unit: 'ms',
    value: figure('back-slowest.felhom'),
    gate: fixed(1000),
    target: fixed(300),
    beside: ['back-slowest.bare', 'back-slowest.policy'],
    needs: 'docker.io',
  },
  {
    what: 'pass with nothing to do',
    unit: 'ms',
    value: figure('pass.felhom'),
    gate: fixed(50),
    target: fixed(20),
    beside: ['pass.bare'],
    needs: 'docker.io',
  },
  {
    what: 'pass among foreign containers',
    unit: 'ms',
    value: figure('pass-crowded.felhom'),
    // Shown only: most of it is Docker's own list, which no controller can shorten.
    gate: () => undefined,
    target: () => undefined,
    beside: ['pass-crowded.bare', 'pass-crowded.foreign'],
    needs: 'docker.io',
  },
  {
    // In a container of its own it asks for that one, too: one more.
    what: 'calls to Docker of either pass',
    unit: '',
    value: figure('pass.calls'),
    gate: fixed(10),
    target: fixed(5),
    beside: [],
    needs: 'docker.io',
  },
  {
    what: 'growth of resident memory',
    unit: 'MB/min',
    value: figure('growth.felhom'),
    // Collections of the whole heap come every two or three minutes: less than that judges nothing, and
    // the figure is only shown. --minutes 6 judges.
    gate: (figures) => ((figures['growth.minutes'] ?? 0) >= MINUTES_TO_JUDGE ? 1 : undefined),
    target: (figures) => ((figures['growth.minutes'] ?? 0) >= MINUTES_TO_JUDGE ? 0.1 : undefined),
    beside: [],
  },
];
