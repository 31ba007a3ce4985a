// The outside that deeds on guests need, as ports: Proxmox's list and programs, and what has to be known of
// disks before a guest starts.
import type { RunTool } from '../../base/run-tool.ts';
import type { ProxmoxGuest } from '../../contracts/facts/proxmox.ts';
import type { Reading } from '../../contracts/reading.ts';

export type GuestPorts = {
  /** The guests of this node, asked now. */
  readonly readGuests: (signal: AbortSignal) => Promise<Reading<readonly ProxmoxGuest[]>>;
  /** What of this host's hardware a guest's configuration names. */
  readonly readGuestDisks: (guest: ProxmoxGuest) => Promise<Reading<readonly string[]>>;
  readonly runTool: RunTool;
  /** Whether programs are started as units of systemd. */
  readonly hasSystemd: () => Promise<boolean>;
  /** A guest is in another state now: whoever asks next must read anew. */
  readonly onChanged: () => void;
};
