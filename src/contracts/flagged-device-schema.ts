// The schema of a block device with its flag; the type stands apart, as screens load no schemas.
import { diskFlag } from './facts/disk-flags.ts';
import { blockDevice } from './facts/disks.ts';

export const flaggedDevice = blockDevice.extend(diskFlag.omit({ name: true }).shape);
