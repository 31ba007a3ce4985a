// What a network link is, from /sys/class/net/NAME (kernel's ABI/testing/sysfs-class-net).
import type { NetworkLink } from '../contracts/facts/network.ts';
import type { Machine } from './machine.ts';
import { readLine, readNumber } from './read-fact.ts';

export type LinkShape = Pick<NetworkLink, 'kind' | 'state' | 'mac' | 'mtu' | 'speed_mbps'>;

const LOOPBACK_TYPE = 772;

export async function readLinkShape(machine: Machine, name: string): Promise<LinkShape> {
  const folder = `/sys/class/net/${name}`;
  const type = await readNumber(machine, `${folder}/type`);
  const uevent = (await readLine(machine, `${folder}/uevent`)) ?? '';
  const hasDevice = (await machine.readLink(`${folder}/device`)).state === 'ok';
  const kind = kindOf(name, type, uevent, hasDevice);
  const mac = await readLine(machine, `${folder}/address`);
  const state = await readLine(machine, `${folder}/operstate`);
  // A link that is down refuses (EINVAL), one that does not know says -1, a virtual one invents.
  const speed =
    kind === 'physical' || kind === 'bond' ? await readNumber(machine, `${folder}/speed`) : undefined;
  return {
    kind,
    state: state ?? 'unknown',
    mac: mac !== undefined && isMac(mac) ? mac : null,
    mtu: (await readNumber(machine, `${folder}/mtu`)) ?? null,
    speed_mbps: speed === undefined || speed <= 0 || UNKNOWN_SPEEDS.has(speed) ? null : speed,
  };
}

/** Older kernels print SPEED_UNKNOWN without its sign, in 16 or 32 bits. */
const UNKNOWN_SPEEDS = new Set([65_535, 4_294_967_295]);

const KINDS = new Map<string, LinkShape['kind']>([
  ['bridge', 'bridge'],
  ['bond', 'bond'],
  ['vlan', 'vlan'],
]);

function kindOf(
  name: string,
  type: number | undefined,
  uevent: string,
  hasDevice: boolean,
): LinkShape['kind'] {
  if (type === LOOPBACK_TYPE || name === 'lo') return 'loopback';
  const told = KINDS.get(/^DEVTYPE=(.+)$/m.exec(uevent)?.[1] ?? '');
  return told ?? (hasDevice ? 'physical' : 'virtual');
}

const isMac = (text: string): boolean =>
  /^[0-9a-f]{2}(:[0-9a-f]{2}){5,19}$/i.test(text) && text !== '00:00:00:00:00:00';
