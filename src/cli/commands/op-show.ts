// `felhom op show ID`: one operation with all that a person compares before deciding about it.
import { EXIT } from '../../base/errors.ts';
import type { Command } from '../command.ts';
import { findId, operationOperand } from '../operation-command.ts';
import { printOperation } from '../operation-outcome.ts';
import { askAgent } from '../with-agent.ts';

export const opShowCommand: Command = {
  name: 'op show',
  summary: 'command.op-show',
  options: {},
  operands: operationOperand,
  run: async (context) => {
    const { operation } = await askAgent(context, async (call) =>
      call('operation', { params: { id: await findId(context, call) } }),
    );
    printOperation(context, operation);
    return EXIT.ok;
  },
};
