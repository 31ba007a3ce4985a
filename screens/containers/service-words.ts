// What the controller does about a service, in few words, and how grave that is.
import { formatDuration } from '../../src/base/units.ts';
import type { BaseServiceTold } from '../../src/contracts/facts/base-stack.ts';
import { segment, type Segment, type Tone } from '../draw/line.ts';
import type { Model } from '../draw/model.ts';
import { tellSilence } from './controller-line.ts';
import type { ContainerRow } from './row.ts';

const serviceTone = {
  running: 'good',
  healing: 'info',
  'back-off': 'bad',
  paused: 'warn',
  'not-configured': 'warn',
  'name-conflict': 'bad',
  down: 'bad',
  unknown: 'warn',
} as const satisfies Record<BaseServiceTold['state'], Tone>;

/** With until when, and with the keys that are missing. */
function tellService(service: BaseServiceTold, { text, nowMs }: Model): string {
  const words = text(`base-state.${service.state}`);
  const left = (until: number) => formatDuration(until - nowMs, text.language);
  if (service.state === 'back-off' && service.next_try !== null) {
    return service.next_try > nowMs
      ? text('base.next-try', { state: words, left: left(service.next_try) })
      : text('base.trying', { state: words });
  }
  if (service.state === 'paused' && service.pause !== null) {
    return text('base.paused-for', { state: words, left: left(service.pause.until) });
  }
  if (service.state === 'not-configured' && service.missing_keys.length > 0) {
    // Without the section: the column is narrow, and the detail names them whole.
    const keys = service.missing_keys.map((key) => key.slice(key.lastIndexOf('.') + 1)).join(' ');
    return text('base.needs', { keys });
  }
  return words;
}

/** What the controller does with the container; of one that is not ours, that it is left alone. */
export function careCell({ service, container }: ContainerRow, model: Model): Segment {
  if (service !== undefined) {
    const words = tellService(service, model);
    // Nobody keeps it any more: what was said last is shown as that.
    if (tellSilence(model) !== undefined) return segment(model.text('base.was', { state: words }), 'dim');
    const isBack = service.rolled_back !== null;
    const tone = isBack && service.state === 'running' ? 'warn' : serviceTone[service.state];
    return segment(isBack ? model.text('base.and-rolled-back', { state: words }) : words, tone);
  }
  if (container === undefined) return segment(model.glyphs.dash, 'dim');
  return segment(container.ours === 'no' ? model.glyphs.dash : model.text(`ours.${container.ours}`), 'dim');
}

/** How it differs from what it should be; a version that was taken back before all else. */
export function driftCell({ service }: ContainerRow, model: Model): Segment {
  if (service === undefined) return segment(model.glyphs.dash, 'dim');
  const { rolled_back: back, drift } = service;
  if (back !== null)
    return segment(model.text('base.rolled-back', { image: back.image, why: back.why }), 'bad');
  // Of what is not there nothing is as it should be.
  if (drift.length === 0)
    return segment(service.container === null ? model.glyphs.dash : model.text('word.none'), 'dim');
  return segment(drift.join('; '), 'warn');
}
