// Every rule, in the order of how much it matters: findings of one severity are shown so.
import type { Rule } from './rule.ts';
import { agentSilent } from './rules/agent-silent.ts';
import { backupFailed } from './rules/backup-failed.ts';
import { backupOld } from './rules/backup-old.ts';
import { baseStack } from './rules/base-stack.ts';
import { containerRestarting } from './rules/container-restarting.ts';
import { containerStopped } from './rules/container-stopped.ts';
import { containerUnhealthy } from './rules/container-unhealthy.ts';
import { controllerSilent } from './rules/controller-silent.ts';
import { cpuTemperature } from './rules/cpu-temperature.ts';
import { diskErrors } from './rules/disk-errors.ts';
import { diskFull } from './rules/disk-full.ts';
import { diskTemperature } from './rules/disk-temperature.ts';
import { diskWear } from './rules/disk-wear.ts';
import { filesystemErrors } from './rules/filesystem-errors.ts';
import { filesystemHung } from './rules/filesystem-hung.ts';
import { guestFailing } from './rules/guest-failing.ts';
import { guestNames } from './rules/guest-names.ts';
import { guestSilent } from './rules/guest-silent.ts';
import { hungTask } from './rules/hung-task.ts';
import { inodes } from './rules/inodes.ts';
import { installationChanged } from './rules/installation-changed.ts';
import { ioErrors } from './rules/io-errors.ts';
import { kernelFault } from './rules/kernel-fault.ts';
import { ledgerBroken } from './rules/ledger-broken.ts';
import { load } from './rules/load.ts';
import { lvmMissing } from './rules/lvm-missing.ts';
import { machineCheck } from './rules/machine-check.ts';
import { memory } from './rules/memory.ts';
import { operationInterrupted } from './rules/operation-interrupted.ts';
import { outOfMemory } from './rules/out-of-memory.ts';
import { pressure } from './rules/pressure.ts';
import { readerFailed } from './rules/reader-failed.ts';
import { signersRefused } from './rules/signers-refused.ts';
import { smartFailing } from './rules/smart-failing.ts';
import { smartPrefail } from './rules/smart-prefail.ts';
import { smartWorn } from './rules/smart-worn.ts';
import { swap } from './rules/swap.ts';
import { thinPool } from './rules/thin-pool.ts';
import { timeNotSynchronised } from './rules/time-not-synchronised.ts';
import { zfsFull } from './rules/zfs-full.ts';
import { zfsPool } from './rules/zfs-pool.ts';

export const allRules: readonly Rule[] = [
  // Data is in danger.
  smartFailing,
  smartPrefail,
  zfsPool,
  lvmMissing,
  ioErrors,
  filesystemErrors,
  thinPool,
  operationInterrupted,
  ledgerBroken,
  installationChanged,
  signersRefused,
  // Something stops, or will soon.
  diskFull,
  inodes,
  zfsFull,
  filesystemHung,
  memory,
  swap,
  outOfMemory,
  agentSilent,
  guestFailing,
  guestSilent,
  controllerSilent,
  baseStack,
  containerStopped,
  containerUnhealthy,
  containerRestarting,
  backupFailed,
  backupOld,
  // Something wears out or is slow.
  cpuTemperature,
  diskTemperature,
  machineCheck,
  kernelFault,
  diskErrors,
  smartWorn,
  diskWear,
  pressure,
  load,
  hungTask,
  timeNotSynchronised,
  guestNames,
  // What could not be looked at.
  readerFailed,
];
