// Which device is meant: exactly a listed path or a listed durable id. What a caller wrote is compared and
// never opened, followed or resolved.
import { wholeDiskOf } from '../../contracts/durable-id.ts';
import type { BlockDevice } from '../../contracts/facts/disks.ts';

export type DeviceFound =
  | { readonly state: 'found'; readonly device: BlockDevice }
  | { readonly state: 'unknown' }
  /** Two devices say that they are this one: neither can be meant. */
  | { readonly state: 'ambiguous'; readonly names: readonly string[] };

export function findDevice(devices: readonly BlockDevice[], asked: string): DeviceFound {
  const [device, other] = devices.filter(({ path, durable_id }) => path === asked || durable_id === asked);
  if (device === undefined) return { state: 'unknown' };
  const twins = devices.filter(({ durable_id }) => durable_id !== null && durable_id === device.durable_id);
  if (other !== undefined || twins.length > 1) {
    return {
      state: 'ambiguous',
      names: (twins.length > 1 ? twins : [device, other]).flatMap((twin) => twin?.path ?? []),
    };
  }
  return { state: 'found', device };
}

/** Whether two durable ids share a disk: by their names, and by what lies on what now. */
export function shareDisk(devices: readonly BlockDevice[], one: string, other: string): boolean {
  if (one === other || wholeDiskOf(one) === wholeDiskOf(other)) return true;
  const below = lowest(devices, one);
  return [...lowest(devices, other)].some((name) => below.has(name));
}

/** The device with everything that it lies on. */
function lowest(devices: readonly BlockDevice[], durableId: string): ReadonlySet<string> {
  const byName = new Map(devices.map((device) => [device.name, device]));
  const seen = new Set<string>();
  const waiting = devices.filter(({ durable_id }) => durable_id === durableId).map(({ name }) => name);
  for (let name = waiting.pop(); name !== undefined; name = waiting.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    waiting.push(...(byName.get(name)?.parents ?? []));
  }
  return seen;
}
