// `felhom ledger show`: who did what, through which door, and what came of it; the oldest first.
import { tellRequester } from '../../base/texts/tell-operation.ts';
import { EXIT } from '../../base/errors.ts';
import { formatMoment } from '../../base/units.ts';
import type { LedgerShowOutput } from '../../contracts/outputs.ts';
import type { Command, CommandContext } from '../command.ts';
import { readLedger } from '../read-ledger.ts';
import { stringOption } from '../option-values.ts';
import { usage } from '../parse-words.ts';
import { askLedger } from '../with-ledger.ts';

export const ledgerShowCommand: Command = {
  name: 'ledger show',
  summary: 'command.ledger-show',
  options: { after: { summary: 'option.after', placeholder: 'NUMBER' } },
  operands: [],
  run: async (context) => {
    const { json, out, err, text } = context;
    const after = afterOf(context);
    const { keeper, ledger } = await askLedger(context, async (readPage, keeper) => ({
      keeper,
      ledger: await readLedger(readPage, after),
    }));
    const { anchor: _newest, ...shown } = ledger;
    const document: LedgerShowOutput = { schema: 'felhom/ledger-show/1', keeper, ...shown };
    if (json) {
      out.json(document);
      return EXIT.ok;
    }
    out.line(text(`ledger-show.${keeper}`));
    for (const { n, at, what, by, subject, detail } of ledger.records) {
      const who = by === null ? text('ledger.itself') : tellRequester(text, by);
      const details = Object.entries(detail)
        .filter(([, value]) => value !== null && value !== '' && !isLong(value))
        .map(([name, value]) => `${name}=${value}`);
      out.line(
        { text: `${String(n).padStart(6)}  ${formatMoment(at)}`, style: 'dim' },
        '  ',
        { text: what, style: 'strong' },
        `  ${[subject, who, ...details].filter((word) => word !== '').join('  ')}`,
      );
      // Signed bytes and signatures stand as they are, so that they can be taken from here and verified.
      for (const [name, value] of Object.entries(detail)) {
        if (!isLong(value)) continue;
        out.line({ text: `${INDENT}${name}:`, style: 'dim' });
        for (const row of value.trimEnd().split('\n')) out.line(`${INDENT}  `, row);
      }
    }
    if (!ledger.intact)
      err.line({ text: text(`ledger-check.broken.${keeper}`, { where: ledger.broken ?? '' }), style: 'bad' });
    return EXIT.ok;
  },
};

const INDENT = ' '.repeat(8);
const isLong = (value: unknown): value is string => typeof value === 'string' && value.includes('\n');

function afterOf(context: CommandContext): number {
  const value = stringOption(context, 'after') ?? '0';
  if (/^\d{1,15}$/.test(value)) return Number(value);
  throw usage(context.text('usage.number', { option: '--after', value }), context.text);
}
