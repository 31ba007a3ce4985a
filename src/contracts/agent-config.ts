// The agent's configuration, `/etc/felhom-agent/agent.json`: root's file. Fields that this version
// does not know are kept out with a warning, so that a file of another version still starts it.
import { z } from 'zod';

const port = /:(?:[1-9]\d{0,3}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5])$/;

/** Durable ids that a guest may have formatted without a person's confirm, as far as they are blank; `*` is all. */
const grant = z.union([z.literal('*'), z.array(z.string().startsWith('byid:'))]);

export const agentConfig = z.object({
  local_api: z
    .object({
      /** Whether guests are served over HTTPS; the sockets of this host always are. */
      enable: z.boolean().default(false),
      /** Address and port, `192.168.0.162:8443` or `[::1]:8443`. */
      listen_addr: z
        .string()
        .regex(port, 'needs an address and a port: 192.168.0.162:8443')
        .default('127.0.0.1:8443'),
    })
    .prefault({}),
  backup: z.object({ restore_storage: z.string().optional() }).prefault({}),
  hub: z
    .object({
      url: z.url().optional(),
      /** This host's name in every operation (`host_scope`); without it the host's own name. */
      host_id: z.string().min(1).optional(),
      api_key: z.string().min(1).optional(),
    })
    .prefault({}),
  disks: z
    .object({
      grants: z.record(z.string().regex(/^[1-9]\d{2,8}$/, 'needs VMIDs as keys'), grant).default({}),
      /** Loop devices are disks too: for tests and rehearsals only, and said on every screen. */
      allow_loop: z.boolean().default(false),
      /** Reads every byte of disks on which nothing was found, one disk at a time, when idle. */
      auto_scan: z.boolean().default(true),
    })
    .prefault({}),
  /** Where tests and rehearsals keep away from the real agent. */
  state_dir: z.string().startsWith('/').default('/var/lib/felhom-agent'),
  run_dir: z.string().startsWith('/').default('/run/felhom-agent'),
  log_level: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
});
export type AgentConfig = z.infer<typeof agentConfig>;

export const DEFAULT_AGENT_CONFIG = '/etc/felhom-agent/agent.json';
