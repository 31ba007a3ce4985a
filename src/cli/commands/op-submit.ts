// `felhom op submit ID [FILE]`: hands in a signature that was made elsewhere, as ssh-keygen -Y sign wrote it.
import { createReadStream } from 'node:fs';
import { ActionableError, errnoOf, messageOf } from '../../base/errors.ts';
import { MAX_SIGNATURE_BYTES } from '../../contracts/signature-text.ts';
import type { Command, CommandContext } from '../command.ts';
import { findId, operationOperand } from '../operation-command.ts';
import { usage } from '../parse-words.ts';
import { readText } from '../read-input.ts';
import { submitSignature } from '../submit-signature.ts';
import { changeByAgent } from '../with-agent.ts';

export const opSubmitCommand: Command = {
  name: 'op submit',
  summary: 'command.op-submit',
  options: {},
  operands: [...operationOperand, { placeholder: 'FILE', required: false }],
  run: async (context) =>
    changeByAgent(context, async (call) => {
      const id = await findId(context, call);
      return submitSignature(context, call, id, await readSignature(context));
    }),
};

async function readSignature(context: CommandContext): Promise<string> {
  const { operands, stdin, err, text } = context;
  const [, file = '-'] = operands;
  const input = file === '-' ? stdin() : undefined;
  if (input?.isTTY === true) err.line(text('submit.paste'));
  const signature = await readText(
    input ?? readFile(context, file),
    MAX_SIGNATURE_BYTES,
    (given) => input?.isTTY === true && /END SSH SIGNATURE-----\r?\n/.test(given),
  );
  if (signature === undefined) {
    throw new ActionableError('refused', text('submit.too-large', { bytes: MAX_SIGNATURE_BYTES }), {
      code: 'E_SIG_TOO_LARGE',
    });
  }
  if (signature.trim() === '') throw usage(text('submit.nothing'), text);
  return signature;
}

async function* readFile({ text }: CommandContext, path: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of createReadStream(path)) yield Buffer.from(chunk);
  } catch (error) {
    throw new ActionableError(
      errnoOf(error) === 'ENOENT' ? 'not-found' : 'failed',
      text('submit.no-file', { path, reason: errnoOf(error) ?? messageOf(error) }),
      { cause: error },
    );
  }
}
