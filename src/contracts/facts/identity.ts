// Who this machine is. Slow facts: they change at an upgrade or a reboot.
import { z } from 'zod';

export const identityFacts = z.object({
  hostname: z.string(),
  kernel_release: z.string(),
  /** As uname(1) -m; null on a recorded machine whose kernel (before 6.1) has no file for it. */
  architecture: z.string().nullable(),
  os_name: z.string().nullable(),
  boot_id: z.string().nullable(),
  /** What kind of machine this is for the product. */
  role: z.enum(['proxmox-host', 'lxc-guest', 'vm-guest', 'container', 'plain']),
  /** The hypervisor or container manager below us, as systemd-detect-virt(1) names it; `none` on metal. */
  virtualization: z.string(),
  proxmox_version: z.string().nullable(),
});
export type IdentityFacts = z.infer<typeof identityFacts>;

export const uptimeFacts = z.object({ uptime_s: z.number() });
export type UptimeFacts = z.infer<typeof uptimeFacts>;

/** Whether the kernel's clock is disciplined; an unsynchronised clock breaks signatures and certificates. */
export const timeSyncFacts = z.object({
  synchronised: z.boolean(),
  /** Which service says so (chrony, systemd-timesyncd, …); null when none could be named. */
  service: z.string().nullable(),
});
export type TimeSyncFacts = z.infer<typeof timeSyncFacts>;
