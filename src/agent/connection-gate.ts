// The agent's doors, and how many may stand in each: root always gets in, guests are counted by address.
import type { Clock } from '../base/clock.ts';
import { createConnectionGate as createGate, type ConnectionGate } from '../daemon/serve/connection-gate.ts';
import type { Limits } from './limits.ts';

export type DoorKind = 'root' | 'group' | 'https';

export const createConnectionGate = (
  limits: Pick<Limits, 'connections' | 'rates'>,
  clock: Clock,
): ConnectionGate<DoorKind> => createGate<DoorKind>(limits, clock, { always: 'root', byAddress: 'https' });
