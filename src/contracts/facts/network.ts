// Network links, from /sys/class/net and /proc/net/dev; addresses from the kernel's interface list.
import { z } from 'zod';

export const networkLink = z.object({
  name: z.string(),
  /** operstate of /sys/class/net (up, down, unknown, …). */
  state: z.string(),
  mac: z.string().nullable(),
  mtu: z.number().nullable(),
  speed_mbps: z.number().nullable(),
  /** CIDR notation. */
  addresses: z.array(z.string()),
  /** A bridge, bond, veth, … as far as sysfs says; `physical` when it has a device. */
  kind: z.enum(['physical', 'loopback', 'bridge', 'bond', 'vlan', 'virtual']),
  rx_bytes: z.number(),
  tx_bytes: z.number(),
  rx_errors: z.number(),
  tx_errors: z.number(),
  rx_dropped: z.number(),
  tx_dropped: z.number(),
  /** Bytes per second between two samples; null until there are two. */
  rx_rate: z.number().nullable(),
  tx_rate: z.number().nullable(),
});
export type NetworkLink = z.infer<typeof networkLink>;

export const networkFacts = z.object({ links: z.array(networkLink) });
export type NetworkFacts = z.infer<typeof networkFacts>;
