// Small parts of a controller with the memory of a notepad: what the API asks them for stands in `asked`, and
// what they tell can be set.
import { ActionableError } from '../../../src/base/errors.ts';
import { createListeners } from '../../../src/base/listeners.ts';
import { BASE_SERVICES } from '../../../src/contracts/base-stack.ts';
import { controllerConfig, type ControllerConfig } from '../../../src/contracts/controller-config.ts';
import type { BaseStackFacts } from '../../../src/contracts/facts/base-stack.ts';
import type { Notice } from '../../../src/contracts/routes.ts';
import type { AgentProxy, ConfigBook, Health, Reconciler } from '../../../src/controller/parts.ts';
import type { Plan, Step } from '../../../src/controller/plan/state.ts';
import { EngineError } from '../../../src/clients/engine.ts';
import { Refusal } from '../../../src/daemon/refusal.ts';
import { baseTold, idOf, TOLD_AT } from '../example-base.ts';

const NAMES = BASE_SERVICES.map(({ name }) => name);

export const NOTHING_TO_DO: Plan = { steps: [], held: [], issues: [], blocked: null };
export const START_TRAEFIK: Step = {
  kind: 'start',
  service: 'traefik',
  containerId: idOf('traefik'),
  cause: 'exited with code 137 2 s ago',
};

export function createSmallParts() {
  const changed = createListeners();
  const noticed = createListeners<[Notice]>();
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
    if (state.plan instanceof EngineError) throw state.plan;
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
      changed.tell();
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
    onChange: changed.add,
    onNotice: noticed.add,
    desired: () => null,
    dead: new Promise(() => {}),
    stop: async () => Promise.resolve(),
  };
  const health: Health = {
    told: () => ({ status: state.base.status, issues: state.base.issues, at: TOLD_AT }),
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
      changed.tell();
    },
    notice: noticed.tell,
  };
}
