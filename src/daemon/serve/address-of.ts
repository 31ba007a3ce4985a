// Who a connection comes from: its address, and as far as anybody is counted the network of one customer.
import type { Socket } from 'node:net';

type Peer = Pick<Socket, 'remoteAddress'>;

/** Null when the connection is gone already. */
export const wholeAddressOf = ({ remoteAddress }: Peer): string | null =>
  remoteAddress?.replace(/^::ffff:(?=\d+\.)/i, '') ?? null;

/** An IPv6 customer has a whole /64 to take addresses from. */
export function addressOf(socket: Peer): string {
  const address = wholeAddressOf(socket) ?? '';
  return address.includes(':') ? `${firstGroups(address)}::/64` : address;
}

function firstGroups(address: string): string {
  const [head = '', tail] = address.replace(/%.*$/, '').split('::');
  const groups = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? 0 : tail.split(':').length;
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - groups.length - after);
  return [...groups, ...Array<string>(zeros).fill('0'), ...(tail ?? '').split(':')].slice(0, 4).join(':');
}
