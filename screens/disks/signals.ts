// Why a device has its flag: in a few words beside it, and signal by signal in a detail.
import { formatBytes, formatDuration, formatRate, formatShare } from '../../src/base/units.ts';
import { tellDetail, tellReason, tellSignal } from '../../src/base/texts/tell-signal.ts';
import type { DiskScan, DiskSignal, SignalClass } from '../../src/contracts/facts/disk-flags.ts';
import type { FlaggedDevice } from '../../src/contracts/flagged-devices.ts';
import { field, folded } from '../draw/field.ts';
import { gauge } from '../draw/glyphs.ts';
import { blank, segment, wrap, type Line, type Tone } from '../draw/line.ts';
import { lastFacts, type Model } from '../draw/model.ts';

const CLASS_TONE = {
  held: 'bad',
  named: 'warn',
  barred: 'warn',
  content: 'info',
  unread: 'warn',
} as const satisfies Record<SignalClass, Tone>;
const SCAN_TONE = {
  running: 'info',
  zero: 'good',
  'not-zero': 'info',
  failed: 'bad',
  cancelled: 'warn',
  stalled: 'bad',
} as const satisfies Record<DiskScan['state'], Tone>;
const GAUGE_WIDTH = 20;

/** `sda1: mounted – /srv/data` */
export const seenOn = (signal: DiskSignal, model: Model): string =>
  `${signal.device}: ${tellSignal(model.text, signal.id)}${signal.detail === '' ? '' : ` – ${tellDetail(model.text, signal.detail)}`}`;

/** One sentence for the flag: how far the reading is, or the strongest signal. */
export function reasonOf(device: FlaggedDevice, model: Model): string {
  const { verdict, reason, signals, scan } = device;
  if (!isInspected(device, model)) return model.text('disks.not-inspected');
  if (scan?.state === 'running' && (verdict === 'unverified' || signals.length === 0)) {
    return runningScan(scan, model);
  }
  if (signals.length > 0) return tellReason(model.text, device);
  if (verdict === 'blank_proven') return model.text('disks.blank');
  if (verdict === 'unverified' && scan === null) return model.text('disks.not-read');
  // It was zero then, and nothing proves that it still is.
  if (verdict === 'unverified' && scan?.state === 'zero') return model.text('disks.was-zero');
  return scan === null || scan.state === 'running' ? reason : endedScan(scan, model);
}

/** Whether there is a flag for it at all: without one it counts as full, and nothing is known of why. */
export const isInspected = ({ name }: Pick<FlaggedDevice, 'name'>, model: Model): boolean =>
  lastFacts(model, 'disk_flags')?.flags.some((flag) => flag.name === name) === true;

/** `zero scan 37 %, 4 h left`. */
function runningScan({ bytes_done, bytes_total, left_s }: DiskScan, model: Model): string {
  const { text } = model;
  const share = formatShare(bytes_total === 0 ? 0 : bytes_done / bytes_total, text.language);
  return left_s === null
    ? text('disks.scan-share', { share })
    : text('disks.scan-left', { share, left: formatDuration(left_s * 1000, text.language) });
}

const endedScan = ({ state, detail }: DiskScan, model: Model): string =>
  `${model.text(`zero-scan.${state}`)}${detail === '' ? '' : `: ${detail}`}`;

/** Every signal with where it was read, and what ends it; then how the reading of every byte goes. */
export function signalLines(device: FlaggedDevice, model: Model, width: number): Line[] {
  return [
    ...(device.scan === null ? [] : [...scanLines(device.scan, model, width), blank]),
    ...(isInspected(device, model)
      ? allSignals(device.signals, model, width)
      : wrap(model.text('disks.not-inspected'), width, 'dim')),
  ];
}

export function allSignals(signals: readonly DiskSignal[], model: Model, width: number): Line[] {
  const { text } = model;
  if (signals.length === 0) return wrap(text('disks.no-signals'), width, 'dim');
  return signals.flatMap((signal) => [
    ...folded(
      [
        [
          segment(`${text(`signal-class.${signal.class}`)}  `, CLASS_TONE[signal.class]),
          segment(`${signal.device}  `, 'strong'),
          segment(tellSignal(model.text, signal.id)),
        ],
      ],
      width,
    ),
    ...folded(
      [
        ...(signal.detail === '' ? [] : [field(`  ${text('field.seen')}`, tellDetail(text, signal.detail))]),
        ...(signal.where === '' ? [] : [field(`  ${text('field.read-at')}`, segment(signal.where, 'dim'))]),
        ...(signal.release === null
          ? []
          : [field(`  ${text('field.ends')}`, segment(signal.release, 'key'))]),
      ],
      width,
    ),
  ]);
}

function scanLines(scan: DiskScan, model: Model, width: number): Line[] {
  const { text } = model;
  const share = scan.bytes_total === 0 ? 0 : scan.bytes_done / scan.bytes_total;
  const head: Line =
    scan.state === 'running'
      ? [
          segment(`${gauge(share, GAUGE_WIDTH, model.glyphs)} `, 'info'),
          segment(runningScan(scan, model)),
          segment(scan.rate === null ? '' : `  ${formatRate(scan.rate, text.language)}`, 'dim'),
        ]
      : [segment(endedScan(scan, model), SCAN_TONE[scan.state])];
  return folded(
    [
      head,
      field(
        text('field.bytes'),
        `${formatBytes(scan.bytes_done, text.language)} / ${formatBytes(scan.bytes_total, text.language)}`,
      ),
      field(
        text('field.started'),
        text('age.ago', { age: formatDuration(model.nowMs - scan.started, text.language) }),
      ),
    ],
    width,
  );
}
