// `felhom op sign ID`: signs an operation with a key of the ssh-agent that came along (ssh -A), and hands the
// signature in.
import { ActionableError } from '../../base/errors.ts';
import { matchKeys, type KeyRow } from '../../contracts/match-keys.ts';
import { SIGN_DEADLINE_MS } from '../../contracts/signer.ts';
import { createSigner } from '../../clients/signer.ts';
import { askWord } from '../ask-word.ts';
import { bytesOptions, fetchBytes, listPayload, type BytesToSign } from '../bytes-to-sign.ts';
import type { Command, CommandContext } from '../command.ts';
import { findId, operationOperand } from '../operation-command.ts';
import { confirmOption, stringOption } from '../option-values.ts';
import { usage } from '../parse-words.ts';
import { printRows } from '../print-rows.ts';
import { printKeys, printProblems } from '../signers-table.ts';
import { submitSignature } from '../submit-signature.ts';
import { changeByAgent } from '../with-agent.ts';

export const opSignCommand: Command = {
  name: 'op sign',
  summary: 'command.op-sign',
  options: {
    key: { summary: 'option.key', placeholder: 'FINGERPRINT' },
    ...bytesOptions,
    ...confirmOption,
  },
  operands: operationOperand,
  run: async (context) => {
    const { env, err, text } = context;
    return changeByAgent(context, async (call) => {
      const id = await findId(context, call);
      const bytes = await fetchBytes(context, call, id);
      await demandWord(context, bytes);
      demandTrust(context, bytes);
      // Before a word goes to it: whoever minds can still say no.
      err.line({ text: text('op-sign.forwarded'), style: 'warn' });
      const signer = createSigner(env);
      const signal = new AbortController().signal;
      const key = choose(context, matchKeys(await signer.listKeys(signal), bytes.signers));
      const seconds = SIGN_DEADLINE_MS / 1000;
      err.line(
        text(key.touch ? 'op-sign.touch' : 'op-sign.waits', { seconds, fingerprint: key.fingerprint }),
      );
      const signature = await signer.sign(key.fingerprint, bytes.message, signal);
      return submitSignature(context, call, id, signature);
    });
  },
};

async function demandWord(context: CommandContext, bytes: BytesToSign): Promise<void> {
  const { err, text } = context;
  const wanted = bytes.operation.confirm_word;
  const word = await askWord(context, wanted, () => printRows(err, listPayload(bytes, text)));
  if (word !== wanted) {
    throw new ActionableError('refused', text('op-sign.word', { word: wanted }), { code: 'E_WORD' });
  }
  // Who gave the word beforehand sees what it was given for.
  if (stringOption(context, 'confirm') !== undefined) printRows(err, listPayload(bytes, text));
}

function demandTrust({ err, text }: CommandContext, { signers }: BytesToSign): void {
  if (signers.ready) return;
  printProblems(err, signers);
  throw new ActionableError('refused', text('signers.not-ready'), { code: 'E_TRUST' });
}

/** The only key that may approve; among several the person decides. */
function choose(context: CommandContext, keys: readonly KeyRow[]): KeyRow {
  const { err, text } = context;
  const wanted = stringOption(context, 'key');
  if (wanted !== undefined) {
    const found = keys.find(
      ({ fingerprint }) => fingerprint === wanted || fingerprint === `SHA256:${wanted}`,
    );
    if (found?.state === 'usable') return found;
    printKeys(err, keys, text);
    throw new ActionableError(
      'refused',
      found === undefined
        ? text('op-sign.no-such-key', { fingerprint: wanted })
        : text('op-sign.not-usable', { fingerprint: wanted, state: text(`signer-state.${found.state}`) }),
      { code: 'E_AGENT_NO_SIGNER' },
    );
  }
  const [only, ...others] = keys.filter(({ state }) => state === 'usable');
  if (only !== undefined && others.length === 0) return only;
  printKeys(err, keys, text);
  if (only !== undefined) throw usage(text('op-sign.which-key'), text);
  throw new ActionableError('refused', text('op-sign.no-signer', { keys: keys.length }), {
    code: 'E_AGENT_NO_SIGNER',
  });
}
