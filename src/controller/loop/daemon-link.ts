// What is known of the link to Docker: since when it answers or not, which daemon it is, and how it sees our own
// container. One that was started anew may be another: all of that is asked again then.
import type { Clock } from '../../base/clock.ts';
import type { LinkState } from '../../contracts/facts/base-stack.ts';
import type { Engine } from '../../clients/engine.ts';
import { turned, unasked } from '../link-state.ts';
import { judgeSelf, type Given, type LookAtSelf } from './look-at-self.ts';
import type { Daemon } from './observe.ts';

export type DaemonKnown = {
  readonly daemon: Daemon;
  readonly hostname: string;
  readonly self: LookAtSelf;
  readonly calls: number;
};

export type DaemonLink = {
  readonly state: () => LinkState;
  readonly hostname: () => string | null;
  /** Asks once for each run of the daemon and each place of the stacks folder. */
  readonly known: (stacksDir: string, signal: AbortSignal) => Promise<DaemonKnown>;
  readonly answered: () => void;
  readonly failed: (why: string) => void;
  /** Its stream of events closed: it may be another one when it is back. */
  readonly forget: () => void;
  /** Resolves with the reason when it has been dead for too long, and this process should be started anew. */
  readonly dead: Promise<string>;
  readonly stop: () => void;
};

export function createDaemonLink({
  engine,
  clock,
  container,
  given,
  patienceMs,
}: {
  readonly engine: Engine;
  readonly clock: Clock;
  /** The controller's own container; null when it runs in none, where nobody would start it anew. */
  readonly container: string | null;
  readonly given: Omit<Given, 'stacksDir' | 'socketPath'>;
  readonly patienceMs: number;
}): DaemonLink {
  let state = unasked(clock.now());
  let known: (DaemonKnown & { readonly stacksDir: string }) | undefined;
  let hostname: string | null = null;
  let timer: NodeJS.Timeout | undefined;
  let tellDead = (_why: string) => {};
  const dead = new Promise<string>((resolve) => {
    tellDead = resolve;
  });
  const turn = (to: LinkState['state'], detail: string) => {
    state = turned(state, to, detail, clock.now());
  };

  return {
    state: () => state,
    hostname: () => hostname,
    known: async (stacksDir, signal) => {
      if (known?.stacksDir === stacksDir) return { ...known, calls: 0 };
      const { name, version, runtime } = await engine.info(signal);
      const self =
        container === null
          ? { misplaced: null, issues: [] }
          : judgeSelf(container, await engine.inspectContainer(container, signal), {
              ...given,
              stacksDir,
              socketPath: engine.socketPath,
            });
      hostname = name;
      known = { stacksDir, daemon: { version, runtime }, hostname: name, self, calls: 2 };
      return known;
    },
    answered: () => {
      clearTimeout(timer);
      timer = undefined;
      turn('ok', '');
    },
    failed: (why) => {
      turn('failed', why);
      if (container === null || timer !== undefined) return;
      // A mounted socket may be that of a daemon that is gone, for ever: only a new mount heals it.
      timer = setTimeout(
        () => tellDead(`Docker has not answered for ${Math.round(patienceMs / 1000)} s: ${state.detail}`),
        patienceMs,
      );
    },
    forget: () => {
      known = undefined;
    },
    dead,
    stop: () => clearTimeout(timer),
  };
}
