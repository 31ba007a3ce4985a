// The programs that the console hands its terminal to: how each is called, and what is missing for it.
import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { errnoOf, messageOf } from '../base/errors.ts';
import { PROGRAM_PATH } from '../base/program-path.ts';
import { findDockerSocket } from '../clients/docker-socket.ts';
import type { ProgramOpener, ProgramProblem, TerminalProgram } from '../contracts/terminal-program.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export function createProgramOpener(env: Environment, clock: Clock): ProgramOpener {
  const socket = findDockerSocket(env);
  const commandOf = (program: TerminalProgram): readonly [string, ...string[]] =>
    program.kind === 'guest'
      ? ['pct', 'enter', String(program.vmid)]
      : // The daemon that is shown, whatever context the person's docker has.
        ['docker', '--host', `unix://${socket}`, 'exec', '-it', program.id, '/bin/sh'];
  return {
    problem: (program) => problemOf(program, commandOf(program)[0], socket),
    told: (program) => commandOf(program).join(' '),
    run: async (program, signal) => {
      const [file, ...args] = commandOf(program);
      // Loaded when it is used: the first frame does not wait for it.
      const { runOnTerminal } = await import('../base/run-on-terminal.ts');
      const since = clock.monotonic();
      const end = await runOnTerminal({ file, args, env, signal });
      return end.state === 'ended' ? { ...end, tookMs: clock.monotonic() - since } : end;
    },
  };
}

function problemOf(program: TerminalProgram, file: string, socket: string): ProgramProblem | undefined {
  // Its own command asks for root as well; here it is said before the screen is given away.
  if (program.kind === 'guest' && process.getuid?.() !== 0) return { missing: 'root' };
  const isThere = PROGRAM_PATH.split(':').some(
    (folder) => whyNot(join(folder, file), constants.X_OK) === undefined,
  );
  if (!isThere) return { missing: 'program', name: file };
  const closed = program.kind === 'guest' ? undefined : whyNot(socket, constants.R_OK | constants.W_OK);
  return closed === undefined ? undefined : { missing: 'socket', path: socket, reason: closed };
}

/** The errno of why this file cannot be used so. */
function whyNot(path: string, mode: number): string | undefined {
  try {
    accessSync(path, mode);
    return undefined;
  } catch (error) {
    return errnoOf(error) ?? messageOf(error);
  }
}
