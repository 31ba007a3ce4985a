// Hands a signature in to the agent, and tells what it is worth.
import { EXIT, type ExitCode } from '../base/errors.ts';
import type { OpSubmitOutput } from '../contracts/outputs.ts';
import type { CallRoute } from '../contracts/source.ts';
import type { CommandContext } from './command.ts';

export async function submitSignature(
  { json, out, text }: CommandContext,
  call: CallRoute,
  id: string,
  signature: string,
): Promise<ExitCode> {
  const { operation, approval, ledger } = await call('submitOperation', {
    params: { id },
    body: { signature },
  });
  const document: OpSubmitOutput = { schema: 'felhom/op-submit/1', operation, approval, ledger };
  if (json) out.json(document);
  else {
    const { principal, fingerprint } = approval;
    out.line({ text: text('submit.good', { principal, fingerprint }), style: 'good' });
    out.line(text('submit.ledger', { n: ledger.n, hash: ledger.hash }));
    out.line(text('submit.next', { id, word: operation.confirm_word }));
  }
  // A threshold of more than one leaves it waiting.
  return operation.state === 'pending' ? EXIT.refused : EXIT.ok;
}
