// Where facts come from, as every client offers it: stores poll it, commands ask it once.
import type { Facts, Subject } from './all-facts.ts';
import type { ContainerDetail } from './facts/containers.ts';
import type { Reading } from './reading.ts';

export type ReadRequest = { readonly signal: AbortSignal };

export type FactsSource = {
  /** `embedded`: this process reads the machine itself. */
  readonly kind: 'embedded';
  /** Intervals in milliseconds; subjects that this source does not have are not listed. */
  readonly intervals: { readonly [S in Subject]?: number };
  /** Never throws; what could not be read is a `Reading` that says why. */
  readonly read: <S extends Subject>(subject: S, request: ReadRequest) => Promise<Reading<Facts[S]>>;
  readonly readContainer: (id: string, request: ReadRequest) => Promise<Reading<ContainerDetail>>;
  readonly close: () => void;
};
