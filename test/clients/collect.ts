// Follows a source and keeps what it tells.
import type { Subject } from '../../src/contracts/all-facts.ts';
import type { Reading } from '../../src/contracts/reading.ts';
import type { Notice } from '../../src/contracts/routes.ts';
import type { Connection, FactsSource } from '../../src/contracts/source.ts';

export type Collected = {
  readonly readings: { readonly subject: Subject; readonly reading: Reading<unknown> }[];
  readonly connections: Connection[];
  readonly notices: Notice[];
  /** The last one. */
  readonly connection: () => Connection | undefined;
  readonly stop: () => void;
};

export function collect(source: FactsSource): Collected {
  const readings: Collected['readings'] = [];
  const connections: Connection[] = [];
  const notices: Notice[] = [];
  const stop = source.follow?.({
    onReading: (subject, reading) => void readings.push({ subject, reading }),
    onConnection: (connection) => void connections.push(connection),
    onNotice: (notice) => void notices.push(notice),
  });
  if (stop === undefined) throw new Error('this source cannot be followed');
  return { readings, connections, notices, connection: () => connections.at(-1), stop };
}
