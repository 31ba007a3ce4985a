// What keys act on: the console's state, the size of the terminal, and the few things that only
// the terminal's owner can do.
import type { Text } from '../src/base/texts/text.ts';
import type { ProgramEnd, ProgramOpener, TerminalProgram } from '../src/contracts/terminal-program.ts';
import type { Console } from '../state/console.ts';
import type { Model } from './draw/model.ts';
import type { Size } from './layout.ts';

/** How people log in to where this runs, as far as the environment says. */
export type Login = {
  readonly user?: string;
  readonly address?: string;
  /** Only when it is not ssh's own. */
  readonly port?: string;
  /** The console was opened with sudo: so are commands. */
  readonly sudo: boolean;
};

export type Session = {
  readonly console: Console;
  readonly readOnly: boolean;
  readonly model: () => Model;
  readonly text: () => Text;
  readonly size: () => Size;
  /** Whether the terminal has not taken yet what it was sent: the person sees an older frame. */
  readonly isBehind?: () => boolean;
  readonly now: () => number;
  readonly login: Login;
  /** What was asked of the agent and is not answered yet, each by its action and target. */
  readonly asked: Set<string>;
  /** Ends the console with this exit code. */
  readonly leave: (code: number) => void;
  readonly suspend: () => void;
  readonly repaint: () => void;
  /** Shows plain lines on the main screen, from which people copy, until they come back by a key. */
  readonly showAside: (lines: readonly string[]) => void;
  /** Whether programs can be opened on the terminal, and how they are called. */
  readonly programs: Pick<ProgramOpener, 'problem' | 'told'>;
  /** Hands the terminal to a program until it ends, and then takes it back. */
  readonly openProgram: (program: TerminalProgram) => Promise<ProgramEnd>;
  /** Writes a new file for its owner alone; gives its path. */
  readonly saveText: (name: string, text: string) => Promise<string>;
  /** Sends text to the terminal's clipboard (OSC 52). */
  readonly copy: (text: string) => void;
  readonly saveSettings: () => void;
};
