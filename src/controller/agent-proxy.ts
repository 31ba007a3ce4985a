// The host's agent as this guest asks it: over TLS with the pinned certificate, by the guest's own token. What is
// pinned stands in controller.yaml; a certificate to come is kept there before it is acknowledged.
import { ActionableError, messageOf } from '../base/errors.ts';
import type { Clock } from '../base/clock.ts';
import { createListeners } from '../base/listeners.ts';
import { plainFingerprint, type AgentAddress } from '../clients/agent-address.ts';
import { createCall } from '../clients/agent-call.ts';
import { WRONG_CERTIFICATE } from '../clients/agent-failure.ts';
import { createPins } from '../clients/agent-pins.ts';
import { createTransport } from '../clients/agent-transport.ts';
import type { LinkState } from '../contracts/facts/base-stack.ts';
import type { GuestReport } from '../contracts/facts/guests.ts';
import type { LedgerAnchor } from '../contracts/facts/ledger.ts';
import type { CallRoute } from '../contracts/source.ts';
import type { Log } from '../daemon/log.ts';
import { turned, unasked } from './link-state.ts';
import type { AgentProxy, ConfigBook } from './parts.ts';
import { createRepeated } from './repeat.ts';

export type OpenedProxy = AgentProxy & {
  /** Gives back the newest record of the agent's ledger. */
  readonly report: (report: GuestReport, signal: AbortSignal) => Promise<LedgerAnchor>;
  /** After `link` has changed. */
  readonly onChange: (listener: () => void) => () => void;
};

export type ProxyOptions = {
  readonly config: Pick<ConfigBook, 'current' | 'onChange' | 'reread' | 'keepCertificates'>;
  readonly clock: Clock;
  readonly log: Log;
  /** Between 0 and 1. */
  readonly random: () => number;
  readonly times?: { readonly everyMs: number; readonly retryMs: number };
};

/** How often it is asked whether the way is open and whether another certificate comes. */
const EVERY_MS = 60_000;
const RETRY_MS = 2000;
/** On the same wire: it costs nothing to try soon, and a token may be minted at any moment. */
const LONGEST_RETRY_MS = 10_000;

export function createAgentProxy(options: ProxyOptions): OpenedProxy {
  const { config, clock, log, random, times = { everyMs: EVERY_MS, retryMs: RETRY_MS } } = options;
  const listeners = createListeners();
  const closing = new AbortController();
  let link = unasked(clock.now());
  let address = addressIn(config);
  let vmid: number | undefined;
  let inUse = '';

  const pins = createPins('');
  const pinTold = () => {
    const told = config.current()?.local_api;
    pins.repin(told?.fingerprint ?? '');
    pins.announce(told?.next_fingerprint ?? null);
  };
  pinTold();
  const transport = createTransport(() => address ?? NOWHERE, {
    ...pins,
    accepts: (fingerprint) => {
      const accepted = pins.accepts(fingerprint);
      if (accepted) inUse = plainFingerprint(fingerprint) ?? '';
      return accepted;
    },
  });
  // Only what stands in controller.yaml is acknowledged: it is still known after a restart.
  const kept = () => plainFingerprint(config.current()?.local_api?.next_fingerprint ?? '');
  const call = createCall(transport, kept);

  const setLink = (state: LinkState['state'], detail: string): void => {
    if (link.state === state && link.detail === detail) return;
    if (link.state !== state) log.info({ state, detail }, 'agent of the host');
    link = turned(link, state, detail, clock.now());
    listeners.tell();
  };
  const follow = (): void => {
    const next = addressIn(config);
    if (JSON.stringify(next) === JSON.stringify(address)) return;
    const elsewhere = next?.endpoint !== address?.endpoint || next?.fingerprint !== address?.fingerprint;
    address = next;
    pinTold();
    if (elsewhere) transport.close();
  };

  /** Whether bootstrap.json says something else now than what the agent did not take. */
  const toldAnew = async (error: ActionableError, used: string): Promise<boolean> => {
    if (error.code !== 'E_TOKEN' && error.code !== WRONG_CERTIFICATE) return false;
    await config.reread().catch(() => undefined);
    follow();
    return JSON.stringify(address) !== used;
  };
  const ask = async <T>(work: (call: CallRoute) => Promise<T>): Promise<T> => {
    if (address === undefined) {
      setLink('off', 'no agent is named');
      throw new ActionableError('unreachable', 'no agent is named in bootstrap.json', { code: 'no-answer' });
    }
    const used = JSON.stringify(address);
    try {
      const answer = await work(call).catch(async (error: unknown) => {
        if (error instanceof ActionableError && (await toldAnew(error, used))) return work(call);
        throw error;
      });
      setLink('ok', 'it answers');
      return answer;
    } catch (error) {
      if (error instanceof ActionableError && !closing.signal.aborted) setLink(...linkAfter(error));
      throw error;
    }
  };

  /** What it announces, and which certificate it shows now: on a connection that stood since before a switch, not. */
  const lookAtStorage = async (signal: AbortSignal): Promise<string | null> => {
    const look = async () => {
      const { vmid: own, next_fingerprint: next } = await ask(async (call) => call('storage', { signal }));
      vmid = own ?? undefined;
      return next;
    };
    const before = kept();
    const next = await look();
    if (before === undefined || plainFingerprint(next ?? '') === before || inUse === before) return next;
    transport.close();
    return look();
  };
  const learn = async (signal: AbortSignal): Promise<void> => {
    const next = await lookAtStorage(signal);
    const shown = inUse;
    if (next !== null) pins.announce(next);
    const news = next !== null && plainFingerprint(next) !== kept();
    const told = plainFingerprint(config.current()?.local_api?.fingerprint ?? '');
    const switched = next === null && shown !== told;
    if (shown === '' || (!news && !switched)) return;
    try {
      await config.keepCertificates(next, shown);
      if (next !== null) await call('storage', { signal });
      log.info({ next_fingerprint: next, fingerprint: shown }, 'certificate of the agent kept');
    } catch (error) {
      log.warn({ err: messageOf(error) }, 'certificate of the agent not kept, nor acknowledged');
    }
  };
  const checking = createRepeated({
    work: async (signal) => {
      if (address === undefined) setLink('off', 'no agent is named');
      else await learn(signal);
    },
    onFailed: (error) => {
      if (!(error instanceof ActionableError)) log.error({ err: messageOf(error) }, 'agent: not asked');
    },
    everyMs: times.everyMs,
    gatherMs: 0,
    retry: { firstMs: times.retryMs, longestMs: Math.max(times.retryMs, LONGEST_RETRY_MS) },
    random,
  });
  const unfollow = config.onChange(() => {
    const before = address;
    follow();
    if (before !== address) void checking.now();
  });
  const joined = (signal: AbortSignal) => AbortSignal.any([signal, closing.signal]);

  return {
    link: () => link,
    hostMetrics: async (signal) => ask(async (call) => call('hostMetrics', { signal: joined(signal) })),
    disks: async (signal) => ask(async (call) => call('disks', { signal: joined(signal) })),
    // The agent takes the VMID from the token; a body that names another one is refused there.
    format: async (body, signal) => ask(async (call) => call('formatDisk', { body, signal: joined(signal) })),
    report: async (body, signal) => {
      if (vmid === undefined) await learn(joined(signal));
      const own = vmid;
      if (own === undefined) {
        throw new ActionableError('refused', 'the agent does not say which VMID this guest has');
      }
      const answer = await ask(async (call) =>
        call('reportGuest', { params: { vmid: own }, body, signal: joined(signal) }),
      );
      return answer.ledger;
    },
    onChange: listeners.add,
    stop: () => {
      unfollow();
      checking.stop();
      closing.abort();
      transport.close();
    },
  };
}

type Https = Extract<AgentAddress, { kind: 'https' }>;
/** Never asked: `ask` says before that there is none. */
const NOWHERE: Https = { kind: 'https', endpoint: '', fingerprint: '', token: '' };

function addressIn(config: ProxyOptions['config']): Https | undefined {
  const told = config.current()?.local_api;
  if (told === undefined) return undefined;
  const { endpoint, fingerprint, token } = told;
  return { kind: 'https', endpoint, fingerprint, token };
}

/** Who says no does answer, except to who we are. */
function linkAfter(error: ActionableError): [LinkState['state'], string] {
  const { kind, code, message } = error;
  if (code === 'E_TOKEN') return ['failed', 'it refuses the token of this guest'];
  if (kind === 'unreachable') return ['failed', message];
  return ['ok', 'it answers'];
}
