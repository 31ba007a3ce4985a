// Choices that look random and are the same for the same seed.
import { pseudoRandom } from '../../contracts/pseudo-random.ts';

export type Dice = {
  /** A whole number from 0 to below. */
  readonly below: (limit: number) => number;
  readonly chance: (percent: number) => boolean;
  readonly pick: <T>(choices: readonly T[]) => T;
};

export function createDice(seed: number): Dice {
  const below = pseudoRandom(seed);
  return {
    below,
    chance: (percent) => below(100) < percent,
    pick: (choices) => {
      const at = below(choices.length);
      for (const choice of choices.slice(at, at + 1)) return choice;
      throw new Error('nothing to choose from');
    },
  };
}

export function shuffled<T>(all: readonly T[], dice: Dice): T[] {
  return all
    .map((one) => ({ one, place: dice.below(2 ** 30) }))
    .toSorted((a, b) => a.place - b.place)
    .map(({ one }) => one);
}
