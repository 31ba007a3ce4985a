// The base stack in plain lines: how it is, what would be done, and why.
import type { Text } from '../base/texts/text.ts';
import { formatDuration, formatMoment } from '../base/units.ts';
import type {
  BaseServiceTold,
  BaseStackFacts,
  BaseStepTold,
  HealthStatus,
} from '../contracts/facts/base-stack.ts';
import type { BasePlanOutput } from '../contracts/outputs.ts';
import type { Output, Style } from './print.ts';
import { formatTable } from './table.ts';

const STYLES = { ok: 'good', warn: 'warn', fail: 'bad', unknown: 'bad' } as const satisfies Record<
  HealthStatus,
  Style
>;

export function printBase(out: Output, text: Text, base: BaseStackFacts, now: number): void {
  const { status, controller, blocked, services, issues, links } = base;
  out.line({ text: text('base.status', { status: text(`guest-status.${status}`) }), style: STYLES[status] });
  const { version, customer_id, generation, hostname } = controller;
  const none = text('base.none');
  out.line(
    text('base.of', { version, hostname, customer: customer_id ?? none, generation: generation ?? none }),
  );
  out.line(
    text('base.links', {
      docker: text(`link-state.${links.docker.state}`),
      agent: text(`link-state.${links.agent.state}`),
      hub: text(`link-state.${links.hub.state}`),
    }),
  );
  if (blocked !== null) out.line({ text: text('base.blocked', { why: blocked }), style: 'bad' });
  const columns = [
    { title: text('base.column.service') },
    { title: text('base.column.state') },
    { title: text('base.column.since'), align: 'right' as const, dispensable: 1 },
    { title: text('base.column.image'), minWidth: 12, dispensable: 2 },
  ];
  const rows = services.map((service) => [
    service.name,
    text(`base-state.${service.state}`),
    service.since === null ? none : formatDuration(now - service.since, text.language),
    service.image,
  ]);
  const [titles = '', ...lines] = formatTable(columns, rows, out.columns);
  out.line(titles);
  // Why it is so matters most: it is never cut.
  lines.forEach((line, place) => {
    out.line(line);
    for (const why of tellWhy(services[place], text)) out.line('    ', why);
  });
  if (issues.length === 0) return;
  out.line(text('base.issues'));
  for (const { level, text: what, since, hint, heals_itself: heals } of issues) {
    const age = formatDuration(now - since, text.language);
    out.line('  ', { text: text(`guest-status.${level}`), style: STYLES[level] }, `: ${what} (${age})`);
    if (hint !== null) out.line('    ', text(heals ? 'base.issue.heals' : 'base.issue.hint', { hint }));
  }
}

/** Why a service is as it is, the most telling first. */
function tellWhy(service: BaseServiceTold | undefined, text: Text): readonly string[] {
  if (service === undefined) return [];
  const { cause, pause, next_try, missing_keys, drift, rolled_back, probe } = service;
  return [
    ...(cause === null || isTold(service) ? [] : [cause]),
    ...(pause === null
      ? []
      : [text('base.why.paused', { moment: formatMoment(pause.until), reason: pause.reason })]),
    ...(next_try === null ? [] : [text('base.why.next-try', { moment: formatMoment(next_try) })]),
    ...(missing_keys.length === 0 ? [] : [text('base.why.missing', { keys: missing_keys.join(', ') })]),
    ...(drift.length === 0 ? [] : [text('base.why.drift', { drift: drift.join(', ') })]),
    ...(rolled_back === null
      ? []
      : [text('base.why.rolled-back', { image: rolled_back.image, why: rolled_back.why })]),
    ...(probe?.state === 'failed' ? [text('base.why.probe', { detail: probe.detail })] : []),
  ];
}

/** What was taken back, and which keys are missing, has a line of its own. */
const isTold = ({ state, cause, rolled_back, missing_keys }: BaseServiceTold): boolean =>
  (rolled_back !== null && cause?.includes(`was taken back: ${rolled_back.why}`) === true) ||
  (state === 'not-configured' && cause === `${missing_keys.join(', ')} not set`);

/** Where there is nothing to do, that is said. */
export function printPlan(
  out: Output,
  text: Text,
  { steps, held, blocked }: Pick<BasePlanOutput, 'steps' | 'held' | 'blocked'>,
): void {
  if (blocked !== null) out.line({ text: text('base.blocked', { why: blocked }), style: 'bad' });
  printSteps(out, steps);
  for (const { subject, why, until } of held) {
    out.line(
      until === null
        ? text('base.plan.held', { subject, why })
        : text('base.plan.held.until', { subject, why, moment: formatMoment(until) }),
    );
  }
  if (steps.length === 0 && held.length === 0 && blocked === null) out.line(text('base.plan.nothing'));
}

function printSteps(out: Output, steps: readonly BaseStepTold[]): void {
  steps.forEach(({ kind, subject, cause }, place) => {
    out.line(
      `${String(place + 1).padStart(3)}. `,
      { text: `${kind} ${subject}`, style: 'strong' },
      `: ${cause}`,
    );
  });
}

/** What is paused, or waits for keys, is as it was told to be. */
export const isConverged = ({ steps, blocked, services }: BaseStackFacts): boolean =>
  steps.length === 0 &&
  blocked === null &&
  services.every(
    ({ state, drift, rolled_back }) =>
      HELD_DOWN.has(state) || (state === 'running' && drift.length === 0 && rolled_back === null),
  );

const HELD_DOWN: ReadonlySet<BaseServiceTold['state']> = new Set(['paused', 'not-configured']);
