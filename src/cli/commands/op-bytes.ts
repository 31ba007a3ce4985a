// `felhom op bytes ID`: the bytes to be signed on stdout and nothing else, so that they can be kept in a file
// and signed elsewhere; what a person should know of them on stderr.
import { EXIT } from '../../base/errors.ts';
import { APPROVAL_NAMESPACE } from '../../contracts/approval-payload.ts';
import type { OpBytesOutput } from '../../contracts/outputs.ts';
import { bytesOptions, fetchBytes, listPayload } from '../bytes-to-sign.ts';
import type { Command } from '../command.ts';
import { findId, operationOperand } from '../operation-command.ts';
import { printRows } from '../print-rows.ts';
import { printProblems } from '../signers-table.ts';
import { changeByAgent } from '../with-agent.ts';

const LINE_LENGTH = 64;
/** No line of base64 looks like it. */
const END = 'END-OF-BYTES';

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
    out.own(options['base64'] === true ? formatHereDocument(message) : message);
    printRows(err, listPayload(bytes, text));
    if (!signers.ready) {
      err.line({ text: text('signers.not-ready'), style: 'bad' });
      printProblems(err, signers);
    }
    err.line(text('bytes.next'));
    err.line(`  ssh-keygen -Y sign -n ${APPROVAL_NAMESPACE} -f KEY op.json`);
    err.line(`  ssh HOST felhom op submit ${operation.id} < op.json.sig`);
    return EXIT.ok;
  },
};

/** To be pasted into a shell on the machine where the key is: makes op.json there, byte for byte. */
function formatHereDocument(message: string): string {
  const lines =
    Buffer.from(message)
      .toString('base64')
      .match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? [];
  return [`base64 -d > op.json <<'${END}'`, ...lines, END, ''].join('\n');
}
