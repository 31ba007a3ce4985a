// The routes that ask the host's agent on behalf of this guest. The agent decides; what it says is handed on.
import type { Ledger } from '../../../daemon/ledger/ledger.ts';
import type { AgentProxy } from '../../parts.ts';
import { ledgerCallerOf } from '../caller.ts';
import { handOn } from '../hand-on.ts';
import type { ApiHandlers } from '../handler.ts';

/** Longer than the agent itself takes for its slowest look at a disk. */
const FORMAT_LIMIT_MS = 70_000;

export function createHostHandlers({
  agent,
  ledger,
}: {
  readonly agent: AgentProxy;
  readonly ledger: Pick<Ledger, 'record'>;
}): Pick<ApiHandlers, 'hostMetrics' | 'disks' | 'formatDisk'> {
  return {
    hostMetrics: async ({ signal }) => handOn(async () => agent.hostMetrics(signal)),
    disks: async ({ signal }) => handOn(async () => agent.disks(signal)),
    formatDisk: async ({ caller, body }) => {
      const { device, fstype } = body;
      const by = ledgerCallerOf(caller);
      // Without a ledger that can be written nobody is asked.
      await ledger.record({ what: 'disk.format-asked', by, subject: device, detail: { fstype } });
      return handOn(async () => agent.format({ device, fstype }, AbortSignal.timeout(FORMAT_LIMIT_MS)));
    },
  };
}
