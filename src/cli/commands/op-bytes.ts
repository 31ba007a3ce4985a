// `felhom op bytes ID`: the bytes to be signed on stdout and nothing else, so that they can be kept in a file
// and signed elsewhere; what a person should know of them on stderr.
import { EXIT } from '../../base/errors.ts';
import type { OpBytesOutput } from '../../contracts/outputs.ts';
import { hereDocument, signCommand } from '../../contracts/sign-by-hand.ts';
import { bytesOptions, fetchBytes, listPayload } from '../bytes-to-sign.ts';
import type { Command } from '../command.ts';
import { findId, operationOperand } from '../operation-command.ts';
import { printRows } from '../print-rows.ts';
import { printProblems } from '../signers-table.ts';
import { changeByAgent } from '../with-agent.ts';

export const opBytesCommand: Command = {
  name: 'op bytes',
  summary: 'command.op-bytes',
  options: {
    offline: { summary: 'option.offline' },
    ...bytesOptions,
    base64: { summary: 'option.base64' },
  },
  operands: operationOperand,
  run: async (context) => {
    const { json, options, out, err, text } = context;
    const bytes = await changeByAgent(context, async (call) =>
      fetchBytes(context, call, await findId(context, call)),
    );
    const { operation, message, sha256, signers } = bytes;
    if (json) {
      const document: OpBytesOutput = { schema: 'felhom/op-bytes/1', operation, message, sha256, signers };
      out.json(document);
      return EXIT.ok;
    }
    out.own(options['base64'] === true ? `${hereDocument(message).join('\n')}\n` : message);
    printRows(err, listPayload(bytes, text));
    if (!signers.ready) {
      err.line({ text: text('signers.not-ready'), style: 'bad' });
      printProblems(err, signers);
    }
    err.line(text('bytes.next'));
    err.line(`  ${signCommand('KEY')}`);
    err.line(`  ssh HOST felhom op submit ${operation.id} < op.json.sig`);
    return EXIT.ok;
  },
};
