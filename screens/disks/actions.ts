// What can be done with a device: read it, find it, let it go, and, last and apart, format it.
import { tellSignal } from '../../src/base/texts/tell-signal.ts';
import { formatBytes } from '../../src/base/units.ts';
import { confirmWordOf } from '../../src/contracts/confirm-word.ts';
import { wholeDiskOf } from '../../src/contracts/durable-id.ts';
import { pendingIdOf } from '../../src/contracts/pending-id.ts';
import { contentOf, usedAs } from '../../src/contracts/disk-use.ts';
import type { FormatType, Operation } from '../../src/contracts/facts/operations.ts';
import type { FlaggedDevice } from '../../src/contracts/flagged-devices.ts';
import { FORMAT_TYPES, isOpen } from '../../src/contracts/operation-states.ts';
import type { CallRoute } from '../../src/contracts/source.ts';
import type { Action, Outcome } from '../actions/action.ts';
import { lastFacts, type Model } from '../draw/model.ts';
import { listFlagged, type DiskRow } from './row.ts';
import { isInspected, seenOn } from './signals.ts';

/** The same for every action on the device. */
type Shared = Pick<Action, 'word' | 'target' | 'targetName' | 'needs'>;

export function diskActions({ device }: DiskRow, model: Model): readonly Action[] {
  const { path, device_number, durable_id, serial, model: sold, size_bytes, verdict } = device;
  const shared: Shared = {
    word: confirmWordOf(device, diskBelow(device, model)),
    target: JSON.stringify([path, device_number, durable_id, serial, sold, size_bytes, verdict]),
    targetName: path,
    needs: ['disks', 'disk_flags'],
  };
  return [
    scan(device, model, shared),
    identify(device, model, shared),
    release(device, model, shared),
    ...FORMAT_TYPES.map((fstype) => format(device, fstype, model, shared)),
  ];
}

function scan(device: FlaggedDevice, model: Model, shared: Shared): Action {
  const { text } = model;
  return {
    ...shared,
    id: 'scan',
    label: text('disk-action.scan'),
    by: 'agent',
    tier: 0,
    destroys: false,
    off:
      notADisk(device, model) ??
      (device.scan?.state === 'running' ? text('disk-action.scan-runs') : undefined),
    what: text('disk-action.scan-what'),
    affects: [],
    run: async (call) => {
      await call('scanDisk', { body: { device: device.path } });
      return { said: text('disk-action.scan-begun', { device: device.path }) };
    },
  };
}

function identify(device: FlaggedDevice, model: Model, shared: Shared): Action {
  const { text } = model;
  return {
    ...shared,
    id: 'identify',
    label: text('disk-action.identify'),
    by: 'agent',
    tier: 0,
    destroys: false,
    off: notADisk(device, model),
    what: text('disk-action.identify-what'),
    affects: [],
    run: async (call) => {
      const { how, seconds } = await call('identifyDisk', { body: { device: device.path } });
      return { said: text(`identified.${how}`, { device: device.path, seconds }) };
    },
  };
}

/** Unmounts and ends swap; what else holds the device is listed, and stays the person's to end. */
function release(device: FlaggedDevice, model: Model, shared: Shared): Action {
  const { text } = model;
  const held = device.signals.filter((signal) => signal.class === 'held');
  return {
    ...shared,
    id: 'release',
    label: text('disk-action.release'),
    by: 'agent',
    tier: 2,
    destroys: false,
    off: held.length === 0 ? text('disk-action.not-held') : undefined,
    what: text('disk-action.release-what'),
    affects: held.map(
      (signal) => `${seenOn(signal, model)} – ${signal.release ?? text('disk-action.by-hand')}`,
    ),
    run: async (call) => {
      const { released } = await call('releaseDisk', {
        body: { device: nameOf(device), confirm: shared.word },
      });
      return {
        said:
          released.length === 0
            ? text('disk-action.released-none', { device: device.path })
            : text('disk-action.released', { what: released.join(', ') }),
      };
    },
  };
}

/**
 * A device on which nothing was found is read whole under its claim and then formatted: a typed word.
 * Of any other the agent makes an operation that waits for a signature: nothing is touched, so `y` is
 * enough, and no word is sent that could let it run.
 */
function format(device: FlaggedDevice, fstype: FormatType, model: Model, shared: Shared): Action {
  const { text } = model;
  const runs = looksFree(device);
  const open = openOperationsOn(device, model);
  const running = open.find(({ state }) => state === 'claimed');
  const body = { device: nameOf(device), fstype };
  return {
    ...shared,
    id: `format.${fstype}`,
    label: text(runs ? 'disk-action.format' : 'disk-action.format-signed', { fstype }),
    ...(runs ? {} : { accept: text('actions.ask') }),
    by: 'agent',
    tier: runs ? 2 : 1,
    destroys: true,
    off:
      notADisk(device, model) ??
      (isInspected(device, model) ? undefined : text('disks.not-inspected')) ??
      barredBy(device, model) ??
      (running === undefined ? undefined : text('disk-action.busy', { id: running.id })),
    what: text(runs ? 'disk-action.format-runs' : 'disk-action.format-waits', { fstype }),
    affects: [
      ...describe(device, model),
      ...device.signals.map((signal) => seenOn(signal, model)),
      ...open.map(({ id, state }) =>
        text('disk-action.supersedes', { id, state: text(`op.state.${state}`) }),
      ),
    ],
    run: async (call) => askForFormat(call, runs ? { ...body, confirm: shared.word } : body, device, model),
  };
}

/** Nothing was found on it, as far as anybody looked. */
function looksFree({ verdict, signals, scan }: FlaggedDevice): boolean {
  if (signals.length > 0) return false;
  if (verdict === 'unverified') return scan?.state !== 'not-zero' && scan?.state !== 'failed';
  return verdict === 'blank_proven';
}

async function askForFormat(
  call: CallRoute,
  body: { readonly device: string; readonly fstype: FormatType; readonly confirm?: string },
  device: FlaggedDevice,
  { text }: Model,
): Promise<Outcome> {
  try {
    const { operation } = await call('formatDisk', { body });
    const said = text(
      operation.state === 'pending' ? 'disk-action.format-pending' : 'disk-action.format-begun',
      {
        device: device.path,
        id: operation.id,
      },
    );
    return { said, goTo: { screen: 'pending', rowId: operation.id } };
  } catch (error) {
    const id = error instanceof Error && 'answer' in error ? pendingIdOf(error.answer) : undefined;
    if (id === undefined) throw error;
    return {
      said: text('disk-action.format-refused', { device: device.path, id }),
      goTo: { screen: 'pending', rowId: id },
    };
  }
}

/** The name that still means the same disk after a re-plug; a path where there is no other. */
const nameOf = (device: FlaggedDevice): string => device.durable_id ?? device.path;

function notADisk({ kind }: FlaggedDevice, model: Model): string | undefined {
  if (kind === 'disk' || kind === 'partition') return undefined;
  if (kind !== 'loop') return model.text('disk-action.no-disk', { kind: model.text(`device.${kind}`) });
  const allowed = lastFacts(model, 'disk_flags')?.allow_loop === true;
  return allowed ? undefined : model.text('disk-action.no-loop');
}

function barredBy(device: FlaggedDevice, model: Model): string | undefined {
  const barred = device.signals.find((signal) => signal.class === 'barred');
  if (barred !== undefined)
    return `${tellSignal(model.text, barred.id)}${barred.detail === '' ? '' : `: ${barred.detail}`}`;
  if (device.durable_id !== null) return undefined;
  return model.text('disk-action.no-id', { reason: device.durable_id_reason ?? '' });
}

/** By all its names, and with everything that lies on it and on what is made of it. */
function describe(device: FlaggedDevice, model: Model): string[] {
  const { language } = model.text;
  const names = [device.path, device.model, device.serial, device.durable_id].filter((name) => name !== null);
  const below = listFlagged(model).filter(({ parents }) => parents.includes(device.name));
  return [
    `${names.join(' – ')} – ${formatBytes(device.size_bytes, language)}`,
    ...[device, ...below].flatMap((each) => {
      const parts = [contentOf(each), usedAs(each)].filter((part) => part !== null);
      if (parts.length === 0 && each === device) return [];
      return [`${each.name}: ${[formatBytes(each.size_bytes, language), ...parts].join(' – ')}`];
    }),
  ];
}

/** The disk that a partition lies on. */
const diskBelow = (device: FlaggedDevice, model: Model): FlaggedDevice =>
  (device.kind === 'partition' &&
    listFlagged(model).find(({ name, kind }) => kind === 'disk' && device.parents.includes(name))) ||
  device;

/** Open operations on the same disk, its partitions included: there may be only one. */
function openOperationsOn({ durable_id }: FlaggedDevice, model: Model): readonly Operation[] {
  if (durable_id === null) return [];
  return (lastFacts(model, 'operations')?.operations ?? []).filter(
    (operation) => isOpen(operation) && wholeDiskOf(operation.durable_id) === wholeDiskOf(durable_id),
  );
}
