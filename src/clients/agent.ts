// The agent as a source of facts: over its Unix socket on the host, or over HTTPS with a pinned
// certificate and a token in a guest. Loaded when used, as it brings the contracts' schemas along.
import { z } from 'zod';
import { systemClock, type Clock } from '../base/clock.ts';
import { ActionableError } from '../base/errors.ts';
import { allFacts, isSubject, type Subject } from '../contracts/all-facts.ts';
import { absent, ok, type Reading } from '../contracts/reading.ts';
import { routes } from '../contracts/routes.ts';
import type { CallRoute, FactsSource, ReadRequest } from '../contracts/source.ts';
import { nameOf, type AgentAddress } from './agent-address.ts';
import { createCall } from './agent-call.ts';
import { missingFrom, WRONG_CERTIFICATE } from './agent-failure.ts';
import { createPins } from './agent-pins.ts';
import { parseReading } from './agent-reading.ts';
import { createTransport } from './agent-transport.ts';
import { createDocker } from './docker.ts';
import { createEvents } from './follow-events.ts';
import { routePath } from './route-path.ts';

export type AgentSource = FactsSource & { readonly call: CallRoute };

export type AgentOptions = {
  readonly address: AgentAddress;
  /** The address as it is now: asked for when the agent refuses us or shows another certificate. */
  readonly readdress?: () => Promise<AgentAddress>;
  readonly clock?: Clock;
  /** Spreads the attempts of many clients; between 0 and 1. */
  readonly random?: () => number;
  /**
   * Keeps the fingerprint of the certificate to come where it outlives this process. Only who does that
   * acknowledges it: the agent switches when all guests have, and those who forgot it are locked out.
   */
  readonly keepFingerprint?: (fingerprint: string) => Promise<void>;
  /** What the person says of itself, for the ledger: a claim and no more. */
  readonly claimedName?: string;
  readonly signal?: AbortSignal;
};

/** How often a guest asks whether another certificate comes. */
const ANNOUNCED_EVERY_MS = 60_000;
/** What it does not have it will not have soon: that is said as often. */
const NOT_HERE_EVERY_MS = 60_000;

/** Asks the agent what it has; throws an ActionableError when it does not answer or does not let us in. */
export async function openAgentSource(options: AgentOptions): Promise<AgentSource> {
  const { clock = systemClock, random = Math.random, keepFingerprint } = options;
  let { address } = options;
  // Code that zod writes for each schema costs more memory than it saves time with a few answers a second.
  z.config({ jitless: true });
  const pins = createPins(address.kind === 'https' ? address.fingerprint : '');
  const transport = createTransport(() => address, pins);
  const name = nameOf(address);
  let kept: string | undefined;
  const call = createCall(transport, () => kept, options.claimedName);
  const closing = new AbortController();
  let asking = new AbortController();

  const { subjects, allow_loop } = await call('agent', {
    signal: options.signal ?? closing.signal,
  }).catch((error: unknown) => {
    transport.close();
    throw error;
  });
  const intervals: { [S in Subject]?: number } = {};
  for (const subject of Object.keys(allFacts).filter(isSubject)) {
    const everyS = subjects[subject];
    intervals[subject] = everyS === undefined ? NOT_HERE_EVERY_MS : everyS * 1000;
  }
  const followed = Object.keys(subjects).filter(isSubject);
  const learn = async (signal: AbortSignal): Promise<void> => {
    const { next_fingerprint: next } = await call('storage', { signal });
    pins.announce(next);
    if (next === null || next === kept || keepFingerprint === undefined) return;
    await keepFingerprint(next);
    kept = next;
    await call('storage', { signal });
  };
  if (address.kind === 'https') await learn(closing.signal).catch(() => undefined);

  const docker = createDocker({ clock });
  const notHere = () => absent('not-here', name, clock.now());
  const readFacts = address.kind === 'socket' ? readAsHost : readAsGuest(allow_loop);
  return {
    kind: 'agent',
    intervals,
    read: async (subject, { signal }) => {
      if (subjects[subject] === undefined) return notHere();
      try {
        const signals = [signal, closing.signal, asking.signal];
        const reading = await readFacts(call, subject, { signal: AbortSignal.any(signals) });
        return reading === undefined ? notHere() : parseReading(subject, reading);
      } catch (error) {
        return missingFrom(error, name, clock.now());
      }
    },
    // Docker of this machine, host or guest, as the person who looks may ask it.
    readContainer: async (id, { signal }) => docker.readContainer(id, signal),
    followLog: docker.followLog,
    call,
    followed,
    follow: createEvents({
      transport,
      path: routePath(routes.events.path, { query: { subjects: followed.join(',') } }),
      askAlive: async (signal) => call('healthz', { signal }),
      clock,
      random,
      onRefused: async () => {
        const next = await options.readdress?.();
        if (next?.kind !== 'https' || address.kind !== 'https') return;
        if (next.fingerprint !== address.fingerprint) {
          pins.repin(next.fingerprint);
          transport.close();
        }
        address = next;
      },
      onLost: () => {
        asking.abort();
        asking = new AbortController();
      },
      whileConnected: (signal) => {
        if (address.kind !== 'https') return;
        const ask = () =>
          void learn(signal).catch((error: unknown) => {
            // A stream that stands since before the switch says nothing of who answers now.
            if (error instanceof ActionableError && error.code === WRONG_CERTIFICATE) transport.close();
          });
        const timer = setInterval(ask, ANNOUNCED_EVERY_MS);
        signal.addEventListener('abort', () => clearInterval(timer), { once: true });
        ask();
      },
    }),
    close: () => {
      closing.abort();
      transport.close();
      docker.close();
    },
  };
}

/** Nothing where there is no way to ask for a subject. */
type ReadFacts = (
  call: CallRoute,
  subject: Subject,
  request: ReadRequest,
) => Promise<Reading<unknown> | undefined>;

const readAsHost: ReadFacts = async (call, subject, { signal }) =>
  (await call('facts', { params: { subject }, signal })).reading;

/** Guests are not served all facts of their host; what they are has routes of its own. */
const readAsGuest =
  (allow_loop: boolean): ReadFacts =>
  async (call, subject, request) => {
    const readDisks: ReadFacts = async () => {
      const { devices, at } = await call('disks', request);
      return ok({ devices, flags: devices, allow_loop }, '/disks', at);
    };
    const ways: { readonly [S in Subject]?: ReadFacts } = {
      disks: readDisks,
      disk_flags: readDisks,
      operations: async () => {
        const { operations, at } = await call('operations', request);
        return ok({ operations }, '/operations', at);
      },
      guests: async () => {
        const { guests, at } = await call('guests', request);
        return ok({ guests }, '/guests', at);
      },
    };
    return ways[subject]?.(call, subject, request);
  };
