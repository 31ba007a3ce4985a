// One look of the reconciler: what should be, what is, and the plan between the two. Nothing is changed by it, except
// that a new stacks folder and the dead are remembered.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { ServiceName } from '../../contracts/base-stack.ts';
import type { ControllerConfig } from '../../contracts/controller-config.ts';
import { DEFAULT_STACKS_DIR } from '../../contracts/controller-files.ts';
import type { Engine } from '../../clients/engine.ts';
import type { DaemonKnown, DaemonLink } from './daemon-link.ts';
import type { DeathWatch } from './death-watch.ts';
import type { Desired } from '../desired/desired.ts';
import type { Lanes } from './lanes.ts';
import type { MemoryFile } from './memory-file.ts';
import { observe, observeOne } from './observe.ts';
import { plan as planSteps } from '../plan/plan.ts';
import type { Observed, Plan, PlanIssue, StacksFolder } from '../plan/state.ts';
import { noteDeath } from '../plan/transitions.ts';
import { readStacksFolder } from './stacks-folder.ts';
import type { FileWatch } from './watch-files.ts';

export type Look = {
  readonly at: number;
  readonly desired: Desired | null;
  readonly observed: Observed;
  readonly stacksDir: string;
  readonly plan: Plan;
  /** About the controller's own container. */
  readonly selfIssues: readonly PlanIssue[];
  readonly calls: number;
  /** Whether what was seen of a service, or of all, still holds. */
  readonly holds: (service: ServiceName | null) => boolean;
};

export type LookOptions = {
  readonly engine: Engine;
  readonly clock: Clock;
  readonly link: DaemonLink;
  readonly lanes: Lanes;
  readonly memory: MemoryFile;
  readonly deaths: DeathWatch;
  readonly files: FileWatch;
  readonly config: () => ControllerConfig | null;
  readonly desired: () => Desired | null;
  /** The controller's own container; null: it runs in none. */
  readonly container: string | null;
};

export const NOTHING_TO_DO: Plan = { steps: [], held: [], issues: [], blocked: null };

/** `takeDied`: asked last of all; the look before, when only this container of it has to be looked at anew. */
export async function takeLook(
  options: LookOptions,
  signal: AbortSignal,
  takeDied: () => { readonly before: Look; readonly id: string } | undefined = () => undefined,
): Promise<Look> {
  const { engine, clock, link, lanes, memory, deaths } = options;
  const holds = lanes.mark();
  const stacksDir = options.config()?.paths.stacks_dir ?? DEFAULT_STACKS_DIR;
  const known = await link.known(stacksDir, signal);
  const stacksFolder = await judgeStacks(stacksDir, known.self.misplaced, memory);
  const died = takeDied();
  const one =
    died === undefined
      ? undefined
      : await observeOne(
          engine,
          died.before.observed,
          { id: died.id, at: clock.now(), stacksFolder },
          signal,
        );
  const { observed, calls } = one ?? (await observeAll(options, { known, stacksDir, stacksFolder }, signal));
  const { at } = observed;
  for (const { service, ...death } of deaths.take(observed)) {
    memory.change((now) => noteDeath(now, service, death));
  }
  const desired = options.desired();
  const plan = desired === null ? NOTHING_TO_DO : planSteps(desired, observed, memory.current(), at);
  const selfIssues = known.self.issues;
  return { at, desired, observed, stacksDir, plan, selfIssues, calls: calls + known.calls, holds };
}

async function observeAll(
  { engine, clock, files, desired, container }: LookOptions,
  {
    known,
    stacksDir,
    stacksFolder,
  }: { readonly known: DaemonKnown; readonly stacksDir: string; readonly stacksFolder: StacksFolder },
  signal: AbortSignal,
) {
  const spoilt = await files.look(desired(), stacksDir);
  const { daemon } = known;
  return observe(engine, { at: clock.now(), daemon, self: container, stacksFolder, spoilt }, signal);
}

/** A new one is remembered on the disk before anything is made in it. */
async function judgeStacks(dir: string, misplaced: string | null, memory: MemoryFile): Promise<StacksFolder> {
  const { sentinel: remembered } = memory.current();
  const lost = await memory.lost();
  const { folder, sentinel } = await readStacksFolder(dir, { remembered, lost, misplaced });
  if (folder.state !== 'new') return folder;
  memory.change((known) => ({ ...known, sentinel }));
  try {
    await memory.keep();
    return folder;
  } catch (error) {
    memory.change((known) => ({ ...known, sentinel: null }));
    return { state: 'wrong', why: `its id cannot be remembered: ${messageOf(error)}` };
  }
}
