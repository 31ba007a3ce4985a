// `felhom guests`: the guests of this host, and what their controllers last reported.
import { EXIT } from '../../base/errors.ts';
import { formatDuration } from '../../base/units.ts';
import type { GuestsOutput } from '../../contracts/outputs.ts';
import type { Command } from '../command.ts';
import { formatTable } from '../table.ts';
import { askAgent } from '../with-agent.ts';

export const guestsCommand: Command = {
  name: 'guests',
  summary: 'command.guests',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, err, text, clock } = context;
    const { at, guests } = await askAgent(context, async (call) => call('guests'));
    const document: GuestsOutput = { schema: 'felhom/guests/1', at, guests };
    if (json) {
      out.json(document);
      return EXIT.ok;
    }
    if (guests.length === 0) {
      err.line(text('guest-list.nobody'));
      return EXIT.ok;
    }
    const now = clock.now();
    const rows = guests.map(({ vmid, report, reported, address, tokens }) => [
      String(vmid),
      report === null ? text('guest-list.never') : text(`guest-list.status.${report.status}`),
      reported === null ? '-' : formatDuration(now - reported, text.language),
      report?.hostname ?? '-',
      address ?? '-',
      report?.controller_version ?? '-',
      String(tokens),
      report?.issues.join('; ') ?? '',
    ]);
    const columns = [
      { title: text('guest-list.column.vmid'), align: 'right' as const },
      { title: text('guest-list.column.status') },
      { title: text('guest-list.column.age'), align: 'right' as const },
      { title: text('guest-list.column.hostname'), minWidth: 8, dispensable: 1 },
      { title: text('guest-list.column.address'), dispensable: 2 },
      { title: text('guest-list.column.version'), minWidth: 6, dispensable: 3 },
      { title: text('guest-list.column.tokens'), align: 'right' as const, dispensable: 4 },
      { title: text('guest-list.column.issues'), minWidth: 10 },
    ];
    for (const line of formatTable(columns, rows, out.columns)) out.line(line);
    return EXIT.ok;
  },
};
