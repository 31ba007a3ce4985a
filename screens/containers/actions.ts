// What can be done with a container: by the controller, which touches only what it made or was told to
// manage, and a shell inside by the person's own right. What stops something stands last, and apart.
import { CONTROLLER_CONTAINER, isServiceName, type ServiceName } from '../../src/contracts/base-stack.ts';
import type { ControllerAnswer } from '../../src/contracts/controller-routes.ts';
import { PAUSE } from '../../src/contracts/limits.ts';
import type { Action, Field } from '../actions/action.ts';
import type { Model } from '../draw/model.ts';
import { applyAction } from './apply-action.ts';
import type { ContainerRow } from './row.ts';

type Shared = Pick<Action, 'word' | 'target' | 'targetName' | 'affects' | 'needs'>;
type Deed = 'start' | 'stop' | 'restart';

export function containerActions(row: ContainerRow, model: Model): readonly Action[] {
  const { name, container, service } = row;
  const shared: Shared = {
    word: name,
    target: JSON.stringify([name, container?.id, container?.state, container?.ours, service?.pause?.until]),
    targetName: name,
    affects: [],
    needs: ['containers'],
  };
  return [
    start(row, model, shared),
    restart(row, model, shared),
    ...(isServiceName(name) ? [pause(name, row, model, shared), resume(name, row, model, shared)] : []),
    shell(row, model, shared),
    ...(row.isProtected ? [applyAction(model)] : []),
    stop(row, model, shared),
  ];
}

/** Why the controller leaves this container alone; nothing when it does not. */
function notOurs({ name, container }: ContainerRow, { text }: Model): string | undefined {
  if (name === CONTROLLER_CONTAINER) return text('container-action.controller');
  if (container === undefined) return text('container-action.not-there');
  return container.ours === 'no' ? text('container-action.not-ours') : undefined;
}

const isUp = ({ container }: ContainerRow): boolean =>
  container?.state === 'running' || container?.state === 'restarting' || container?.state === 'paused';

const said = (model: Model, deed: Deed, { name, state }: ControllerAnswer<'startContainer'>) => ({
  said: model.text(`container-action.${deed}.done`, { name, state }),
});

function start(row: ContainerRow, model: Model, shared: Shared): Action {
  const { text } = model;
  return {
    ...shared,
    by: 'controller',
    id: 'start',
    label: text('container-action.start'),
    tier: 1,
    destroys: false,
    off:
      notOurs(row, model) ??
      (isUp(row) ? text('container-action.runs') : undefined) ??
      (row.service?.state === 'paused' ? text('container-action.paused') : undefined),
    what: text('container-action.start.what'),
    run: async (call) =>
      said(model, 'start', await call('startContainer', { params: { id: idOf(row) }, body: {} })),
  };
}

/** What nobody stops by mistake asks for its name. */
const wordFor = ({ isProtected, name }: ContainerRow) => (isProtected ? { confirm: name } : {});

function restart(row: ContainerRow, model: Model, shared: Shared): Action {
  const { text } = model;
  return {
    ...shared,
    by: 'controller',
    id: 'restart',
    label: text('container-action.restart'),
    tier: row.isProtected ? 2 : 1,
    destroys: false,
    off: notOurs(row, model) ?? (isUp(row) ? undefined : text('container-action.down')),
    what: text('container-action.restart.what'),
    affects: row.isProtected ? [text('container-action.restart.protected')] : [],
    run: async (call) =>
      said(
        model,
        'restart',
        await call('restartContainer', { params: { id: idOf(row) }, body: wordFor(row) }),
      ),
  };
}

function stop(row: ContainerRow, model: Model, shared: Shared): Action {
  const { text } = model;
  return {
    ...shared,
    by: 'controller',
    id: 'stop',
    label: text('container-action.stop'),
    tier: row.isProtected ? 2 : 1,
    destroys: true,
    off: notOurs(row, model) ?? (isUp(row) ? undefined : text('container-action.down')),
    what: text(row.isProtected ? 'container-action.stop.comes-back' : 'container-action.stop.what'),
    affects: row.isProtected ? [text('container-action.restart.protected')] : [],
    run: async (call) =>
      said(model, 'stop', await call('stopContainer', { params: { id: idOf(row) }, body: wordFor(row) })),
  };
}

/** By its id: a container that was made anew since is another one. */
const idOf = ({ container, name }: ContainerRow): string => container?.id ?? name;

function pause(service: ServiceName, row: ContainerRow, model: Model, shared: Shared): Action {
  const { text } = model;
  const reason: Field = {
    label: text('pause.reason'),
    initial: '',
    problem: (value) => {
      const { length } = value.trim();
      return length < PAUSE.minReason || length > PAUSE.maxReason
        ? text('pause.reason-length', { min: PAUSE.minReason, max: PAUSE.maxReason })
        : undefined;
    },
  };
  const minutes: Field = {
    label: text('pause.minutes'),
    initial: '30',
    problem: (value) =>
      /^\d{1,4}$/.test(value.trim()) && Number(value) >= 1 && Number(value) <= PAUSE.maxMinutes
        ? undefined
        : text('pause.minutes-range', { max: PAUSE.maxMinutes }),
  };
  return {
    ...shared,
    by: 'controller',
    id: 'pause',
    label: text('container-action.pause'),
    tier: 2,
    destroys: false,
    off: row.service === undefined ? text('container-action.no-service') : undefined,
    needs: ['base_stack'],
    what: text('container-action.pause.what'),
    affects: [text('container-action.restart.protected')],
    fields: [reason, minutes],
    run: async (call, [why = '', howLong = '']) => {
      await call('pauseService', {
        params: { service },
        body: { reason: why, minutes: Number(howLong), confirm: service },
      });
      return { said: text('container-action.pause.done', { name: service, minutes: howLong }) };
    },
  };
}

function resume(service: ServiceName, row: ContainerRow, model: Model, shared: Shared): Action {
  const { text } = model;
  return {
    ...shared,
    by: 'controller',
    id: 'resume',
    label: text('container-action.resume'),
    tier: 1,
    destroys: false,
    needs: ['base_stack'],
    off: row.service?.state === 'paused' ? undefined : text('container-action.not-paused'),
    what: text('container-action.resume.what'),
    affects: row.service?.pause === null || row.service === undefined ? [] : [row.service.pause.reason],
    run: async (call) => {
      await call('resumeService', { params: { service }, body: {} });
      return { said: text('container-action.resume.done', { name: service }) };
    },
  };
}

function shell({ container, name }: ContainerRow, { text }: Model, shared: Shared): Action {
  return {
    ...shared,
    by: 'terminal',
    id: 'shell',
    label: text('container-action.shell'),
    tier: 0,
    destroys: false,
    off:
      container === undefined
        ? text('container-action.not-there')
        : container.state === 'running'
          ? undefined
          : text('container-action.down'),
    what: text('container-action.shell.what'),
    opens: { kind: 'container-shell', id: container?.id ?? name, name },
  };
}
