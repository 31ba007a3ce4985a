// What can be done with a guest: started and stopped by the agent, entered by root's own right.
import type { Action } from '../actions/action.ts';
import { lastFacts, type Model } from '../draw/model.ts';
import type { GuestRow } from './row.ts';

type Shared = Pick<Action, 'word' | 'target' | 'targetName' | 'affects' | 'needs'>;
type Row = Pick<GuestRow, 'vmid' | 'proxmox'>;
type Deed = 'start' | 'reboot' | 'stop';

export function guestActions(row: Row, model: Model): readonly Action[] {
  const { vmid, proxmox } = row;
  const name = proxmox?.name ?? null;
  const shared: Shared = {
    word: String(vmid),
    target: JSON.stringify([vmid, proxmox?.kind, name, proxmox?.status]),
    targetName: name === null ? String(vmid) : `${vmid} ${name}`,
    affects: [],
    needs: ['proxmox'],
  };
  return [
    deed('start', row, model, shared),
    enter(row, model, shared),
    deed('reboot', row, model, shared),
    deed('stop', row, model, shared),
  ];
}

const ROUTES = { start: 'startGuest', reboot: 'rebootGuest', stop: 'stopGuest' } as const;

function deed(id: Deed, row: Row, model: Model, shared: Shared): Action {
  const { text } = model;
  const { vmid, proxmox } = row;
  const isRunning = proxmox?.status === 'running';
  const misfit =
    id === 'start'
      ? isRunning && text('guest-action.runs')
      : !isRunning && text('guest-action.down', { status: proxmox?.status ?? '?' });
  return {
    ...shared,
    by: 'agent',
    id,
    label: text(`guest-action.${id}`),
    tier: id === 'start' ? 1 : 2,
    destroys: id !== 'start',
    off: unknownTo(row, model) ?? (misfit === false ? undefined : misfit),
    what: text(`guest-action.${id}.what`),
    affects:
      id === 'start' || proxmox === undefined
        ? []
        : [text('guest-action.affects', { name: shared.targetName })],
    run: async (call) => {
      const params = { vmid };
      const { status } =
        id === 'start'
          ? await call('startGuest', { params, body: {} })
          : await call(ROUTES[id], { params, body: { confirm: shared.word } });
      return {
        said: text('guest-action.done', { name: shared.targetName, status: status ?? text('word.unknown') }),
      };
    },
  };
}

function unknownTo({ proxmox }: Row, { text }: Model): string | undefined {
  if (proxmox === undefined) return text('guests.not-in-proxmox');
  return proxmox.template ? text('guest-action.template') : undefined;
}

/** `pct enter`: containers only, and on the host itself. */
function enter(row: Row, model: Model, shared: Shared): Action {
  const { text } = model;
  const { vmid, proxmox } = row;
  const isHost = lastFacts(model, 'identity')?.role === 'proxmox-host';
  return {
    ...shared,
    by: 'terminal',
    id: 'enter',
    label: text('guest-action.enter'),
    tier: 0,
    destroys: false,
    off:
      unknownTo(row, model) ??
      (proxmox?.kind === 'qemu' ? text('guest-action.vm') : undefined) ??
      (isHost ? undefined : text('guest-action.not-host')) ??
      (proxmox?.status === 'running'
        ? undefined
        : text('guest-action.down', { status: proxmox?.status ?? '?' })),
    what: text('guest-action.enter.what'),
    opens: { kind: 'guest', vmid },
  };
}
