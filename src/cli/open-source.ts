// Opens the source of facts that --source names.
import { ActionableError } from '../base/errors.ts';
import type { Text } from '../base/texts/text.ts';
import type { FactsSource } from '../contracts/source.ts';
import type { SourceName } from './command.ts';

export async function openSource(name: SourceName, text: Text): Promise<FactsSource> {
  if (name === 'agent') {
    throw new ActionableError('unreachable', text('source.no-agent'), { hint: text('source.no-agent.hint') });
  }
  const { createEmbeddedSource } = await import('../clients/embedded.ts');
  return createEmbeddedSource();
}
