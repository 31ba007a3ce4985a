// A block device of which nothing is known but its name, for tests that invent theirs.
import type { BlockDevice } from '../../src/contracts/facts/disks.ts';

export const bareDevice = (name: string, over: Partial<BlockDevice> = {}): BlockDevice => ({
  name,
  path: `/dev/${name}`,
  device_number: '8:0',
  kind: 'disk',
  parents: [],
  size_bytes: 1,
  model: null,
  serial: null,
  transport: null,
  rotational: null,
  removable: null,
  read_only: false,
  durable_id: null,
  durable_id_reason: null,
  fs_type: null,
  label: null,
  uuid: null,
  mount_points: [],
  swap: false,
  backing_file: null,
  io: null,
  ...over,
});
