// `felhom base status`: the base stack of this guest, as its controller tells it.
import { EXIT } from '../../base/errors.ts';
import type { BaseStatusOutput } from '../../contracts/outputs.ts';
import { printBase } from '../base-lines.ts';
import type { Command } from '../command.ts';
import { askController } from '../with-controller.ts';

export const baseStatusCommand: Command = {
  name: 'base status',
  summary: 'command.base-status',
  options: {},
  operands: [],
  run: async (context) => {
    const { json, out, text, clock } = context;
    const { at, base } = await askController(context, async (call) => call('base'));
    const document: BaseStatusOutput = { schema: 'felhom/base-status/1', at, base };
    if (json) out.json(document);
    else printBase(out, text, base, clock.now());
    return EXIT.ok;
  },
};
