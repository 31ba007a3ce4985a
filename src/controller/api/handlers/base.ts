// The routes about the base stack: how it is, what would be done, do it; hold a service down, and let it go.
// The reconciler writes into the ledger who asked, before anything is done.
import type { Clock } from '../../../base/clock.ts';
import { isServiceName, type ServiceName } from '../../../contracts/base-stack.ts';
import { Refusal } from '../../../daemon/refusal.ts';
import type { ConfigBook, Health, Reconciler, TellBase } from '../../parts.ts';
import { byDocker } from '../by-docker.ts';
import { ledgerCallerOf } from '../caller.ts';
import { checkWord } from '../check-word.ts';
import type { ApiHandlers } from '../handler.ts';
import { tellStep } from '../../plan/tell-step.ts';

export const BASE_EVERY_S = 5;
const MINUTE_MS = 60_000;
/** It goes on when the caller has gone, but not for ever. */
const APPLY_LIMIT_MS = 600_000;

export function createBaseHandlers({
  config,
  reconciler,
  health,
  tell,
  version,
  clock,
}: {
  readonly config: Pick<ConfigBook, 'reread'>;
  readonly reconciler: Reconciler;
  readonly health: Health;
  readonly tell: TellBase;
  readonly version: string;
  readonly clock: Clock;
}): Pick<ApiHandlers, 'health' | 'base' | 'basePlan' | 'applyBase' | 'pauseService' | 'resumeService'> {
  return {
    health: async () => {
      const { status, issues, at } = health.told();
      return Promise.resolve({ status, issues: [...issues], version, at });
    },
    base: async () => Promise.resolve({ at: clock.now(), every_s: BASE_EVERY_S, base: tell() }),
    // Whoever has just written controller.yaml means that one.
    basePlan: async ({ signal }) => {
      await config.reread();
      const { steps, held, blocked } = await byDocker(async () => reconciler.plan(signal));
      return { at: clock.now(), steps: steps.map(tellStep), held: [...held], blocked };
    },
    applyBase: async ({ caller, body }) => {
      const by = ledgerCallerOf(caller, body);
      await config.reread();
      const applied = await byDocker(async () =>
        reconciler.applyNow(by, AbortSignal.timeout(APPLY_LIMIT_MS)),
      );
      return { applied: applied.map(tellStep), base: tell() };
    },
    pauseService: async ({ caller, params, body }) => {
      const service = serviceOf(params.service);
      checkWord(service, body.confirm);
      const by = ledgerCallerOf(caller, body);
      const from = clock.now();
      const pause = { reason: body.reason, from, until: from + body.minutes * MINUTE_MS, by: by.name };
      await byDocker(async () => reconciler.pause(service, pause, by));
      return { base: tell() };
    },
    resumeService: async ({ caller, params, body }) => {
      const service = serviceOf(params.service);
      const by = ledgerCallerOf(caller, body);
      await byDocker(async () => reconciler.resume(service, by));
      return { base: tell() };
    },
  };
}

function serviceOf(name: string): ServiceName {
  if (isServiceName(name)) return name;
  throw new Refusal('E_NO_SUCH', `there is no service ${name} in the base stack`);
}
