// What can be done with a row, as a value: what it is called, how carefully it asks, whom it is about,
// who does it, and how. Screens declare theirs; menu, dialog and dispatch know no particular one.
import type { Subject } from '../../src/contracts/all-facts.ts';
import type { CallController } from '../../src/contracts/controller-routes.ts';
import type { Operation } from '../../src/contracts/facts/operations.ts';
import type { ScreenId } from '../../src/contracts/screen-ids.ts';
import type { CallRoute } from '../../src/contracts/source.ts';
import type { TerminalProgram } from '../../src/contracts/terminal-program.ts';

/** 0 asks nothing, 1 asks `y`, 2 asks for a typed word, 3 for an operator's signature. */
export type Tier = 0 | 1 | 2 | 3;

export type Outcome = {
  /** What came of it, for people. */
  readonly said: string;
  /** Where to look now. */
  readonly goTo?: { readonly screen: ScreenId; readonly rowId: string };
};

export type Action = Asked & (ByAgent | ByController | Opens | Signed);
/** Who must answer for it. */
export type Actor = Action['by'];

type ByAgent = {
  readonly by: 'agent';
  readonly tier: Exclude<Tier, 3>;
  /** Throws what the agent refuses it with. */
  readonly run: (call: CallRoute) => Promise<Outcome>;
};

type ByController = {
  readonly by: 'controller';
  readonly tier: Exclude<Tier, 3>;
  /** Throws what the controller refuses it with. `answers` are what was filled in, one for each field. */
  readonly run: (call: CallController, answers: readonly string[]) => Promise<Outcome>;
  /** What a person fills in before it is asked whether to do it. */
  readonly fields?: readonly Field[];
  /** What is looked at anew before it is asked about. */
  readonly looksFirst?: 'base-plan';
};

/** Hands the terminal to a program; whoever types there does it by own right. */
type Opens = { readonly by: 'terminal'; readonly tier: 0; readonly opens: TerminalProgram };

/** Is not done from a menu: it opens the view in which this operation is signed and run. */
type Signed = { readonly by: 'agent'; readonly tier: 3; readonly signs: Operation };

export type Field = {
  readonly label: string;
  /** Stands there before anything is typed. */
  readonly initial: string;
  /** Why it cannot be this; nothing when it can. */
  readonly problem: (value: string) => string | undefined;
};

type Asked = {
  readonly id: string;
  /** What the menu calls it. */
  readonly label: string;
  /** Whether it ends what is there; such stand last, and apart. */
  readonly destroys: boolean;
  /** Why it cannot be done with this row now. */
  readonly off?: string | undefined;
  /** What exactly will happen. */
  readonly what: string;
  /** What a `y` says, where it does not do the thing itself. */
  readonly accept?: string;
  /** Everything that it affects, a line each. */
  readonly affects: readonly string[];
  /** What a person types before it is done; belongs to the target. */
  readonly word: string;
  /** What the target is called. */
  readonly targetName: string;
  /** Who the target is: another text is another target. */
  readonly target: string;
  /** The facts that it is judged by: too old ones refuse it. */
  readonly needs: readonly Subject[];
};

export const fieldsOf = (action: Action): readonly Field[] =>
  action.by === 'controller' ? (action.fields ?? []) : [];

/** All that a person is asked about; when it changes, the answer no longer counts. */
export const askedAbout = ({ target, tier, what, affects, word }: Action): string =>
  JSON.stringify([target, tier, what, affects, word]);
