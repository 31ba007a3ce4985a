// Server-sent events (HTML Living Standard, 9.2): facts as they change, and notices. Facts are sampled for
// followers only while there are any. What a slow follower missed is not queued for it: when it reads
// again it gets the newest of each subject, and one that does not read any more is dropped.
import type { ServerResponse } from 'node:http';
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Subject } from '../../contracts/all-facts.ts';
import type { Reading } from '../../contracts/reading.ts';
import type { Notice } from '../../contracts/routes.ts';
import type { Log } from '../log.ts';
import { Refusal } from '../refusal.ts';
import type { FollowerLimits } from './limits.ts';

export type EventHub<C> = {
  /** `vmid`: of a guest's own; other guests do not hear of it. */
  readonly notice: (notice: Notice, vmid?: number) => void;
  readonly follow: (follow: Follow<C>) => (response: ServerResponse) => void;
  readonly count: () => number;
  readonly close: () => void;
};

export type Follow<C> = {
  readonly caller: C;
  readonly subjects: readonly Subject[];
  /** As the client had it last. */
  readonly lastEventId: string | undefined;
};

/** Where facts come from, and when one has changed before its interval is over. */
export type EventFacts = {
  readonly intervals: { readonly [S in Subject]?: number };
  readonly read: (subject: Subject) => Promise<Reading<unknown>>;
  readonly onChange: (listener: (subject: Subject) => void) => () => void;
};

/** Who of those who follow may hear what. */
export type EventRights<C> = {
  /** The reading as this caller sees it; undefined when it may not. */
  readonly seenBy: (caller: C, subject: Subject, reading: Reading<unknown>) => Reading<unknown> | undefined;
  readonly mayHear: (caller: C, vmid: number | undefined) => boolean;
  /** Whether there is room for one more, beside those who follow. */
  readonly hasRoom: (caller: C, followers: readonly C[]) => boolean;
  /** Why a stream of this caller ends now; undefined when it may go on. Asked now and then. */
  readonly ended?: () => Promise<(caller: C) => string | undefined>;
};

type Latest = { n: number; reading: Reading<unknown>; text: string; toldAt: number };
type KeptNotice = { readonly n: number; readonly notice: Notice; readonly vmid: number | undefined };
type Follower<C> = {
  readonly caller: C;
  readonly subjects: ReadonlySet<Subject>;
  readonly response: ServerResponse;
  /** The last event of each kind that it was given. */
  factsN: number;
  noticesN: number;
  /** Since when it does not read. */
  blockedSince: number | undefined;
};

const MAX_NOTICES = 256;
/** An unchanged fact is told again so often that it does not look stale. */
const RETELL_INTERVALS = 0.9;
const RECONNECT_MS = 1000;

export function createEventHub<C extends { readonly kind: string }>(options: {
  readonly facts: EventFacts;
  readonly rights: EventRights<C>;
  readonly limits: FollowerLimits;
  readonly clock: Clock;
  readonly log: Log;
  /** Tells this run of the daemon from others in every event's id. */
  readonly start: string;
}): EventHub<C> {
  const { facts, rights, clock, limits, log, start } = options;
  const followers = new Set<Follower<C>>();
  const latest = new Map<Subject, Latest>();
  const tickers = new Map<Subject, NodeJS.Timeout>();
  const notices: KeptNotice[] = [];
  /** Of the newest event; and of the newest notice that is not kept any more. */
  let n = 0;
  let forgotten = 0;

  const drop = (follower: Follower<C>, why: string) => {
    if (!followers.delete(follower)) return;
    log.info({ caller: follower.caller.kind, why }, 'follower dropped');
    follower.response.destroy();
    settle();
  };

  const write = (follower: Follower<C>, text: string) => {
    if (!follower.response.write(text)) follower.blockedSince ??= clock.monotonic();
  };

  /** Gives a follower what it has not had, the oldest first, until it does not take more. */
  const deliver = (follower: Follower<C>) => {
    if (follower.blockedSince !== undefined) return;
    if (follower.noticesN < forgotten) reset(follower);
    const items = [
      ...[...latest].flatMap(([subject, { n: at, reading }]) =>
        at > follower.factsN && follower.subjects.has(subject)
          ? [{ n: at, text: () => factsText(subject, reading, follower.caller) }]
          : [],
      ),
      ...notices.flatMap(({ n: at, notice, vmid }) =>
        at > follower.noticesN && rights.mayHear(follower.caller, vmid)
          ? [{ n: at, text: () => JSON.stringify(notice), isNotice: true }]
          : [],
      ),
    ].toSorted((a, b) => a.n - b.n);
    for (const item of items) {
      const isNotice = 'isNotice' in item;
      const data = item.text();
      if (isNotice) follower.noticesN = item.n;
      else follower.factsN = item.n;
      if (data === undefined) continue;
      write(follower, `id: ${start}-${item.n}\nevent: ${isNotice ? 'notice' : 'facts'}\ndata: ${data}\n\n`);
      if (follower.blockedSince !== undefined) return;
    }
    follower.factsN = n;
    follower.noticesN = n;
  };

  const factsText = (subject: Subject, reading: Reading<unknown>, caller: C): string | undefined => {
    const seen = rights.seenBy(caller, subject, reading);
    const everyMs = facts.intervals[subject];
    if (seen === undefined || everyMs === undefined) return undefined;
    return JSON.stringify({ subject, every_s: everyMs / 1000, reading: seen });
  };

  const reset = (follower: Follower<C>) => {
    follower.factsN = 0;
    follower.noticesN = n;
    write(follower, `id: ${start}-${n}\nevent: reset\ndata: {}\n\n`);
  };

  const publish = (subject: Subject, reading: Reading<unknown>) => {
    const everyMs = facts.intervals[subject] ?? 0;
    const text = JSON.stringify(reading.state === 'ok' ? reading.value : [reading.code, reading.detail]);
    const before = latest.get(subject);
    const now = clock.monotonic();
    if (before?.reading === reading) return;
    if (before?.text === text && now - before.toldAt < everyMs * RETELL_INTERVALS) return;
    n += 1;
    latest.set(subject, { n, reading, text, toldAt: now });
    for (const follower of followers) deliver(follower);
  };

  const sample = async (subject: Subject): Promise<void> => {
    try {
      const reading = await facts.read(subject);
      if (tickers.has(subject)) publish(subject, reading);
    } catch (error) {
      // A bug in one subject must not end the daemon, and with it everybody's work.
      log.error({ subject, err: messageOf(error) }, 'subject could not be told');
    }
  };

  /** Starts and stops sampling, so that exactly what is followed is sampled. */
  const settle = () => {
    const wanted = new Set([...followers].flatMap((follower) => [...follower.subjects]));
    for (const [subject, ticker] of tickers) {
      if (wanted.has(subject)) continue;
      clearInterval(ticker);
      tickers.delete(subject);
      latest.delete(subject);
    }
    for (const subject of wanted) {
      if (tickers.has(subject)) continue;
      const everyMs = facts.intervals[subject] ?? limits.aliveMs;
      tickers.set(
        subject,
        setInterval(() => void sample(subject), everyMs),
      );
      void sample(subject);
    }
  };

  const endEnded = async (): Promise<void> => {
    if (followers.size === 0 || rights.ended === undefined) return;
    const why = await rights.ended();
    for (const follower of followers) {
      const reason = why(follower.caller);
      if (reason !== undefined) drop(follower, reason);
    }
  };

  const keepAlive = setInterval(() => {
    const now = clock.monotonic();
    for (const follower of followers) {
      if (follower.blockedSince === undefined) write(follower, ': alive\n\n');
      else if (now - follower.blockedSince > limits.blockedMs) drop(follower, 'it does not read');
    }
    void endEnded().catch(() => {});
  }, limits.aliveMs);
  keepAlive.unref();
  const stopListening = facts.onChange((subject) => {
    if (tickers.has(subject)) void sample(subject);
    if (subject === 'guests') void endEnded().catch(() => {});
  });

  return {
    notice: (notice, vmid) => {
      n += 1;
      notices.push({ n, notice, vmid });
      if (notices.length > MAX_NOTICES) forgotten = notices.shift()?.n ?? forgotten;
      for (const follower of followers) deliver(follower);
    },
    follow: ({ caller, subjects, lastEventId }) => {
      const others = [...followers].map((one) => one.caller);
      if (!rights.hasRoom(caller, others)) {
        throw new Refusal('E_RATE', 'too many event streams are open', { retryAfterS: 5 });
      }
      return (response) => {
        const follower: Follower<C> = {
          caller,
          subjects: new Set(subjects),
          response,
          factsN: 0,
          noticesN: n,
          blockedSince: undefined,
        };
        followers.add(follower);
        response.writeHead(200, {
          'content-type': 'text/event-stream; charset=utf-8',
          'cache-control': 'no-store',
        });
        // Requests may come half-closed; who follows and closes its half has gone.
        response.socket?.once('end', () => response.destroy());
        response.on('drain', () => {
          follower.blockedSince = undefined;
          deliver(follower);
        });
        response.on('error', () => {});
        response.on('close', () => {
          if (followers.delete(follower)) settle();
        });
        write(follower, `: hello\nretry: ${RECONNECT_MS}\n\n`);
        const last = lastEventId === undefined ? undefined : eventNumber(lastEventId, start, n);
        if (last === 'unknown' || (last !== undefined && last < forgotten)) reset(follower);
        else if (last !== undefined) {
          follower.factsN = last;
          follower.noticesN = last;
        }
        settle();
        deliver(follower);
      };
    },
    count: () => followers.size,
    close: () => {
      clearInterval(keepAlive);
      stopListening();
      for (const ticker of tickers.values()) clearInterval(ticker);
      tickers.clear();
      for (const { response } of followers) response.end();
      followers.clear();
    },
  };
}

/** The number in an id of this run; `unknown` for another run's, or one that was never given. */
function eventNumber(id: string, start: string, newest: number): number | 'unknown' {
  const [, run, digits] = /^(\w+)-(\d{1,15})$/.exec(id) ?? [];
  const number = Number(digits);
  return run !== start || digits === undefined || number > newest ? 'unknown' : number;
}
