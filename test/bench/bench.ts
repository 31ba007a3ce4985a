// `npm run bench`: measures the console beside the peers that are installed, prints every figure
// beside its gate and target, writes JSON, and exits 1 when a gate is broken.
//   --quick          fewer samples, for a look while working
//   --minutes N      keeps one console open so long at least, to see whether its memory grows
//   --only TEXT      only the steps whose name has TEXT
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { findProgram } from '../setup/find-program.ts';
import { isCi } from '../setup/no-skips.ts';
import { budgets, type Figures } from './budgets.ts';
import { measureAgentAtRest, measureRequests } from './measure-agent.ts';
import { measureController } from './measure-controller.ts';
import { measureKeys } from './measure-keys.ts';
import { measureRest } from './measure-rest.ts';
import { measureScan } from './measure-scan.ts';
import { measureStart } from './measure-start.ts';
import { median, percentile } from './numbers.ts';
import { felhom, felhomContainers, peers } from './programs-measured.ts';
import { formatTable, judge } from './report.ts';
import { startDocker } from './start-docker.ts';
import { watchMemory } from './watch-memory.ts';

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '0' },
    only: { type: 'string', default: '' },
  },
});
const samples = options.quick
  ? { starts: 3, presses: 20, restMs: 10_000, controller: { kills: 5, passes: 5, foreign: 200 } }
  : { starts: 7, presses: 40, restMs: 25_000, controller: { kills: 15, passes: 15, foreign: 500 } };

const present = peers.filter((peer) => findProgram(peer.file) !== undefined);
const missing = [
  ...peers.filter((peer) => !present.includes(peer)).map((peer) => peer.name),
  ...(findProgram('prometheus-node-exporter') === undefined ? ['prometheus-node-exporter'] : []),
  ...(findProgram('dockerd') === undefined ? ['docker.io'] : []),
];
const startedAt = performance.now();
const figures: Record<string, number> = {};
const failures: string[] = [];

for (const program of [felhom, ...present]) {
  await step(`start ${program.name}`, async () => {
    const recordMs = program.name === 'glances' ? 1200 : 700;
    const { framesMs, dropped } = await measureStart(program, samples.starts, recordMs);
    return { values: { [`start.${program.name}`]: median(framesMs) }, dropped };
  });
}
for (const count of [0, 500]) {
  await step(`start with ${count} containers`, async () =>
    withContainers(count, async (program) => {
      const { framesMs, dropped } = await measureStart(program, samples.starts, 1000);
      return { values: { [`start.containers-${count}`]: median(framesMs) }, dropped };
    }),
  );
}
if (!missing.includes('docker.io')) {
  await step('controller', async () => ({ values: await measureController(samples.controller) }));
}
// From here on: it would disturb what is above.
const memory = watchMemory(felhom);
for (const program of [felhom, ...present]) {
  await step(`keys ${program.name}`, async () => {
    const { changesMs, dropped, lost } = await measureKeys(program, samples.presses);
    return { values: latencies(program.name, changesMs), dropped, lost };
  });
}
for (const count of [20, 500, 10_000]) {
  await step(`keys in ${count} containers`, async () =>
    withContainers(count, async (program) => {
      const { changesMs, dropped, lost } = await measureKeys(program, samples.presses);
      return { values: latencies(`containers-${count}`, changesMs), dropped, lost };
    }),
  );
}
await step('disk scan', async () => {
  if (process.getuid?.() !== 0) throw new Error('only root can make a loop device to read');
  const rates = measureScan(options.quick ? 2 : 5);
  return { values: { 'scan.felhom': median(rates.felhom), 'scan.dd': median(rates.dd) } };
});
await step('agent requests', async () => ({
  values: await measureRequests(options.quick ? 1 : 3, options.quick ? 2 : 4),
}));
await step('agent at rest', async () => ({ values: await measureAgentAtRest(samples.restMs) }));
await step('rest', async () => {
  const rest = await measureRest([felhom, ...present], samples.restMs);
  return {
    values: Object.fromEntries(
      rest.flatMap((one) => [
        [`cpu.${one.name}`, one.cpuPercent],
        [`bytes.${one.name}`, one.bytesPerSecond],
        [`memory.${one.name}`, one.residentMb],
      ]),
    ),
  };
});
await step('memory', async () => {
  const leftMs = Number(options.minutes) * 60_000 - (performance.now() - startedAt);
  await new Promise((done) => setTimeout(done, Math.max(0, leftMs)));
  const growth = await memory.stop();
  // Less than half a minute is no slope.
  const values =
    growth.minutes > 0.5 ? { 'growth.felhom': growth.mbPerMinute, 'growth.minutes': growth.minutes } : {};
  const resident = Number.isNaN(growth.residentMb) ? {} : { 'memory.felhom': growth.residentMb };
  return { values: { ...values, ...resident } };
});

const rows = judge(
  budgets.filter(({ needs }) => needs === undefined || !missing.includes(needs)),
  figures,
);
const wanted = options.only === '' ? rows : rows.filter((row) => row.verdict !== 'not measured');
const broken = wanted.filter((row) => row.verdict === 'BROKEN' || row.verdict === 'not measured');
process.stdout.write(`\n${formatTable(wanted)}\n\n`);
for (const failure of failures) process.stdout.write(`failed: ${failure}\n`);
for (const name of missing) process.stdout.write(`missing peer: ${name} (Debian: apt-get install ${name})\n`);
process.stdout.write(`written: ${write()}\n`);
process.stdout.write(
  `${Math.round((performance.now() - startedAt) / 1000)} s, ${broken.length} gates broken or not measured\n`,
);
process.exitCode =
  broken.length > 0 || failures.length > 0 || (missing.length > 0 && isCi(process.env)) ? 1 : 0;

type Measurement = { readonly values: Figures; readonly dropped?: number; readonly lost?: number };

/** One step's failure costs its own figures; the others are still measured. */
async function step(name: string, measure: () => Promise<Measurement>): Promise<void> {
  if (!name.includes(options.only) && name !== 'memory') return;
  try {
    const { values, dropped = 0, lost = 0 } = await measure();
    Object.assign(figures, values);
    const told = Object.entries(values).map(([key, value]) => `${key} ${value.toFixed(2)}`);
    const notes = [
      dropped > 0 ? `${dropped} dropped: machine busy` : '',
      lost > 0 ? `${lost} without a change` : '',
    ];
    process.stderr.write(`${name}: ${[...told, ...notes.filter((note) => note !== '')].join(', ')}\n`);
  } catch (error) {
    failures.push(`${name}: ${String(error).replace(/\n[\s\d|]*$/, '')}`);
    process.stderr.write(`${failures.at(-1)}\n`);
  }
}

function latencies(name: string, changesMs: readonly number[]): Figures {
  return { [`keys.${name}.p50`]: percentile(changesMs, 50), [`keys.${name}.p95`]: percentile(changesMs, 95) };
}

async function withContainers(
  count: number,
  measure: (program: ReturnType<typeof felhomContainers>) => Promise<Measurement>,
): Promise<Measurement> {
  const docker = await startDocker(count);
  try {
    return await measure(felhomContainers(docker.host, count));
  } finally {
    await docker.stop();
  }
}

function write(): string {
  const folder = fileURLToPath(new URL('../../bench-results', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.json`);
  const machine = { processors: cpus().length, model: cpus()[0]?.model, node: process.version };
  writeFileSync(file, `${JSON.stringify({ machine, figures, rows, missing, failures }, null, 2)}\n`);
  return file;
}
