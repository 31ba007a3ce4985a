// The routes that ask the host's agent on behalf of this guest. The agent decides; what it says is handed on.
import type { AgentProxy } from '../../parts.ts';
import { ledgerCallerOf } from '../caller.ts';
import { handOn } from '../hand-on.ts';
import type { ApiHandlers } from '../handler.ts';
import type { RecordAsked } from '../record-asked.ts';

/** Longer than the agent itself takes for its slowest look at a disk. */
const FORMAT_LIMIT_MS = 70_000;

export function createHostHandlers({
  agent,
  record,
}: {
  readonly agent: AgentProxy;
  readonly record: RecordAsked;
}): Pick<ApiHandlers, 'hostMetrics' | 'disks' | 'formatDisk'> {
  return {
    hostMetrics: async ({ signal }) => handOn(async () => agent.hostMetrics(signal)),
    disks: async ({ signal }) => handOn(async () => agent.disks(signal)),
    formatDisk: async ({ caller, body }) => {
      const { device, fstype } = body;
      await record('disk.format-asked', ledgerCallerOf(caller), device, { fstype });
      return handOn(async () => agent.format({ device, fstype }, AbortSignal.timeout(FORMAT_LIMIT_MS)));
    },
  };
}
