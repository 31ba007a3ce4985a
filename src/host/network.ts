// Network links: counters from /proc/net/dev, the rest from /sys/class/net, addresses from the kernel's list.
import type { NetworkFacts, NetworkLink } from '../contracts/facts/network.ts';
import { ok, type Reading } from '../contracts/reading.ts';
import { addressesByLink } from './link-addresses.ts';
import { readLinkShape, type LinkShape } from './link-shape.ts';
import type { Machine } from './machine.ts';
import { readFact, readLine } from './read-fact.ts';

type Sample = { readonly at: number; readonly links: ReadonlyMap<string, LinkCounters> };

/** A host with hundreds of guests has thousands of veths: what hardly changes is asked this seldom, */
const SHAPE_FRESH_MS = 15_000;
/** and of so many at a time that nobody's key waits for it. */
const SHAPES_AT_ONCE = 40;
const ADDRESSES_FRESH_MS = 2000;
/** Those whose state somebody looks at. */
const WATCHED = new Set<LinkShape['kind']>(['physical', 'bond', 'bridge', 'vlan']);

/** Remembers the last counters by the clock that never jumps, and the links' shapes. */
export function createNetworkReader() {
  let last: Sample | undefined;
  let shapes: ReadonlyMap<string, KnownShape> = new Map();
  let addresses: ReadonlyMap<string, readonly string[]> = new Map();
  let addressesAt = Number.NEGATIVE_INFINITY;
  return async (machine: Machine): Promise<Reading<NetworkFacts>> => {
    const counters = await readFact(machine, '/proc/net/dev', parseNetDev);
    if (counters.state !== 'ok') return counters;
    const at = machine.clock.monotonic();
    const hasNew = counters.value.keys().some((name) => !shapes.has(name));
    shapes = await refreshShapes(machine, shapes, [...counters.value.keys()], at);
    if (hasNew || at - addressesAt >= ADDRESSES_FRESH_MS) {
      addresses = addressesByLink(machine);
      addressesAt = at;
    }
    const links: NetworkLink[] = [];
    for (const [name, now] of counters.value) {
      const shape = shapes.get(name)?.shape;
      if (shape === undefined) continue;
      const state = WATCHED.has(shape.kind)
        ? await readLine(machine, `/sys/class/net/${name}/operstate`)
        : shape.state;
      links.push({
        name,
        ...shape,
        state: state ?? 'unknown',
        addresses: [...(addresses.get(name) ?? [])],
        ...now,
        ...ratesBetween(last?.links.get(name), now, last === undefined ? 0 : at - last.at),
      });
    }
    last = { at, links: counters.value };
    return ok({ links }, counters.source, counters.at);
  };
}

type KnownShape = { readonly at: number; readonly shape: LinkShape };

/** New links are asked at once, known ones in turn. */
async function refreshShapes(
  machine: Machine,
  known: ReadonlyMap<string, KnownShape>,
  names: readonly string[],
  at: number,
): Promise<ReadonlyMap<string, KnownShape>> {
  const fresh = new Map<string, KnownShape>();
  let asked = 0;
  for (const name of names) {
    const old = known.get(name);
    const isDue = old !== undefined && at - old.at >= SHAPE_FRESH_MS && asked < SHAPES_AT_ONCE;
    if (isDue) asked += 1;
    fresh.set(name, old !== undefined && !isDue ? old : { at, shape: await readLinkShape(machine, name) });
  }
  return fresh;
}

export type LinkCounters = Pick<
  NetworkLink,
  'rx_bytes' | 'tx_bytes' | 'rx_errors' | 'tx_errors' | 'rx_dropped' | 'tx_dropped'
>;

const LINE = /^[ \t]*(\S+):[ \t]*(\d+(?:[ \t]+\d+){15})[ \t]*$/gm;

/** Two lines of heading, then a line a link; nothing when the heading is not there. */
export function parseNetDev(text: string): ReadonlyMap<string, LinkCounters> | undefined {
  if (!/^Inter-\|\s+Receive/.test(text)) return undefined;
  const links = new Map<string, LinkCounters>();
  for (const [, name, numbers] of text.matchAll(LINE)) {
    const [rxBytes, , rxErrors, rxDropped, , , , , txBytes, , txErrors, txDropped] = (numbers ?? '')
      .split(/\s+/)
      .map(Number);
    if (name === undefined || rxBytes === undefined || txBytes === undefined) continue;
    links.set(name, {
      rx_bytes: rxBytes,
      tx_bytes: txBytes,
      rx_errors: rxErrors ?? 0,
      tx_errors: txErrors ?? 0,
      rx_dropped: rxDropped ?? 0,
      tx_dropped: txDropped ?? 0,
    });
  }
  return links;
}

/** A counter that went back (a new link of the same name, 32 bits that wrapped) has no rate this time. */
function ratesBetween(
  before: LinkCounters | undefined,
  now: LinkCounters,
  elapsedMs: number,
): Pick<NetworkLink, 'rx_rate' | 'tx_rate'> {
  if (before === undefined || elapsedMs <= 0) return { rx_rate: null, tx_rate: null };
  const rate = (from: number, to: number) => (to < from ? null : ((to - from) * 1000) / elapsedMs);
  return { rx_rate: rate(before.rx_bytes, now.rx_bytes), tx_rate: rate(before.tx_bytes, now.tx_bytes) };
}
