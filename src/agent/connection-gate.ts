// Counts connections, in all, at each door and of each address, and how fast they come: one greedy client
// leaves room for others.
import type { Socket } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { Limits } from './limits.ts';
import { createRateGate } from '../daemon/rate-gate.ts';

export type DoorKind = 'root' | 'group' | 'https';
export type ConnectionGate = {
  /** False when there is no room; counted until it closes otherwise. */
  readonly admit: (door: DoorKind, socket: Socket) => boolean;
  readonly counts: () => Readonly<Record<DoorKind, number>>;
};

export function createConnectionGate(
  { connections: limits, rates }: Pick<Limits, 'connections' | 'rates'>,
  clock: Clock,
): ConnectionGate {
  const pace = createRateGate(rates.connections, clock);
  const doors = { root: 0, group: 0, https: 0 };
  const addresses = new Map<string, number>();
  return {
    admit: (door, socket) => {
      const address = door === 'https' ? addressOf(socket) : undefined;
      const open = doors.root + doors.group + doors.https;
      const ofAddress = address === undefined ? 0 : (addresses.get(address) ?? 0);
      // Root always gets in: whatever guests do, there must be a way to look and to stop it.
      if (door !== 'root' && open >= limits.all) return false;
      if (doors[door] >= limits[door] || ofAddress >= limits.address) return false;
      if (address !== undefined && pace.take(address) > 0) return false;
      doors[door] += 1;
      if (address !== undefined) addresses.set(address, ofAddress + 1);
      socket.once('close', () => {
        doors[door] -= 1;
        if (address === undefined) return;
        const left = (addresses.get(address) ?? 1) - 1;
        if (left <= 0) addresses.delete(address);
        else addresses.set(address, left);
      });
      return true;
    },
    counts: () => ({ ...doors }),
  };
}

/** An IPv6 customer has a whole /64 to take addresses from. */
export function addressOf(socket: Pick<Socket, 'remoteAddress'>): string {
  const address = (socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '');
  return address.includes(':') ? `${firstGroups(address)}::/64` : address;
}

function firstGroups(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? 0 : tail.split(':').length;
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after);
  return [...groups, ...Array<string>(zeros).fill('0'), ...(tail ?? '').split(':')].slice(0, 4).join(':');
}
