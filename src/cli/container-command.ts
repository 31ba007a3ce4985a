// Makes the commands that start, stop and restart one container: each is a route of the controller.
import { EXIT } from '../base/errors.ts';
import type { TextKey } from '../base/texts/text.ts';
import { PROTECTED_NAMES } from '../contracts/base-stack.ts';
import type { CallController } from '../contracts/controller-routes.ts';
import type { ContainerOutput } from '../contracts/outputs.ts';
import { askWord } from './ask-word.ts';
import type { Command, CommandContext } from './command.ts';
import { operandOf, stringOption } from './option-values.ts';
import { changeByController } from './with-controller.ts';

export const containerOperand = [{ placeholder: 'NAME', required: true }] as const;

type Confirmed = { readonly confirm?: string };

export const defineContainerCommand = (definition: {
  readonly deed: 'start' | 'stop' | 'restart';
  readonly summary: TextKey;
  readonly act: (
    call: CallController,
    id: string,
    body: Confirmed,
  ) => Promise<Omit<ContainerOutput, 'schema'>>;
}): Command => {
  const disturbs = definition.deed !== 'start';
  return {
    name: `containers ${definition.deed}`,
    summary: definition.summary,
    options: disturbs ? { confirm: { summary: 'option.confirm-name', placeholder: 'NAME' } } : {},
    operands: containerOperand,
    run: async (context) => {
      const { json, out, text } = context;
      const name = operandOf(context);
      const {
        id,
        name: known,
        state,
      } = await changeByController(context, async (call) =>
        definition.act(call, name, disturbs ? await confirmed(context, name) : {}),
      );
      const document: ContainerOutput = { schema: 'felhom/container/1', id, name: known, state };
      if (json) out.json(document);
      else out.line(text('containers.did', { name: known, state }));
      return EXIT.ok;
    },
  };
};

/** Only what is protected asks; the controller judges it all the same. */
async function confirmed(context: CommandContext, name: string): Promise<Confirmed> {
  if (PROTECTED_NAMES.has(name)) {
    return { confirm: await askWord(context, name, () => {}, 'base.ask.disturb') };
  }
  const confirm = stringOption(context, 'confirm');
  return confirm === undefined ? {} : { confirm };
}
