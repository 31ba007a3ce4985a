// Puts the controller together and takes it apart again: what it is told, what it remembers, what it keeps as it
// should be, whom it tells of it, and who may ask.
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { randomSecret } from '../base/digest.ts';
import { messageOf } from '../base/errors.ts';
import type { Text } from '../base/texts/text.ts';
import { createDockerEngine } from '../clients/docker-engine.ts';
import { CONTROLLER_FILES } from '../contracts/controller-files.ts';
import { createLedger } from '../daemon/ledger/ledger.ts';
import { flushLog, type Log } from '../daemon/log.ts';
import { openOwnFolder } from '../daemon/own-folder.ts';
import { keepSecret } from '../daemon/secret-file.ts';
import { lockState } from '../daemon/state-lock.ts';
import { createAgentProxy } from './agent-proxy.ts';
import { openApi, type Api } from './api/open-api.ts';
import { openConfigBook, type BookTimes } from './bootstrap/config-book.ts';
import { createHealth } from './health/create-health.ts';
import { openMemory, type MemoryFile } from './loop/memory-file.ts';
import { worseLink } from './link-state.ts';
import type { ConfigBook, Health } from './parts.ts';
import { createReconciler, type Times } from './loop/reconciler.ts';
import { createAgentReports } from './reports/agent-reports.ts';
import { openAnchorBook } from './reports/anchor-book.ts';
import { createHubReports } from './reports/hub-reports.ts';
import { makeStacksFolder } from './loop/stacks-folder.ts';
import { tellGiven } from './tell-given.ts';
import { createTellBase } from './tell-base.ts';

export type ControllerOptions = {
  readonly dataFolder: string;
  readonly bootstrapPath: string;
  /** The container that it runs in; undefined: in none. */
  readonly container: string | undefined;
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  readonly dockerSocket: string;
  readonly version: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly text: Text;
  /** Between 0 and 1; spreads the attempts of many guests. */
  readonly random: () => number;
  /** For tests. */
  readonly times?: { readonly book?: Partial<BookTimes>; readonly reconciler?: Partial<Times> };
  readonly settleS?: number;
};

export type RunningController = {
  /** Where its API listens; undefined when only its socket is. */
  readonly port: number | undefined;
  /** Resolves when it cannot go on by itself; `startAnew`: another start may help. */
  readonly failed: Promise<{ readonly reason: string; readonly startAnew: boolean }>;
  /** Within five seconds. */
  readonly stop: () => Promise<void>;
};

type Undo = (() => unknown)[];

export async function startController(options: ControllerOptions): Promise<RunningController> {
  const undo: Undo = [];
  try {
    return await put(options, undo);
  } catch (error) {
    // Whatever was opened so far is closed, the last first.
    for (const close of undo.toReversed()) await close();
    throw error;
  }
}

async function put(options: ControllerOptions, undo: Undo): Promise<RunningController> {
  const { dataFolder, bootstrapPath, container, clock, log, text, random, version } = options;
  const inData = (name: string) => join(dataFolder, name);
  const started = clock.now();
  openOwnFolder(dataFolder, 0o700, text);
  const lock = await lockState(inData(CONTROLLER_FILES.lock), text, 'controller');
  undo.push(lock.release);

  const config = await openConfigBook({
    dataFolder,
    bootstrapPath,
    clock,
    log,
    random,
    ...(options.times?.book === undefined ? {} : { times: options.times.book }),
  });
  undo.push(config.stop);
  const memory = await openMemory(inData(CONTROLLER_FILES.memory), log);
  const secrets = {
    filebrowserPassword: await keepSecret(inData(CONTROLLER_FILES.filebrowserPassword), randomSecret, text),
    filebrowserKey: await keepSecret(inData(CONTROLLER_FILES.filebrowserKey), randomSecret, text),
  };
  if (container === undefined) undo.push(await makeFolderOnce(config, memory, log));

  // What parts need of each other before all of them are there.
  const late: { api?: Api; health?: Health } = {};
  const ledger = createLedger({
    path: inData(CONTROLLER_FILES.ledger),
    clock,
    onChange: () => late.api?.ledgerChanged(),
  });
  const engine = createDockerEngine({ socketPath: options.dockerSocket });
  undo.push(engine.close);
  const reconciler = createReconciler({
    engine,
    book: config,
    memory,
    ledger,
    secrets,
    clock,
    log,
    dataFolder,
    container: container ?? null,
    given: { hostname: hostname(), bootstrapFolder: dirname(bootstrapPath), dataFolder },
    ...(options.times?.reconciler === undefined ? {} : { times: options.times.reconciler }),
    ...(options.settleS === undefined ? {} : { settleS: options.settleS }),
  });
  undo.push(reconciler.stop);

  const agent = createAgentProxy({ config, clock, log, random });
  undo.push(agent.stop);
  const nothing = { status: 'unknown', issues: [], at: started } as const;
  const reports: { hub?: ReturnType<typeof createHubReports> } = {};
  const hubLink = () =>
    reports.hub === undefined ? config.hubLink() : worseLink(config.hubLink(), reports.hub.link());
  const tell = createTellBase({
    version,
    started,
    config,
    reconciler,
    health: () => late.health ?? { told: () => nothing, probeOf: () => null },
    agent,
    hubLink,
  });
  const anchors = await openAnchorBook(inData(CONTROLLER_FILES.anchors), log);
  const hubReports = createHubReports({ config, tell, clock, log, random });
  reports.hub = hubReports;
  undo.push(hubReports.stop);
  const agentReports = createAgentReports({ agent, config, anchors, tell, log, random });
  undo.push(agentReports.stop);
  const health = createHealth({
    config,
    reconciler,
    agentLink: agent.link,
    hubLink,
    problems: () => [hubReports.problem(), anchors.problem()].filter((problem) => problem !== undefined),
    changes: [config.onChange, reconciler.onChange, agent.onChange, hubReports.onChange],
    clock,
    log,
  });
  late.health = health;
  undo.push(health.stop);
  health.onChange(() => {
    agentReports.changed();
    hubReports.changed();
  });
  reconciler.onChange(agentReports.changed);

  const api = await openApi({
    dataFolder,
    listen: options.listen,
    container,
    version,
    config,
    reconciler,
    health,
    agent,
    ledger,
    tell,
    clock,
    log,
    text,
  });
  late.api = api;
  undo.push(api.stop);
  await ledger
    .record({ what: 'controller.started', by: null, subject: '', detail: { version } })
    // A full disk must not keep it from healing what runs; its health says so.
    .catch((error: unknown) => log.error({ err: messageOf(error) }, 'its start is not in the ledger'));
  undo.push(tellGiven({ ...options, config, port: api.port }));

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info({}, 'controller stops');
    for (const part of [hubReports, agentReports, health, agent, config]) part.stop();
    await Promise.all([api.stop(), reconciler.stop()]);
    engine.close();
    await lock.release();
    log.info({}, 'controller stopped');
    await flushLog(log);
  };
  return {
    port: api.port,
    failed: Promise.race([
      lock.lost.then(() => ({ reason: 'the lock on the data folder was lost', startAnew: true })),
      reconciler.dead.then((reason) => ({ reason, startAnew: true })),
    ]),
    stop: async () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

/** Outside of a container there is no unit that made the stacks folder: a controller that starts for the first time does. */
async function makeFolderOnce(config: ConfigBook, memory: MemoryFile, log: Log): Promise<() => void> {
  if (!memory.isNew) return () => {};
  const make = async (): Promise<void> => {
    const dir = config.current()?.paths.stacks_dir;
    if (dir === undefined || memory.current().sentinel !== null) return;
    await makeStacksFolder(dir).catch((error: unknown) =>
      log.error({ dir, err: messageOf(error) }, 'the stacks folder could not be made'),
    );
  };
  // Before the first look: one that does not find it yet would do nothing until the next.
  await make();
  return config.onChange(() => void make());
}
