// What this guest is told to be: bootstrap.json of its host, the hub's configuration, and controller.yaml, which
// is made from both. An existing controller.yaml wins unless the hub's generation is higher; a broken one is
// never overwritten: then nothing is known, and it is said why.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { plainSha256 } from '../../base/digest.ts';
import { errnoOf, messageOf } from '../../base/errors.ts';
import { createInTurn } from '../../base/in-turn.ts';
import { createListeners } from '../../base/listeners.ts';
import { NotPrivate, readPrivateFile } from '../../base/read-private-file.ts';
import { BadBootstrap, readBootstrapFile, type ReadBootstrap } from '../../clients/bootstrap-file.ts';
import { createHubClient, type HubAddress, type HubClient } from '../../clients/hub.ts';
import { controllerConfig, type ControllerConfig } from '../../contracts/controller-config.ts';
import { CONTROLLER_FILES } from '../../contracts/controller-files.ts';
import type { LinkState } from '../../contracts/facts/base-stack.ts';
import type { Log } from '../../daemon/log.ts';
import { turned, unasked } from '../link-state.ts';
import type { ConfigBook } from '../parts.ts';
import { createRepeated } from '../repeat.ts';
import { askHub } from './ask-hub.ts';
import { badBootstrap, badConfig, noBootstrap, notWritten, otherCustomer } from './config-problems.ts';
import {
  generationOf,
  nameGeneration,
  seedFrom,
  withCertificates,
  withCustomer,
  withLinksOf,
} from './merge-configuration.ts';
import { parseControllerYaml, type Parsed, type Raw } from './parse-configuration.ts';
import { createProblemBook } from './problem-book.ts';
import { removeLeftovers, writeConfiguration, type WriteFile } from './write-configuration.ts';

export type BookOptions = {
  readonly dataFolder: string;
  readonly bootstrapPath: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly openHub?: (address: HubAddress) => HubClient;
  readonly writeFile?: WriteFile;
  readonly times?: Partial<BookTimes>;
};

export type BookTimes = {
  /** How often the hub is asked for a higher generation, and how soon again when it does not answer. */
  readonly hubEveryMs: number;
  readonly hubRetryMs: number;
  /** How often it is looked whether somebody changed controller.yaml or bootstrap.json. */
  readonly lookEveryMs: number;
  /** A guest that knows nothing yet waits so long for the hub before it comes up with what it has. */
  readonly firstWaitMs: number;
};

const TIMES: BookTimes = {
  hubEveryMs: 15 * 60_000,
  hubRetryMs: 10_000,
  lookEveryMs: 5000,
  // Whoever stops it meanwhile waits no longer than five seconds.
  firstWaitMs: 3000,
};

type State = { readonly raw: Raw; readonly value: ControllerConfig };
/** What should stand in controller.yaml, the hub aside; `kept`: what stands there. */
type ReadFiles = { readonly raw: Raw; readonly kept: Raw | undefined };

/** Comes back when what can be known is known: with a controller.yaml at once, else after the hub was asked. */
export async function openConfigBook(options: BookOptions): Promise<ConfigBook> {
  const { dataFolder, bootstrapPath, clock, log, openHub = createHubClient } = options;
  const times = { ...TIMES, ...options.times };
  const path = join(dataFolder, CONTROLLER_FILES.config);
  const inTurn = createInTurn();
  const listeners = createListeners();
  const problems = createProblemBook(listeners.tell);
  let state: State | undefined;
  let seen = '';
  let saidUnknown = '';
  let hubLink = unasked(clock.now());

  const setState = (next: State | undefined): void => {
    const changed = JSON.stringify(next?.raw) !== JSON.stringify(state?.raw);
    state = next;
    if (changed) listeners.tell();
  };
  const setHubLink = (to: LinkState['state'], detail: string): void => {
    if (hubLink.state === to && hubLink.detail === detail) return;
    hubLink = turned(hubLink, to, detail, clock.now());
    listeners.tell();
  };

  const readTold = async (): Promise<ReadBootstrap | undefined> => {
    try {
      const told = await readBootstrapFile(bootstrapPath);
      // controller.yaml may know all of it already: then it is needed no more.
      const needed = told === undefined && state === undefined;
      problems.set('bootstrap', needed ? noBootstrap(bootstrapPath) : undefined);
      const unknown = told?.unknown ?? [];
      if (unknown.join() !== saidUnknown) {
        saidUnknown = unknown.join();
        for (const field of unknown) {
          log.warn({ field }, 'bootstrap: field not known to this version; it is kept');
        }
      }
      return told;
    } catch (error) {
      if (!(error instanceof BadBootstrap)) throw error;
      problems.set('bootstrap', badBootstrap(bootstrapPath, error.message, state !== undefined));
      return undefined;
    }
  };

  const readFiles = async (): Promise<ReadFiles | undefined> => {
    seen = await stampOf(path, bootstrapPath);
    const kept = await readKept(path);
    if (kept?.state === 'broken') {
      problems.set('file', badConfig(path, kept.why, state !== undefined));
      return undefined;
    }
    const told = await readTold();
    const digest = plainSha256(told?.text ?? '');
    if (kept === undefined) {
      problems.set('file', undefined);
      return told === undefined ? undefined : { raw: seedFrom(told.bootstrap, digest), kept: undefined };
    }
    const own = kept.value.customer.id;
    const other = told?.bootstrap.customer.id ?? own;
    problems.set('file', other === own ? undefined : otherCustomer(path, own, other));
    // Another customer's secrets are on this guest, or this guest is another's now: nothing is done with them.
    setState(other === own ? kept : undefined);
    if (other !== own) return undefined;
    // What only a missing file was wrong about is right, now that this one is known.
    if (told === undefined) await readTold();
    return {
      raw: told === undefined ? kept.raw : withLinksOf(kept.raw, told.bootstrap, digest),
      kept: kept.raw,
    };
  };

  /** With the hub's sections when it has a higher generation. */
  const newerThan = async (raw: Raw, signal: AbortSignal): Promise<Raw | undefined> => {
    const now = controllerConfig.safeParse(raw).data;
    if (now?.hub === undefined) {
      setHubLink('off', 'no hub is named');
      problems.set('hub', undefined);
      return undefined;
    }
    const answer = await askHub(openHub(now.hub), now.customer.id, signal);
    if (answer.state === 'given-up') return undefined;
    problems.set('hub', answer.state === 'failed' ? answer.problem : undefined);
    if (answer.state === 'failed') {
      setHubLink('failed', answer.detail);
      return undefined;
    }
    const { generation } = answer.value;
    setHubLink('ok', `configuration of generation ${generation}`);
    return generation > generationOf(raw) ? withCustomer(raw, answer.value, answer.raw) : undefined;
  };

  const write = async (raw: Raw): Promise<boolean> => {
    try {
      const written = await writeConfiguration(path, raw, options.writeFile);
      seen = await stampOf(path, bootstrapPath);
      problems.set('write', undefined);
      setState(written);
      return true;
    } catch (error) {
      problems.set('write', notWritten(path, errnoOf(error) ?? messageOf(error)));
      return false;
    }
  };

  /** Both files, and the hub when there is a signal for it. */
  const bringUp = async (hubSignal: AbortSignal | undefined): Promise<void> => {
    const read = await readFiles();
    if (read === undefined) return;
    const { raw, kept } = read;
    const newer = hubSignal === undefined ? undefined : await newerThan(raw, hubSignal);
    const next = newer ?? raw;
    if (next === kept) {
      // What could not be written is wanted no more.
      problems.set('write', undefined);
      return;
    }
    if (!(await write(next))) return;
    if (kept === undefined) {
      const whose = `customer ${state?.value.customer.id ?? ''}, ${nameGeneration(next)}`;
      log.info({}, `bootstrap: seeded controller.yaml (${whose}): coming up configured`);
    } else if (newer === undefined) {
      log.info({}, 'bootstrap: written anew since controller.yaml was made: hub and local_api taken from it');
    } else {
      log.info({}, `configuration: ${nameGeneration(next)} of the hub replaces ${nameGeneration(kept)}`);
    }
  };

  await removeLeftovers(path);
  await inTurn(async () => {
    const known = (await readKept(path)) !== undefined;
    await bringUp(known ? undefined : AbortSignal.timeout(times.firstWaitMs));
  });

  const onFailed = (error: unknown) => {
    if (!(error instanceof NotDone)) log.error({ err: messageOf(error) }, 'configuration: not looked at');
  };
  const isDone = () => hubLink.state !== 'failed' && !problems.list().some(({ healsItself }) => healsItself);
  const asking = createRepeated({
    work: async (signal) => {
      await inTurn(async () => bringUp(signal));
      if (!isDone()) throw new NotDone();
    },
    onFailed,
    everyMs: times.hubEveryMs,
    gatherMs: 0,
    retry: { firstMs: times.hubRetryMs, longestMs: times.hubEveryMs },
    random: options.random,
    // A moment ago, when it knew nothing.
    firstMs: hubLink.state === 'unknown' ? 0 : isDone() ? times.hubEveryMs : times.hubRetryMs,
  });
  const looking = createRepeated({
    work: async () => {
      if ((await stampOf(path, bootstrapPath)) === seen) return;
      await inTurn(async () => bringUp(undefined));
      asking.poke();
    },
    onFailed,
    everyMs: times.lookEveryMs,
    gatherMs: 0,
    retry: { firstMs: times.lookEveryMs, longestMs: times.lookEveryMs },
    random: () => 1,
    firstMs: times.lookEveryMs,
  });

  return {
    current: () => state?.value ?? null,
    problems: problems.list,
    hubLink: () => hubLink,
    keepCertificates: async (next, inUse) =>
      inTurn(async () => {
        if (state === undefined) throw new Error('there is no configuration to keep it in');
        const changed = withCertificates(state.raw, next, inUse);
        if (JSON.stringify(changed) === JSON.stringify(state.raw)) return;
        if (!(await write(changed))) throw new Error('controller.yaml could not be written');
      }),
    onChange: listeners.add,
    reread: async () => inTurn(async () => bringUp(undefined)),
    refresh: asking.now,
    stop: () => {
      asking.stop();
      looking.stop();
    },
  };
}

/** Told as a problem already. */
class NotDone extends Error {}

async function readKept(path: string): Promise<Parsed<ControllerConfig> | undefined> {
  try {
    const text = await readPrivateFile(path);
    return text === undefined ? undefined : parseControllerYaml(text);
  } catch (error) {
    if (!(error instanceof NotPrivate)) throw error;
    return { state: 'broken', why: error.message };
  }
}

/** Another one when somebody wrote to one of the files, or changed its rights. */
async function stampOf(...paths: readonly string[]): Promise<string> {
  const stamps = paths.map(async (path) => {
    const found = await lstat(path, { bigint: true }).catch((error: unknown) => errnoOf(error) ?? 'failed');
    return typeof found === 'string'
      ? found
      : [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(' ');
  });
  return (await Promise.all(stamps)).join('; ');
}
