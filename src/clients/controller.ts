// The controller of this guest, over its Unix socket: its facts, its events, and what it does when asked.
// Loaded when used, as it brings the contracts' schemas along.
import { z } from 'zod';
import { systemClock, type Clock } from '../base/clock.ts';
import type { Facts } from '../contracts/all-facts.ts';
import { controllerRoutes, type CallController } from '../contracts/controller-routes.ts';
import { ok, type Reading } from '../contracts/reading.ts';
import type { ReadRequest, SourceListener } from '../contracts/source.ts';
import { missingFrom } from './agent-failure.ts';
import { createPins } from './agent-pins.ts';
import { createTransport } from './agent-transport.ts';
import { createControllerCall } from './controller-call.ts';
import { createEvents } from './follow-events.ts';

export type ControllerClient = {
  readonly call: CallController;
  /** What it tells; never throws. */
  readonly read: ReadController;
  readonly follow: (listener: SourceListener) => () => void;
  readonly close: () => void;
};
export type ToldByController = 'base_stack' | 'ledger';
type ReadController = <S extends ToldByController>(
  subject: S,
  request: ReadRequest,
) => Promise<Reading<Facts[S]>>;

export type ControllerOptions = {
  readonly socketPath: string;
  readonly clock?: Clock;
  /** Between 0 and 1; spreads the attempts of many. */
  readonly random?: () => number;
  /** What the person says of itself, for the ledger: a claim and no more. */
  readonly claimedName?: string | undefined;
};

/** Asks nobody yet. */
export function openController(options: ControllerOptions): ControllerClient {
  const { socketPath, clock = systemClock, random = Math.random } = options;
  // Code that zod writes for each schema costs more memory than it saves time with a few answers a second.
  z.config({ jitless: true });
  const transport = createTransport(() => ({ kind: 'socket', socketPath }), createPins(''));
  const call = createControllerCall(transport, options.claimedName);
  const ways: { readonly [S in ToldByController]: (request: ReadRequest) => Promise<Reading<Facts[S]>> } = {
    base_stack: async (request) => {
      const { base, at } = await call('base', request);
      return ok(base, socketPath, at);
    },
    ledger: async (request) => {
      const { records, count, intact, broken, at } = await call('ledger', request);
      return ok({ records: records.toReversed(), count, intact, broken }, socketPath, at);
    },
  };
  return {
    call,
    read: async (subject, request) => {
      try {
        return await ways[subject](request);
      } catch (error) {
        return missingFrom(error, socketPath, clock.now());
      }
    },
    follow: createEvents({
      transport,
      path: controllerRoutes.events.path,
      askAlive: async (signal) => call('health', { signal }),
      clock,
      random,
      peer: 'controller',
    }),
    close: transport.close,
  };
}
