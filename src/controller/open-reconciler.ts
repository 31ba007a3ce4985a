// Opens the reconciler with what it keeps in the data folder: its memory and the installation's own secrets. The
// folder must be locked by then: there is one controller for it.
import { join } from 'node:path';
import type { Text } from '../base/texts/text.ts';
import { keepSecrets } from './keep-secrets.ts';
import { openMemory } from './memory-file.ts';
import type { Reconciler } from './parts.ts';
import { createReconciler, type ReconcilerOptions } from './reconciler.ts';

const MEMORY = 'memory.json';

export async function openReconciler(
  options: Omit<ReconcilerOptions, 'memory' | 'secrets'> & { readonly text: Text },
): Promise<Reconciler> {
  const { text, ...rest } = options;
  return createReconciler({
    ...rest,
    memory: await openMemory(join(options.dataFolder, MEMORY), options.log),
    secrets: await keepSecrets(options.dataFolder, text),
  });
}
