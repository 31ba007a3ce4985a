// What keys act on: the console's state, the size of the terminal, and the few things that only
// the terminal's owner can do.
import type { Text } from '../src/base/texts/text.ts';
import type { Console } from '../state/console.ts';
import type { Model } from './draw/model.ts';
import type { Size } from './layout.ts';

export type Session = {
  readonly console: Console;
  readonly readOnly: boolean;
  readonly model: () => Model;
  readonly text: () => Text;
  readonly size: () => Size;
  /** Whether the terminal has not taken yet what it was sent: the person sees an older frame. */
  readonly isBehind?: () => boolean;
  readonly now: () => number;
  /** What was asked of the agent and is not answered yet, each by its action and target. */
  readonly asked: Set<string>;
  /** Ends the console with this exit code. */
  readonly leave: (code: number) => void;
  readonly suspend: () => void;
  readonly repaint: () => void;
  /** Sends text to the terminal's clipboard (OSC 52). */
  readonly copy: (text: string) => void;
  readonly saveSettings: () => void;
};
