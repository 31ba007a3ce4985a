// A disk as an agent lists it.
import { bareDevice } from '../contracts/bare-device.ts';
import type { FlaggedDevice } from '../../src/contracts/flagged-devices.ts';

export const DEVICE: FlaggedDevice = {
  ...bareDevice('sda'),
  size_bytes: 1024,
  data_bearing: true,
  verdict: 'unverified',
  reason: 'not inspected yet',
  signals: [],
  scan: null,
};
