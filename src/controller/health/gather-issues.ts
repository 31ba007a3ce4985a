// From all that is known to what is wrong, the worst first. Pure. Texts stay the same while a problem lasts: a hub
// groups by them. What changes (a status, a reason) is in the hint.
import { BASE_SERVICES, missingKeys, isServiceName, type ServiceName } from '../../contracts/base-stack.ts';
import type { ControllerConfig } from '../../contracts/controller-config.ts';
import type {
  BaseServiceTold,
  HealthIssue,
  HealthStatus,
  LinkState,
} from '../../contracts/facts/base-stack.ts';
import type { BaseTold } from '../parts.ts';
import { lackingKeys, notConfigured } from '../plan/issues.ts';
import type { PlanIssue } from '../plan/state.ts';

export type FoundIssue = Omit<HealthIssue, 'since' | 'count'>;

export type HealthInputs = {
  readonly config: ControllerConfig | null;
  /** Of the configuration, of reports, of the agent's ledger: said by those who found them. */
  readonly problems: readonly PlanIssue[];
  readonly base: BaseTold;
  readonly agent: LinkState;
  readonly hub: LinkState;
  readonly probeOf: (service: ServiceName) => BaseServiceTold['probe'];
  /** Whether this one is asked at all. */
  readonly isProbed: (service: ServiceName) => boolean;
};

type Layer = (inputs: HealthInputs) => readonly FoundIssue[];

export function gatherIssues(inputs: HealthInputs): readonly FoundIssue[] {
  const found = new Map<string, FoundIssue>();
  // One cause is told once, by whoever names it first.
  for (const issue of LAYERS.flatMap((layer) => layer(inputs))) {
    const key = `${issue.code} ${issue.subject}`;
    if (!found.has(key) && !isPlanned(issue, inputs)) found.set(key, issue);
  }
  return [...found.values()].toSorted((one, other) => RANK[one.level] - RANK[other.level]);
}

export function worstOf(issues: readonly { readonly level: HealthIssue['level'] }[]): HealthStatus {
  const [worst] = issues.toSorted((one, other) => RANK[one.level] - RANK[other.level]);
  return worst?.level ?? 'ok';
}

const RANK = { fail: 0, unknown: 1, warn: 2 } as const satisfies Record<HealthIssue['level'], number>;

const found = (
  code: string,
  level: FoundIssue['level'],
  subject: string,
  text: string,
  hint: string | null,
  heals_itself = false,
): FoundIssue => ({ code, level, subject, text, hint, heals_itself });

const told = ({ healsItself, ...issue }: PlanIssue): FoundIssue => ({ ...issue, heals_itself: healsItself });

const docker: Layer = ({ base: { docker: link } }) => {
  if (link.state === 'failed') {
    const hint = `${link.detail}. It is tried again by itself; nothing is healed until it answers. See: systemctl status docker`;
    return [found('docker-unreachable', 'fail', 'docker', 'Docker does not answer', hint, true)];
  }
  if (link.state === 'ok') return [];
  return [found('docker-unknown', 'unknown', 'docker', 'Docker was not asked yet', null, true)];
};

/** A container that is paused by a person, or for which keys are missing, is told as that by the plan. */
const services: Layer = ({ base: { services, docker: link, issues, replacing }, probeOf, isProbed }) =>
  services.flatMap((service) => {
    const { name, state, container, cause } = service;
    const known = (code: string) => issues.some((one) => one.code === code && one.subject === name);
    if (state === 'unknown' || link.state !== 'ok') {
      return [found('service-unknown', 'unknown', name, `Not known whether it runs: ${name}`, cause, true)];
    }
    if (replacing.some((one) => one === name)) return [beingReplaced(name, cause)];
    if (state !== 'running') return known(NOT_RUNNING) ? [] : notRunning(service);
    if (container?.health === 'unhealthy') {
      return [
        found(
          'unhealthy',
          'fail',
          name,
          `Container says that it is not well: ${name}`,
          'See its log: felhom containers logs',
        ),
      ];
    }
    return isServiceName(name) && isProbed(name) ? probed(name, probeOf(name)) : [];
  });

const NOT_RUNNING = 'protected-not-running';
const HELD_DOWN: ReadonlySet<BaseServiceTold['state']> = new Set(['paused', 'not-configured']);

/** That it is down for a moment is the replacement itself, and no failure before that has ended. */
const isPlanned = ({ code, subject }: FoundIssue, { base: { replacing } }: HealthInputs): boolean =>
  code === NOT_RUNNING && replacing.some((name) => name === subject);

const beingReplaced = (name: string, cause: string | null): FoundIssue => {
  const hint = `${cause ?? 'A new version is tried'}: kept when it settles, taken back when it does not`;
  return found('being-replaced', 'warn', name, `Being replaced: ${name}`, hint, true);
};

function notRunning({ name, state, cause }: BaseServiceTold): readonly FoundIssue[] {
  if (HELD_DOWN.has(state)) return [];
  const heals = state === 'healing' || state === 'back-off';
  // The seeds' words.
  return [found(NOT_RUNNING, 'fail', name, `Protected container not running: ${name}`, cause, heals)];
}

function probed(name: ServiceName, probe: BaseServiceTold['probe']): readonly FoundIssue[] {
  if (probe?.state === 'ok') return [];
  if (probe === null || probe.state === 'unknown') {
    const hint = probe?.detail ?? null;
    return [found('probe-unknown', 'unknown', name, `Service was not asked yet: ${name}`, hint, true)];
  }
  // The tunnel is not connected while the internet is away: nothing of this guest is broken.
  return needsInternet(name)
    ? [
        found(
          'probe-failed',
          'warn',
          name,
          `Tunnel is not connected: ${name}`,
          `It answers: ${probe.detail}. It connects by itself when the internet is there.`,
          true,
        ),
      ]
    : [found('probe-failed', 'fail', name, `Service does not answer: ${name}`, `${probe.detail}.`)];
}

const needsInternet = (name: ServiceName): boolean =>
  BASE_SERVICES.some((service) => service.name === name && service.needsInternet);

/** The plan tells it as well; this stands while Docker does not answer, and nothing is planned. */
const configuration: Layer = ({ config, base: { last_pass: planned } }) => {
  if (config === null || planned !== null) return [];
  return BASE_SERVICES.flatMap(({ name, needs, wants }) => {
    const [needed, wanted] = [missingKeys(config, needs), missingKeys(config, wants)];
    if (needed.length > 0) return [told(notConfigured(name, needed, false))];
    return wanted.length > 0 ? [told(lackingKeys(name, wanted))] : [];
  });
};

const links: Layer = ({ agent, hub }) => [
  ...(agent.state === 'failed'
    ? [
        found(
          'agent-unreachable',
          'warn',
          'agent',
          "The host's agent cannot be used",
          `${agent.detail}.`,
          true,
        ),
      ]
    : []),
  ...(agent.state === 'unknown'
    ? [found('agent-unknown', 'unknown', 'agent', "The host's agent was not asked yet", null, true)]
    : []),
  ...(hub.state === 'unknown'
    ? [found('hub-unknown', 'unknown', 'hub', 'The hub was not asked yet', null, true)]
    : []),
];

/** What is in the way, where nobody has named it yet. */
const blocked: Layer = ({ base, config }) =>
  base.blocked === null || config === null || base.issues.some(({ level }) => level === 'fail')
    ? []
    : [found('blocked', 'fail', '', 'Nothing can be deployed or healed', base.blocked)];

const LAYERS: readonly Layer[] = [
  ({ problems }) => problems.map(told),
  ({ base }) => base.issues.map(told),
  docker,
  services,
  blocked,
  configuration,
  links,
];
