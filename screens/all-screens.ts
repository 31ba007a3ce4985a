// Every screen in the order of its key.
import { containersScreen } from './containers.ts';
import { disksScreen } from './disks.ts';
import type { Screen } from './draw/screen.ts';
import { guestsScreen } from './guests.ts';
import { healthScreen } from './health.ts';
import { ledgerScreen } from './ledger.ts';
import { stacksScreen } from './not-yet.ts';
import { overviewScreen } from './overview.ts';
import { pendingScreen } from './pending.ts';
import type { ScreenId } from '../src/contracts/screen-ids.ts';

export const allScreens = {
  overview: overviewScreen,
  disks: disksScreen,
  containers: containersScreen,
  health: healthScreen,
  pending: pendingScreen,
  stacks: stacksScreen,
  guests: guestsScreen,
  ledger: ledgerScreen,
} as const satisfies Record<ScreenId, Screen>;
