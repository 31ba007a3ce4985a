// The controller of this guest in a line: whether it answers, how it finds its guest, what it is linked to.
import { tellMissing } from '../../src/base/texts/tell-missing.ts';
import { formatDuration } from '../../src/base/units.ts';
import type { BaseStackFacts, HealthStatus, LinkState } from '../../src/contracts/facts/base-stack.ts';
import { HEALTH_TONE } from '../draw/health-tone.ts';
import { segment, type Line, type Segment, type Tone } from '../draw/line.ts';
import { freshness, freshnessNote, lastFacts, type Model } from '../draw/model.ts';

const LINK_TONE = { ok: 'dim', off: 'dim', failed: 'bad', unknown: 'warn' } as const satisfies Record<
  LinkState['state'],
  Tone
>;

/** Why nothing is done by the controller as it does not answer; nothing when it does, or there is none. */
export function tellSilence(model: Model): string | undefined {
  const { text } = model;
  const observation = model.observations.base_stack;
  const state = freshness(model, 'base_stack');
  if (observation === undefined || (state !== 'failed' && state !== 'stale')) return undefined;
  const { reading, lastOk } = observation;
  const reason =
    reading === undefined || reading.state === 'ok' ? text(`freshness.${state}`) : tellMissing(text, reading);
  return lastOk === undefined
    ? text('controller-line.silent', { reason })
    : text('controller-line.silent-for', {
        reason,
        age: formatDuration(model.nowMs - lastOk.at, text.language),
      });
}

/** Nothing where this machine has none. What matters most stands first: a narrow terminal cuts the end. */
export function controllerLine(model: Model): Line | undefined {
  const { text, glyphs } = model;
  const silence = tellSilence(model);
  if (silence !== undefined) return [segment(`${glyphs.bad} ${silence}`, 'bad')];
  const facts = lastFacts(model, 'base_stack');
  if (facts === undefined) return undefined;
  const { status, issues, controller, blocked } = facts;
  const note = freshnessNote(model, 'base_stack');
  return [
    segment(
      `${signOf(status, model)} ${text('controller-line.is', { status: text(`guest-status.${status}`) })}`,
      HEALTH_TONE[status],
    ),
    ...(note === undefined ? [] : [segment(` ${note.text}`, note.tone)]),
    ...(blocked === null ? [] : [segment(`  ${text('controller-line.blocked', { why: blocked })}`, 'bad')]),
    ...(issues.length === 0
      ? []
      : [segment(`  ${text('controller-line.issues', { count: issues.length })}`, 'warn')]),
    ...linkParts(facts, model),
    segment(`  ${controller.hostname} ${controller.version}`, 'dim'),
  ];
}

function linkParts({ links }: BaseStackFacts, { text }: Model): Segment[] {
  return (['docker', 'agent', 'hub'] as const).map((name) => {
    const { state } = links[name];
    return segment(
      `  ${text(`controller-line.link.${name}`)} ${text(`link-state.${state}`)}`,
      LINK_TONE[state],
    );
  });
}

const signOf = (status: HealthStatus, { glyphs }: Model): string =>
  status === 'ok' ? glyphs.good : status === 'fail' ? glyphs.bad : glyphs.warn;
