// `felhom guests enter VMID`: a shell in a guest by root's own `pct enter`, with the rights of whoever calls. Not
// by the agent: that gives nobody a shell. Where it cannot be, it says what to type.
import { ActionableError, EXIT } from '../../base/errors.ts';
import type { GuestsEnterOutput } from '../../contracts/outputs.ts';
import type { ProgramProblem } from '../../contracts/terminal-program.ts';
import type { Command, CommandContext } from '../command.ts';
import { vmidOperand } from '../guest-command.ts';
import { operandOf, parseVmid } from '../option-values.ts';
import { createProgramOpener } from '../program-opener.ts';
import { refuseReadOnly } from '../refuse-read-only.ts';

export const guestsEnterCommand: Command = {
  name: 'guests enter',
  summary: 'command.guests-enter',
  options: {},
  operands: vmidOperand,
  run: async (context) => {
    const { json, out, env, clock, text } = context;
    const vmid = parseVmid(operandOf(context), context);
    const program = { kind: 'guest', vmid } as const;
    const opener = createProgramOpener(env, clock);
    const command = opener.told(program);
    if (json) {
      const document: GuestsEnterOutput = {
        schema: 'felhom/guests-enter/1',
        vmid,
        command: command.split(' '),
      };
      out.json(document);
      return EXIT.ok;
    }
    refuseReadOnly(context);
    const reason = whyNot(context, opener.problem(program));
    if (reason !== undefined) {
      throw new ActionableError('refused', text('guest-enter.by-hand', { vmid, reason }), {
        hint: text('guest-enter.by-hand.hint', { command }),
      });
    }
    // What is typed is the shell's, Ctrl+c too; a hang-up ends both.
    const ignore = () => {};
    process.on('SIGINT', ignore);
    const end = await opener.run(program, new AbortController().signal);
    process.off('SIGINT', ignore);
    switch (end.state) {
      case 'ended':
        if (end.code === 0) return EXIT.ok;
        throw new ActionableError('failed', text('guest-enter.ended', { command, code: end.code }), {
          hint: text('guest-enter.ended.hint'),
        });
      case 'killed':
        throw new ActionableError('failed', text('guest-enter.killed', { command, signal: end.signal }));
      case 'not-started':
        throw new ActionableError('failed', text('guest-enter.not-started', { command, reason: end.detail }));
    }
  },
};

function whyNot(
  { text, stdin, out }: CommandContext,
  problem: ProgramProblem | undefined,
): string | undefined {
  if (stdin().isTTY !== true || !out.isTTY) return text('guest-enter.no-terminal');
  switch (problem?.missing) {
    case 'root':
      return text('guest-enter.no-root');
    case 'program':
      return text('guest-enter.no-program', { name: problem.name });
    case 'socket':
    case undefined:
      return undefined;
  }
}
