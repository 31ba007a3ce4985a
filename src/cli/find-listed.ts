// Which disk a command means: exactly a listed path, or a listed durable id.
import { ActionableError } from '../base/errors.ts';
import type { BlockDevice } from '../contracts/facts/disks.ts';
import type { FactsSource } from '../contracts/source.ts';
import type { CommandContext } from './command.ts';

const DEADLINE_MS = 60_000;

export async function findListed(
  source: FactsSource,
  word: string,
  { text }: CommandContext,
): Promise<{ readonly device: BlockDevice | undefined; readonly devices: readonly BlockDevice[] }> {
  const reading = await source.read('disks', { signal: AbortSignal.timeout(DEADLINE_MS) });
  if (reading.state !== 'ok') {
    throw new ActionableError('failed', text('disks.unread', { reason: text(`reason.${reading.code}`) }));
  }
  const { devices } = reading.value;
  return { device: devices.find(({ path, durable_id }) => path === word || durable_id === word), devices };
}
