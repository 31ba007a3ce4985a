// What can be done with an operation: say no, stop it, let it go on, or sign it.
import { formatBytes } from '../../src/base/units.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import { isOpen, isSigned } from '../../src/contracts/operation-states.ts';
import type { Action } from '../actions/action.ts';
import { seenOn } from '../disks/signals.ts';
import type { Model } from '../draw/model.ts';
import { cancelIsLate, needsSignature } from './words.ts';

type Shared = Pick<Action, 'word' | 'target' | 'targetName' | 'needs' | 'affects'>;

export function operationActions(operation: Operation, model: Model): readonly Action[] {
  const { id, state, verdict, durable_id, fstype, fs_uuid, facts_sha256, dirty } = operation;
  const shared: Shared = {
    word: operation.confirm_word,
    target: JSON.stringify([id, state, verdict, durable_id, fstype, fs_uuid, facts_sha256, dirty]),
    targetName: id,
    needs: ['operations'],
    affects: describe(operation, model),
  };
  return [
    deny(operation, model, shared),
    cancel(operation, model, shared),
    confirm(operation, model, shared),
    run(operation, model, shared),
    sign(operation, model, shared),
  ];
}

function deny({ id, state }: Operation, { text }: Model, shared: Shared): Action {
  return {
    ...shared,
    id: 'deny',
    label: text('op-action.deny'),
    by: 'agent',
    tier: 1,
    destroys: false,
    off: state === 'pending' || state === 'approved' ? undefined : offIn(state, text),
    what: text('op-action.deny-what'),
    run: async (call) => {
      await call('denyOperation', { params: { id }, body: {} });
      return { said: text('op-action.denied', { id }) };
    },
  };
}

function cancel(operation: Operation, { text }: Model, shared: Shared): Action {
  const { id, state, dirty } = operation;
  return {
    ...shared,
    id: 'cancel',
    label: text('op-action.cancel'),
    by: 'agent',
    tier: 1,
    destroys: false,
    off:
      state === 'claimed'
        ? cancelIsLate(operation)
          ? text('op-action.too-late')
          : undefined
        : text('op-action.not-running'),
    what: text(dirty ? 'op-action.cancel-dirty' : 'op-action.cancel-what'),
    run: async (call) => {
      await call('cancelOperation', { params: { id }, body: {} });
      return { said: text('op-action.cancelled', { id }) };
    },
  };
}

function confirm(operation: Operation, { text }: Model, shared: Shared): Action {
  const { id, state, fstype } = operation;
  return {
    ...shared,
    id: 'confirm',
    label: text('op-action.confirm'),
    by: 'agent',
    tier: 2,
    destroys: true,
    off:
      state !== 'pending'
        ? offIn(state, text)
        : needsSignature(operation)
          ? text('op-action.needs-signature')
          : undefined,
    what: text('op-action.confirm-what', { fstype }),
    run: async (call) => {
      await call('confirmOperation', { params: { id }, body: { confirm: shared.word } });
      return { said: text('op-action.confirmed', { id }) };
    },
  };
}

function run(operation: Operation, { text }: Model, shared: Shared): Action {
  const { id, state, fstype, bytes } = operation;
  const what = isSigned(operation)
    ? (`op-action.run-signed.${bytes?.wipe ?? 'full'}` as const)
    : 'op-action.run-what';
  return {
    ...shared,
    id: 'run',
    label: text('op-action.run'),
    by: 'agent',
    tier: 2,
    destroys: true,
    off: state === 'approved' ? undefined : text('op-action.not-approved'),
    what: text(what, { fstype }),
    run: async (call) => {
      await call('runOperation', { params: { id }, body: { confirm: shared.word } });
      return { said: text('op-action.begun', { id }) };
    },
  };
}

/** Where it is signed, it is run and watched, too. */
function sign(operation: Operation, { text }: Model, shared: Shared): Action {
  const { state, approved_by } = operation;
  return {
    ...shared,
    id: 'sign',
    label: text(state === 'pending' ? 'op-action.sign' : 'op-action.signed-view'),
    by: 'agent',
    tier: 3,
    destroys: true,
    off: !isOpen(operation)
      ? offIn(state, text)
      : approved_by === null || isSigned(operation)
        ? undefined
        : text('op-action.no-signature-needed'),
    what: text('op-action.sign-what', { fstype: operation.fstype }),
    signs: operation,
  };
}

const offIn = (state: Operation['state'], text: Model['text']): string =>
  text(isOpen({ state }) ? 'op-action.open-otherwise' : 'op-action.over', {
    state: text(`op.state.${state}`),
  });

/** The device by all its names, what is on it, and what was seen. */
function describe(operation: Operation, model: Model): string[] {
  const { language } = model.text;
  const { device, durable_id, disk, signals } = operation;
  const names = [device, disk.model, disk.serial, durable_id].filter((name) => name !== null);
  return [
    `${names.join(' – ')} – ${formatBytes(disk.size_bytes, language)}`,
    ...disk.content.map(({ device: on, size_bytes, fs_type, label }) =>
      [`${on}: ${formatBytes(size_bytes, language)}`, fs_type, label].filter(Boolean).join(' – '),
    ),
    ...signals.map((signal) => seenOn(signal, model)),
  ];
}
