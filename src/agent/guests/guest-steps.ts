// What Proxmox's own programs are asked for, by kind of guest and deed: pure. A guest is only ever shut down
// in order. `pct reboot` is not used: when a container does not end in time, it kills it.
import type { ToolRequest } from '../../base/run-tool.ts';
import type { ProxmoxGuest } from '../../contracts/facts/proxmox.ts';

export type GuestDeed = 'start' | 'stop' | 'reboot';
type Step = Pick<ToolRequest, 'file' | 'args' | 'deadlineMs'>;

/** How long a guest may take to shut down; Proxmox's own measure. */
const SHUTDOWN_S = 60;
/** Beyond that, for Perl to start and to say so. */
const SHUTDOWN_DEADLINE_MS = (SHUTDOWN_S + 15) * 1000;
/** A large virtual machine's memory takes its time. */
const START_DEADLINE_MS = 120_000;
const STATUS_DEADLINE_MS = 10_000;

const PROGRAMS = { lxc: 'pct', qemu: 'qm' } as const satisfies Record<ProxmoxGuest['kind'], string>;
type Named = Pick<ProxmoxGuest, 'kind' | 'vmid'>;

export function stepsOf(deed: GuestDeed, { kind, vmid }: Named): readonly Step[] {
  const file = PROGRAMS[kind];
  const start = { file, args: ['start', `${vmid}`], deadlineMs: START_DEADLINE_MS };
  const shutdown = {
    file,
    args: ['shutdown', `${vmid}`, '--timeout', `${SHUTDOWN_S}`],
    deadlineMs: SHUTDOWN_DEADLINE_MS,
  };
  const steps = { start: [start], stop: [shutdown], reboot: [shutdown, start] };
  return steps[deed];
}

/** What it is now; the list of the cluster may be ten seconds old. */
export const statusStep = ({ kind, vmid }: Named): Step => ({
  file: PROGRAMS[kind],
  args: ['status', `${vmid}`],
  deadlineMs: STATUS_DEADLINE_MS,
});

/** `status: running`. */
export const parseStatus = (stdout: string): string | null => /^status: (\w+)$/m.exec(stdout)?.[1] ?? null;

/**
 * As a unit of its own, where systemd runs this host. The agent's own unit takes from its children what a
 * guest needs (rights, namespaces, memory that is not spared), and a guest must not end with the agent.
 * The unit's name lets one deed run on a guest, also after a crash of the agent.
 */
export const asUnit = ({ file, args, deadlineMs }: Step, vmid: number): Step => ({
  file: 'systemd-run',
  args: [
    '--quiet',
    '--collect',
    '--wait',
    '--pipe',
    `--unit=felhom-guest-${vmid}`,
    '--service-type=exec',
    '--property=KillMode=process',
    `--property=RuntimeMaxSec=${Math.ceil(deadlineMs / 1000)}`,
    '--setenv=LC_ALL=C.UTF-8',
    '--',
    file,
    ...args,
  ],
  deadlineMs: deadlineMs + 5000,
});
