// All that a running console holds, made from a source: facts, their histories, findings, the
// place of the person, settings. Screens look at it; nothing here draws.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Clock } from '../src/base/clock.ts';
import type { ContainerDetail } from '../src/contracts/facts/containers.ts';
import type { Examination } from '../src/contracts/finding.ts';
import { freshnessOf } from '../src/contracts/freshness.ts';
import type { Settings } from '../src/contracts/settings.ts';
import { failed, type Reading } from '../src/contracts/reading.ts';
import type { Signer } from '../src/contracts/signer.ts';
import type { FactsSource } from '../src/contracts/source.ts';
import { createDoctor } from '../src/doctor/examine.ts';
import type { DoctorInput } from '../src/doctor/rule.ts';
import { createBasePlanLook, type BasePlan, type BasePlanLook } from './base-plan.ts';
import { createFactsPoller, type FactsPoller, type FactsState } from './facts.ts';
import { createHistoryRecorder, type History } from './history.ts';
import { createLogs, type Logs } from './logs.ts';
import { createSigning, type Signing } from './signing.ts';
import { createView, type View } from './view.ts';
import type { ScreenId } from '../src/contracts/screen-ids.ts';

/** What the screens are drawn from; one consistent moment. */
export type Shown = FactsState & {
  readonly history: History;
  readonly examination: Examination | undefined;
  readonly container: { readonly id: string; readonly reading: Reading<ContainerDetail> } | undefined;
  /** What the controller would do, as it was looked at the last time somebody asked. */
  readonly plan: BasePlan | null;
};

export type Console = {
  readonly shown: StoreApi<Shown>;
  readonly view: View;
  readonly settings: StoreApi<Settings>;
  readonly poller: FactsPoller;
  readonly source: FactsSource;
  /** The one operation that somebody signs. */
  readonly signing: Signing;
  /** The one container's log that somebody reads. */
  readonly logs: Logs;
  readonly basePlan: BasePlanLook;
  /** Follows one container's detail while somebody looks at it; null ends that. */
  readonly lookAtContainer: (id: string | null) => void;
  /** Holds the facts as they are, or lets them go on. */
  readonly freeze: () => void;
  readonly stop: () => void;
};

const CONTAINER_EVERY_MS = 2000;

export function createConsole(options: {
  source: FactsSource;
  clock: Clock;
  settings: Settings;
  /** Who can sign here; without it nobody can. */
  signer?: Signer;
  screen?: ScreenId;
  /** Whether findings must last before they are shown; who shows one frame only cannot wait for that. */
  patient?: boolean;
}): Console {
  const { source, clock, patient = true } = options;
  const poller = createFactsPoller({ source, clock });
  const recorder = createHistoryRecorder();
  const doctor = createDoctor({ clock, patient });
  const view = createView(options.screen);
  const settings = createStore<Settings>(() => options.settings);
  const shown = createStore<Shown>(() => ({
    ...poller.store.getState(),
    history: recorder.record({}),
    examination: undefined,
    container: undefined,
    plan: null,
  }));
  let detail: { id: string; abort: AbortController; timer?: NodeJS.Timeout } | undefined;
  poller.setPace(options.settings.refresh_s);

  const signing = createSigning({
    call: () => source.call,
    signer: options.signer,
    clock,
    refresh: () => poller.refresh(),
  });
  const logs = createLogs({ follow: () => source.followLog, clock });
  const basePlan = createBasePlanLook(() => source.callController);
  const unfollowPlan = basePlan.store.subscribe((plan) => shown.setState({ plan }));
  const unfollowView = view.subscribe(({ overlay }) => {
    if (overlay?.kind !== 'sign') signing.close();
    if (overlay?.kind !== 'logs') logs.close();
  });
  const unfollowFacts = shown.subscribe(({ observations }, before) => {
    const { operations } = observations;
    const facts = operations?.lastOk?.value;
    if (facts === undefined || operations === before.observations.operations) return;
    signing.hear((id) => facts.operations.find((each) => each.id === id));
  });

  const unsubscribe = poller.store.subscribe((facts, before) => {
    const changed = facts.observations !== before.observations;
    const history = changed ? recorder.record(facts.observations) : shown.getState().history;
    // Histories go on while the display is frozen; what is shown does not.
    if (view.getState().frozenAt !== null) {
      const { connection, notice } = facts;
      if (connection !== before.connection || notice !== before.notice)
        shown.setState({ connection, notice });
      return;
    }
    const previous = shown.getState().examination;
    const look = changed || facts.connection !== before.connection;
    const examination = look ? sameOrNew(previous, doctor.examine(readingsOf(facts))) : previous;
    shown.setState({ ...facts, history, examination });
  });

  const askContainer = async (current: NonNullable<typeof detail>): Promise<void> => {
    const reading = await source.readContainer(current.id, { signal: current.abort.signal });
    if (detail !== current || current.abort.signal.aborted) return;
    shown.setState({ container: { id: current.id, reading } });
    current.timer = setTimeout(() => void askContainer(current), CONTAINER_EVERY_MS);
  };
  const lookAtContainer = (id: string | null) => {
    if (detail?.id === id) return;
    detail?.abort.abort();
    clearTimeout(detail?.timer);
    detail = id === null ? undefined : { id, abort: new AbortController() };
    shown.setState({ container: undefined });
    if (detail !== undefined) void askContainer(detail);
  };

  return {
    shown,
    view,
    settings,
    poller,
    source,
    signing,
    logs,
    basePlan,
    lookAtContainer,
    freeze: () => {
      const frozen = view.getState().frozenAt !== null;
      view.setState({ frozenAt: frozen ? null : clock.now() });
      if (frozen) poller.refresh();
    },
    stop: () => {
      lookAtContainer(null);
      unsubscribe();
      unfollowView();
      unfollowFacts();
      unfollowPlan();
      signing.close();
      logs.close();
      basePlan.stop();
      poller.stop();
    },
  };
}

/** What the doctor may judge by: a stale value is as good as none. */
function readingsOf({ observations, nowMs, connection }: FactsState): DoctorInput['facts'] {
  const facts: Record<string, unknown> = {};
  for (const [subject, observation] of Object.entries(observations)) {
    if (freshnessOf(observation, nowMs) !== 'stale') facts[subject] = observation.reading;
  }
  // Its operations are what only an agent knows: they tell the doctor that it does not answer.
  if (connection !== undefined && connection.state !== 'connected') {
    facts['operations'] = failed('no-answer', 'agent', connection.since, connection.reason);
  }
  return facts;
}

/** The old examination when the new one says the same, so that nothing is drawn for it. */
function sameOrNew(previous: Examination | undefined, next: Examination): Examination {
  if (previous === undefined) return next;
  const said = (examination: Examination) => JSON.stringify([examination.findings, examination.rules]);
  return said(previous) === said(next) ? previous : next;
}
