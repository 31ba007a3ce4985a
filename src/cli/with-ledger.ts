// Whose ledger is asked: the agent's where one of this host is there or --source names one, else this guest's
// controller's. An agent shows its ledger to no guest.
import { findAgent } from '../clients/find-agent.ts';
import { findController } from '../clients/find-controller.ts';
import type { LedgerKeeper } from '../contracts/outputs.ts';
import type { CommandContext } from './command.ts';
import { stringOption } from './option-values.ts';
import type { ReadLedgerPage } from './read-ledger.ts';
import { askAgent } from './with-agent.ts';
import { askController } from './with-controller.ts';

export async function askLedger<T>(
  context: CommandContext,
  work: (page: ReadLedgerPage, keeper: LedgerKeeper) => Promise<T>,
): Promise<T> {
  return keeperOf(context) === 'controller'
    ? askController(context, async (call) => work(async (query) => call('ledger', { query }), 'controller'))
    : askAgent(context, async (call) => work(async (query) => call('ledger', { query }), 'agent'));
}

function keeperOf(context: CommandContext): LedgerKeeper {
  if (context.source !== 'auto') return 'agent';
  if (stringOption(context, 'controller') !== undefined) return 'controller';
  return findAgent()?.kind !== 'socket' && findController() !== undefined ? 'controller' : 'agent';
}
