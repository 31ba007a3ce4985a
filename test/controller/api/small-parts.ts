// Small parts of a controller with the memory of a notepad: what the API asks them for stands in `asked`, and
// what they tell can be set.
import { ActionableError } from '../../../src/base/errors.ts';
import { BASE_SERVICES } from '../../../src/contracts/base-stack.ts';
import { controllerConfig, type ControllerConfig } from '../../../src/contracts/controller-config.ts';
import type { BaseServiceTold, BaseStackFacts } from '../../../src/contracts/facts/base-stack.ts';
import type { Notice } from '../../../src/contracts/routes.ts';
import type { AgentProxy, ConfigBook, Health, Reconciler } from '../../../src/controller/parts.ts';
import type { Plan, Step } from '../../../src/controller/plan/state.ts';
import { Refusal } from '../../../src/daemon/refusal.ts';

const AT = 1_790_000_000_000;
const NAMES = BASE_SERVICES.map(({ name }) => name);
export const idOf = (name: string): string => Buffer.from(name.padEnd(32, '.')).toString('hex').slice(0, 64);

export const serviceTold = (name: string, over: Partial<BaseServiceTold> = {}): BaseServiceTold => ({
  name,
  state: 'running',
  cause: null,
  since: AT,
  container: { id: idOf(name), state: 'running', health: null },
  image: `${name}:1`,
  image_id: null,
  drift: [],
  missing_keys: [],
  next_try: null,
  restarts: 0,
  pause: null,
  rolled_back: null,
  probe: null,
  ...over,
});

export const baseTold = (over: Partial<BaseStackFacts> = {}): BaseStackFacts => ({
  controller: {
    version: '0.0.0-test',
    customer_id: 'kovacs',
    hostname: 'kovacs',
    guest_hostname: 'kovacs',
    started: AT,
    generation: 3,
  },
  status: 'ok',
  issues: [],
  services: NAMES.map((name) => serviceTold(name)),
  steps: [],
  blocked: null,
  last_pass: { at: AT, took_ms: 12, calls: 5, applied: 0, converged: true },
  links: {
    docker: { state: 'ok', since: AT, detail: '' },
    agent: { state: 'ok', since: AT, detail: '' },
    hub: { state: 'off', since: AT, detail: '' },
  },
  ...over,
});

export const NOTHING_TO_DO: Plan = { steps: [], held: [], issues: [], blocked: null };
export const START_TRAEFIK: Step = {
  kind: 'start',
  service: 'traefik',
  containerId: idOf('traefik'),
  cause: 'exited with code 137 2 s ago',
};

type Listeners<T> = Set<(value: T) => void>;
const heardBy =
  <T>(listeners: Listeners<T>) =>
  (listener: (value: T) => void) => {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  };

export function createSmallParts() {
  const changed: Listeners<void> = new Set();
  const noticed: Listeners<Notice> = new Set();
  const asked: unknown[] = [];
  const state: {
    base: BaseStackFacts;
    /** What it is like after everything was done. */
    afterApply: BaseStackFacts;
    plan: Plan | Error;
    /** What the plan is once controller.yaml is read again. */
    planOnDisk?: Plan;
    config: ControllerConfig | null;
    /** Thrown by the agent's proxy. */
    agentSays: Error;
    log: readonly string[];
  } = {
    base: baseTold(),
    afterApply: baseTold(),
    plan: NOTHING_TO_DO,
    config: controllerConfig.parse({ customer: { id: 'kovacs', domain: 'kovacs.example.hu' } }),
    agentSays: new ActionableError('unreachable', 'ECONNREFUSED', { code: 'no-answer' }),
    log: ['one', 'two'],
  };
  const known = new Map([...NAMES, 'app'].map((name) => [name, idOf(name)]));
  const findContainer = (containerId: string) => {
    if (containerId === 'foreign') throw new Refusal('E_NOT_OURS', 'foreign was not made by the controller');
    const found = [...known].find(([name, id]) => name === containerId || id.startsWith(containerId));
    if (found === undefined) throw new Refusal('E_NO_SUCH', `there is no container ${containerId}`);
    return { id: found[1], name: found[0] };
  };
  const reconciler: Reconciler = {
    told: () => ({
      services: state.base.services,
      steps: state.base.steps,
      blocked: state.base.blocked,
      last_pass: state.base.last_pass,
      issues: [],
      docker: state.base.links.docker,
      guestHostname: state.base.controller.guest_hostname,
      addresses: {},
      replacing: [],
    }),
    plan: async () => {
      if (state.plan instanceof Error) throw state.plan;
      return Promise.resolve(state.plan);
    },
    applyNow: async (by) => {
      asked.push({ apply: by });
      if (state.plan instanceof Error) throw state.plan;
      const { steps } = state.plan;
      state.plan = NOTHING_TO_DO;
      state.base = state.afterApply;
      for (const listener of changed) listener();
      return Promise.resolve(steps);
    },
    pause: async (service, pause, by) => {
      asked.push({ pause: service, ...pause, by });
      return Promise.resolve();
    },
    resume: async (service, by) => {
      asked.push({ resume: service, by });
      return Promise.resolve();
    },
    find: async (containerId) => {
      const found = findContainer(containerId);
      return Promise.resolve(found);
    },
    act: async (containerId, deed, by) => {
      const { id, name } = findContainer(containerId);
      asked.push({ [deed]: name, by });
      return Promise.resolve({ id, name, state: deed === 'stop' ? 'exited' : 'running' });
    },
    readLog: async (containerId, options) => {
      asked.push({ log: containerId, ...options });
      return Promise.resolve({ id: containerId, lines: state.log });
    },
    onChange: heardBy(changed),
    onNotice: heardBy(noticed),
    desired: () => null,
    dead: new Promise(() => {}),
    stop: async () => Promise.resolve(),
  };
  const health: Health = {
    told: () => ({ status: state.base.status, issues: state.base.issues, at: AT }),
    probeOf: () => null,
    onChange: () => () => {},
    stop: () => {},
  };
  const sayNo = async () => {
    throw state.agentSays;
  };
  const agent: AgentProxy = {
    link: () => state.base.links.agent,
    hostMetrics: sayNo,
    disks: sayNo,
    format: async (body) => {
      asked.push({ format: body });
      throw state.agentSays;
    },
    stop: () => {},
  };
  const config: Pick<ConfigBook, 'current' | 'onChange' | 'reread'> = {
    current: () => state.config,
    onChange: () => () => {},
    reread: async () => {
      state.plan = state.planOnDisk ?? state.plan;
      return Promise.resolve();
    },
  };
  return {
    asked,
    state,
    reconciler,
    health,
    agent,
    config,
    tell: () => state.base,
    change: (base: Partial<BaseStackFacts>) => {
      state.base = { ...state.base, ...base };
      for (const listener of changed) listener();
    },
    notice: (notice: Notice) => {
      for (const listener of noticed) listener(notice);
    },
  };
}
