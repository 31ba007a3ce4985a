// All that a running console holds, made from a source: facts, their histories, findings, the
// place of the person, settings. Screens look at it; nothing here draws.
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { Clock } from '../src/base/clock.ts';
import type { ContainerDetail } from '../src/contracts/facts/containers.ts';
import type { Examination } from '../src/contracts/finding.ts';
import { freshnessOf } from '../src/contracts/freshness.ts';
import type { Reading } from '../src/contracts/reading.ts';
import type { Settings } from '../src/contracts/settings.ts';
import type { Notice } from '../src/contracts/routes.ts';
import type { Connection, FactsSource } from '../src/contracts/source.ts';
import { createDoctor } from '../src/doctor/examine.ts';
import type { DoctorInput } from '../src/doctor/rule.ts';
import { createFactsPoller, type FactsPoller, type FactsState } from './facts.ts';
import { createHistoryRecorder, type History } from './history.ts';
import { createView, type View } from './view.ts';
import type { ScreenId } from '../src/contracts/screen-ids.ts';

/** What the screens are drawn from; one consistent moment. */
export type Shown = FactsState & {
  readonly history: History;
  readonly examination: Examination | undefined;
  readonly container: { readonly id: string; readonly reading: Reading<ContainerDetail> } | undefined;
  /** Whether an agent answers; nothing where the source is this process. */
  readonly connection?: Connection | undefined;
  /** The newest of what happened once. */
  readonly notice?: Notice | undefined;
};

export type Console = {
  readonly shown: StoreApi<Shown>;
  readonly view: View;
  readonly settings: StoreApi<Settings>;
  readonly poller: FactsPoller;
  readonly source: FactsSource;
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
  }));
  let detail: { id: string; abort: AbortController; timer?: NodeJS.Timeout } | undefined;
  poller.setPace(options.settings.refresh_s);

  const unsubscribe = poller.store.subscribe((facts, before) => {
    const changed = facts.observations !== before.observations;
    const history = changed ? recorder.record(facts.observations) : shown.getState().history;
    // Histories go on while the display is frozen; what is shown does not.
    if (view.getState().frozenAt !== null) return;
    const previous = shown.getState().examination;
    const examination = changed ? sameOrNew(previous, doctor.examine(readingsOf(facts))) : previous;
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
    lookAtContainer,
    freeze: () => {
      const frozen = view.getState().frozenAt !== null;
      view.setState({ frozenAt: frozen ? null : clock.now() });
      if (frozen) poller.refresh();
    },
    stop: () => {
      lookAtContainer(null);
      unsubscribe();
      poller.stop();
    },
  };
}

/** What the doctor may judge by: a stale value is as good as none. */
function readingsOf({ observations, nowMs }: FactsState): DoctorInput['facts'] {
  const facts: Record<string, unknown> = {};
  for (const [subject, observation] of Object.entries(observations)) {
    if (freshnessOf(observation, nowMs) !== 'stale') facts[subject] = observation.reading;
  }
  return facts;
}

/** The old examination when the new one says the same, so that nothing is drawn for it. */
function sameOrNew(previous: Examination | undefined, next: Examination): Examination {
  if (previous === undefined) return next;
  const said = (examination: Examination) => JSON.stringify([examination.findings, examination.rules]);
  return said(previous) === said(next) ? previous : next;
}
