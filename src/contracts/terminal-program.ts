// A program that the console hands its terminal to, as screens name it. Which file that is, and whether
// it can be started here, the command line knows.

export type TerminalProgram =
  /** A shell inside a container, by its id: a name could be another container's by then. */
  | { readonly kind: 'container-shell'; readonly id: string; readonly name: string }
  /** Inside a guest, as root of this host. */
  | { readonly kind: 'guest'; readonly vmid: number };

/** How it ended. */
export type ProgramEnd =
  | { readonly state: 'ended'; readonly code: number; readonly tookMs: number }
  | { readonly state: 'killed'; readonly signal: string }
  | { readonly state: 'not-started'; readonly detail: string };

/** Why it cannot be opened here: what is missing. */
export type ProgramProblem =
  | { readonly missing: 'program'; readonly name: string }
  | { readonly missing: 'socket'; readonly path: string; readonly reason: string }
  | { readonly missing: 'root' };

export type ProgramOpener = {
  readonly problem: (program: TerminalProgram) => ProgramProblem | undefined;
  /** Starts it on this terminal, which is its own until this resolves; never rejects. */
  readonly run: (program: TerminalProgram, signal: AbortSignal) => Promise<ProgramEnd>;
  /** The command as a person would type it. */
  readonly told: (program: TerminalProgram) => string;
};
