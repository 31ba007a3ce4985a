// `felhom ledger verify`: whether the chain of the ledger holds, as its keeper computes it and as its
// records hang together here; with an anchor that was kept elsewhere, whether it was cut since.
import { EXIT } from '../../base/errors.ts';
import { ledgerAnchor, type LedgerAnchor } from '../../contracts/facts/ledger.ts';
import type { LedgerVerifyOutput } from '../../contracts/outputs.ts';
import type { Command, CommandContext } from '../command.ts';
import { stringOption } from '../option-values.ts';
import { usage } from '../parse-words.ts';
import { findCut, readLedger } from '../read-ledger.ts';
import { askLedger } from '../with-ledger.ts';

export const ledgerVerifyCommand: Command = {
  name: 'ledger verify',
  summary: 'command.ledger-verify',
  options: { anchor: { summary: 'option.anchor', placeholder: 'N:HASH' } },
  operands: [],
  run: async (context) => {
    const { json, out, text } = context;
    const kept = anchorOf(context);
    const { keeper, records, count, anchor, ...read } = await askLedger(
      context,
      async (readPage, keeper) => ({
        keeper,
        ...(await readLedger(readPage, 0)),
      }),
    );
    const broken = read.broken ?? (kept === undefined ? null : findCut(records, kept));
    const intact = read.intact && broken === null;
    const document: LedgerVerifyOutput = {
      schema: 'felhom/ledger-verify/1',
      keeper,
      count,
      intact,
      broken,
      anchor,
    };
    if (json) out.json(document);
    else if (intact) {
      out.line({ text: text(`ledger-check.intact.${keeper}`, { count }), style: 'good' });
      if (kept !== undefined) out.line(text('ledger-check.anchored', { n: kept.n }));
      out.line(text('ledger-check.anchor', { anchor: `${anchor.n}:${anchor.hash}` }));
    } else out.line({ text: text(`ledger-check.broken.${keeper}`, { where: broken ?? '' }), style: 'bad' });
    return intact ? EXIT.ok : EXIT.findings;
  },
};

function anchorOf(context: CommandContext): LedgerAnchor | undefined {
  const value = stringOption(context, 'anchor');
  if (value === undefined) return undefined;
  const [, n, hash] = /^(\d{1,15}):(.*)$/.exec(value) ?? [];
  const anchor = ledgerAnchor.safeParse({ n: Number(n), hash: hash?.toLowerCase() });
  if (anchor.success) return anchor.data;
  throw usage(context.text('usage.anchor', { value }), context.text);
}
