// Stands in for what decides and acts, until it is there: it remembers nothing, lets nobody in with a token,
// touches no disk, and says so.
import { Refusal } from '../../src/daemon/refusal.ts';
import type { AgentParts, DecidingHandlers, OpenParts } from '../../src/agent/parts.ts';

const notReady = async (): Promise<never> =>
  Promise.reject(new Refusal('E_NOT_READY', 'this agent cannot do that yet'));

const handlers: DecidingHandlers = {
  formatDisk: notReady,
  operations: notReady,
  operation: notReady,
  confirmOperation: notReady,
  bytesOperation: notReady,
  submitOperation: notReady,
  denyOperation: notReady,
  runOperation: notReady,
  cancelOperation: notReady,
  guests: notReady,
  reportGuest: notReady,
  startGuest: notReady,
  stopGuest: notReady,
  rebootGuest: notReady,
  tokens: notReady,
  mintToken: notReady,
  revokeToken: notReady,
  grants: notReady,
  ledger: notReady,
  signers: notReady,
  acceptInstall: notReady,
  resetClock: notReady,
};

export const withoutParts: OpenParts = async ({ clock }) =>
  Promise.resolve({
    handlers,
    findToken: () => undefined,
    validTokens: async () => Promise.resolve([]),
    subjects: {},
    disks: {
      startScan: ({ device }) => ({
        done: Promise.resolve({
          state: 'failed',
          bytes_done: 0,
          bytes_total: device.size_bytes,
          rate: null,
          left_s: null,
          started: clock.now(),
          at: clock.now(),
          detail: 'this agent cannot do that yet',
        }),
        cancel: () => {},
      }),
      examine: notReady,
      release: notReady,
      identify: notReady,
    },
    record: async () => Promise.resolve(),
    trouble: () => undefined,
    stop: async () => Promise.resolve(),
  } satisfies AgentParts);
