// Counts connections, in all, at each door and of each address, and how fast they come: one greedy client
// leaves room for others.
import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import { createRateGate, type Rate } from '../rate-gate.ts';
import { addressOf } from './address-of.ts';

export type ConnectionGate<D extends string> = {
  /** False when there is no room; counted until it closes otherwise. */
  readonly admit: (door: D, socket: Socket) => boolean;
  readonly counts: () => Readonly<Record<string, number>>;
};

export type GateLimits<D extends string> = {
  readonly connections: { readonly all: number; readonly address: number } & { readonly [door in D]: number };
  /** New connections of one address. */
  readonly rates: { readonly connections: Rate };
};

export function createConnectionGate<D extends string>(
  { connections: limits, rates }: GateLimits<D>,
  clock: Clock,
  /** `always`: the door that gets in whatever others do. `byAddress`: the one of callers from elsewhere. */
  doors: { readonly always: D; readonly byAddress: D },
): ConnectionGate<D> {
  const pace = createRateGate(rates.connections, clock);
  const counts = new Map<D, number>();
  const addresses = new Map<string, number>();
  return {
    admit: (door, socket) => {
      const address = door === doors.byAddress ? addressOf(socket) : undefined;
      const open = [...counts.values()].reduce((sum, count) => sum + count, 0);
      const here = counts.get(door) ?? 0;
      const ofAddress = address === undefined ? 0 : (addresses.get(address) ?? 0);
      // Root always gets in: whatever others do, there must be a way to look and to stop it.
      if (door !== doors.always && open >= limits.all) return false;
      if (here >= limits[door] || ofAddress >= limits.address) return false;
      if (address !== undefined && pace.take(address) > 0) return false;
      counts.set(door, here + 1);
      if (address !== undefined) addresses.set(address, ofAddress + 1);
      socket.once('close', () => {
        counts.set(door, (counts.get(door) ?? 1) - 1);
        if (address === undefined) return;
        const left = (addresses.get(address) ?? 1) - 1;
        if (left <= 0) addresses.delete(address);
        else addresses.set(address, left);
      });
      return true;
    },
    counts: () => Object.fromEntries(counts),
  };
}
