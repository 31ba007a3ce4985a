// Hands the terminal to a program, and says what came of it.
import type { Text } from '../src/base/texts/text.ts';
import type { ProgramEnd, ProgramProblem, TerminalProgram } from '../src/contracts/terminal-program.ts';
import type { Session } from './session.ts';

/** What shells and docker(1) end with when there is nothing to run, and how soon such an end comes. */
const CANNOT_RUN = 126;
const NOT_FOUND = 127;
const AT_ONCE_MS = 3000;

export function openProgram(session: Session, program: TerminalProgram): void {
  const { view, poller } = session.console;
  void session.openProgram(program).then((end) => {
    const said = tellEnd(session.text(), program, end);
    view.setState({ toast: { text: said, at: session.now(), kind: 'outcome' } });
    // Whatever was done there, what is shown is from before.
    poller.refresh(true);
  });
}

export function tellProblem(text: Text, problem: ProgramProblem): string {
  if (problem.missing === 'program') return text('program.no-program', { name: problem.name });
  if (problem.missing === 'root') return text('program.no-root');
  return text('program.no-socket', { path: problem.path, reason: problem.reason });
}

/** A shell that ends with a code has only repeated that of the last command in it. */
function tellEnd(text: Text, program: TerminalProgram, end: ProgramEnd): string {
  const name = program.kind === 'guest' ? String(program.vmid) : program.name;
  if (end.state === 'not-started') return text('program.not-started', { name, reason: end.detail });
  if (end.state === 'killed') return text('program.killed', { name, signal: end.signal });
  const failed = end.tookMs < AT_ONCE_MS && (end.code === CANNOT_RUN || end.code === NOT_FOUND);
  if (failed && program.kind === 'container-shell') return text('program.no-shell', { name });
  if (end.code !== 0 && end.tookMs < AT_ONCE_MS) return text('program.at-once', { name, code: end.code });
  return text('program.back', { name });
}
