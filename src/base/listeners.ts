// Who wants to hear of something.

export type Listeners<T extends readonly unknown[] = []> = {
  /** Gives the way out. */
  readonly add: (listener: (...told: T) => void) => () => void;
  readonly tell: (...told: T) => void;
};

export function createListeners<T extends readonly unknown[] = []>(): Listeners<T> {
  const listeners = new Set<(...told: T) => void>();
  return {
    add: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    tell: (...told) => {
      for (const listener of listeners) listener(...told);
    },
  };
}
