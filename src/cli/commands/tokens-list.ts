// `felhom tokens list`: the tokens of guests by their ids; the tokens themselves nobody has.
import { EXIT } from '../../base/errors.ts';
import { formatMoment } from '../../base/units.ts';
import type { TokensListOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { formatTable } from '../table.ts';
import { askAgent } from '../with-agent.ts';

export const tokensListCommand: Command = {
  name: 'tokens list',
  summary: 'command.tokens-list',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, err, text } = context;
    const { tokens } = await askAgent(context, async (call) => call('tokens'));
    const document: TokensListOutput = { schema: 'felhom/tokens-list/1', tokens };
    if (json) {
      out.json(document);
      return EXIT.ok;
    }
    if (tokens.length === 0) err.line(text('tokens.none'));
    const moment = (at: number | null) => (at === null ? '-' : formatMoment(at));
    const rows = tokens.map(({ id, vmid, created, revoked, last_used }) => [
      String(vmid),
      id,
      moment(created),
      moment(last_used),
      moment(revoked),
    ]);
    const columns = [
      { title: text('tokens.column.vmid'), align: 'right' as const },
      { title: text('tokens.column.id') },
      { title: text('tokens.column.created'), dispensable: 1 },
      { title: text('tokens.column.used'), dispensable: 2 },
      { title: text('tokens.column.revoked') },
    ];
    if (rows.length > 0) for (const line of formatTable(columns, rows, out.columns)) out.line(line);
    return EXIT.ok;
  },
};
