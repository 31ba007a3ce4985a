// A guest for tests: folders of its own, a real Docker daemon that is shared by a test file, and a reconciler on it.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { tmpdir } from 'node:os';
import { systemClock } from '../../src/base/clock.ts';
import { createDockerEngine } from '../../src/clients/docker-engine.ts';
import type { Engine, InspectedContainer } from '../../src/clients/engine.ts';
import { BASE_NETWORK, BASE_SERVICES } from '../../src/contracts/base-stack.ts';
import type { ControllerConfig } from '../../src/contracts/controller-config.ts';
import type { BaseStackFacts } from '../../src/contracts/facts/base-stack.ts';
import type { LedgerRecord } from '../../src/contracts/facts/ledger.ts';
import type { Notice } from '../../src/contracts/routes.ts';
import { openMemory } from '../../src/controller/loop/memory-file.ts';
import type { BaseTold, Reconciler } from '../../src/controller/parts.ts';
import { createReconciler, type ReconcilerOptions } from '../../src/controller/loop/reconciler.ts';
import { createLedger } from '../../src/daemon/ledger/ledger.ts';
import { createLog } from '../../src/daemon/log.ts';
import type { Daemon } from '../docker/daemon.ts';
import { saveStandIns } from '../docker/stand-ins.ts';
import { exampleConfig, SECRETS } from './example-config.ts';

export type Guest = {
  readonly folder: string;
  readonly stacksDir: string;
  readonly dataFolder: string;
  readonly engine: Engine;
  /** A configuration with this guest's own stacks folder. */
  readonly config: (sections?: Readonly<Record<string, unknown>>) => ControllerConfig;
  readonly start: (options?: Partial<StartOptions>) => Promise<Running>;
  readonly inspect: (name: string) => Promise<InspectedContainer | undefined>;
  readonly containers: () => Promise<readonly string[]>;
  readonly networkIds: () => Promise<readonly string[]>;
  readonly ledger: () => Promise<readonly LedgerRecord[]>;
  /** Removes its containers and networks, ours or not. */
  readonly clear: () => Promise<void>;
  readonly close: () => Promise<void>;
};

export type StartOptions = Omit<ReconcilerOptions, 'engine' | 'book' | 'memory' | 'ledger' | 'secrets'> & {
  readonly config: ControllerConfig | null;
  readonly engine: Engine;
};

export type Running = {
  readonly reconciler: Reconciler;
  readonly notices: Notice[];
  readonly log: () => string;
  readonly configure: (config: ControllerConfig) => void;
  /** Comes back when it is so; the message of the error tells what was so instead. */
  readonly until: (what: string, is: (told: BaseTold) => boolean, withinMs?: number) => Promise<BaseTold>;
  /** All services run, nothing is to be done, and nothing is being done. */
  readonly converged: (withinMs?: number) => Promise<BaseTold>;
  readonly stop: () => Promise<void>;
};

export const never = new AbortController().signal;
const SENTINEL_ID = 'test-sentinel-0001';

export async function openGuest(
  daemon: Daemon,
  options: { readonly archives?: boolean; readonly sentinel?: boolean } = {},
): Promise<Guest> {
  const folder = await mkdtemp(join(tmpdir(), 'felhom-guest-'));
  const stacksDir = join(folder, 'stacks');
  const dataFolder = join(folder, 'data');
  await mkdir(stacksDir, { mode: 0o755 });
  await mkdir(dataFolder, { mode: 0o700 });
  if (options.sentinel !== false) await writeFile(join(stacksDir, '.felhom-stacks'), `${SENTINEL_ID}\n`);
  if (options.archives !== false) await saveStandIns(join(dataFolder, 'images'));
  const engine = createDockerEngine({ socketPath: daemon.socketPath });
  const config: Guest['config'] = (sections = {}) =>
    exampleConfig({ ...sections, paths: { stacks_dir: stacksDir, ...objectOf(sections['paths']) } });

  const clear = async () => {
    for (const { id } of await engine.listContainers(never)) await engine.removeContainer(id, never);
    for (const network of await engine.listNetworks(never)) {
      if (network.name === BASE_NETWORK) await engine.removeNetwork(network.id, never);
    }
  };
  return {
    folder,
    stacksDir,
    dataFolder,
    engine,
    config,
    start: async (start = {}) => startOn({ dataFolder, engine, config: config(), ...start }),
    inspect: async (name) => engine.inspectContainer(name, never),
    containers: async () => (await engine.listContainers(never)).map(({ name }) => name).toSorted(),
    networkIds: async () =>
      (await engine.listNetworks(never)).filter(({ name }) => name === BASE_NETWORK).map(({ id }) => id),
    ledger: async () =>
      createLedger({ path: join(dataFolder, 'ledger'), clock: systemClock, onChange: () => {} })
        .verify()
        .then(({ records }) => records),
    clear,
    close: async () => {
      engine.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function startOn(
  start: Partial<StartOptions> & Pick<StartOptions, 'dataFolder' | 'engine' | 'config'>,
): Promise<Running> {
  const { config: first, ...options } = start;
  const lines: string[] = [];
  const log = createLog(
    'debug',
    new Writable({ write: (chunk, _encoding, done) => (lines.push(String(chunk)), done()) }),
  );
  let config = first;
  const listeners = new Set<() => void>();
  const notices: Notice[] = [];
  const reconciler = createReconciler({
    settleS: 1,
    clock: systemClock,
    container: null,
    // From here their addresses do not answer; who wants it asks from inside.
    probe: async () => Promise.resolve({ state: 'failed', detail: 'not asked' }),
    given: { hostname: 'test', bootstrapFolder: '/etc/felhom-bootstrap', dataFolder: options.dataFolder },
    ...options,
    log,
    secrets: SECRETS,
    memory: await openMemory(join(options.dataFolder, 'memory.json'), log),
    ledger: createLedger({
      path: join(options.dataFolder, 'ledger'),
      clock: systemClock,
      onChange: () => {},
    }),
    book: {
      current: () => config,
      onChange: (listener) => {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    },
  });
  reconciler.onNotice((notice) => void notices.push(notice));
  const until: Running['until'] = async (what, is, withinMs = 15_000) => {
    let off = () => {};
    try {
      return await new Promise<BaseTold>((resolve, reject) => {
        const timer = setTimeout(() => {
          const { services, steps, issues, docker, blocked } = reconciler.told();
          const told = JSON.stringify({ services, steps, issues, docker, blocked }, undefined, 1);
          reject(new Error(`not within ${withinMs} ms: ${what}\n${told}\n${lines.slice(-30).join('')}`));
        }, withinMs);
        const look = () => {
          const told = reconciler.told();
          if (!is(told)) return;
          clearTimeout(timer);
          resolve(told);
        };
        off = reconciler.onChange(look);
        look();
      });
    } finally {
      off();
    }
  };
  return {
    reconciler,
    notices,
    log: () => lines.join(''),
    configure: (next) => {
      config = next;
      for (const listener of listeners) listener();
    },
    until,
    converged: async (withinMs) => until('all services run', allRun, withinMs),
    stop: reconciler.stop,
  };
}

/** Figures that are measured on the way. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);

export const allRun = (told: BaseTold): boolean =>
  told.last_pass?.converged === true &&
  told.steps.length === 0 &&
  told.services.every(({ state }) => state === 'running');

export const serviceOf = (told: BaseTold, name: string): BaseStackFacts['services'][number] => {
  const found = told.services.find((service) => service.name === name);
  if (found === undefined) throw new Error(`no ${name}`);
  return found;
};

export const namesOfBase = BASE_SERVICES.map(({ name }) => name).toSorted();
const objectOf = (value: unknown): object => (typeof value === 'object' && value !== null ? value : {});
