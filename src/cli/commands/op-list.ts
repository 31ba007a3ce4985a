// `felhom op list`: the operations that the agent keeps, open ones and those that ended lately.
import { EXIT } from '../../base/errors.ts';
import type { OpListOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { formatOperations } from '../operation-lines.ts';
import { askAgent } from '../with-agent.ts';

export const opListCommand: Command = {
  name: 'op list',
  summary: 'command.op-list',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, err, text, clock } = context;
    const { at, operations } = await askAgent(context, async (call) => call('operations'));
    const document: OpListOutput = { schema: 'felhom/op-list/1', at, operations };
    if (json) out.json(document);
    else if (operations.length === 0) err.line(text('op.none'));
    else for (const line of formatOperations(operations, text, clock.now(), out.columns)) out.line(line);
    return EXIT.ok;
  },
};
