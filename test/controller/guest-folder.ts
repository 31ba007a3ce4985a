// A guest's folder for tests of the controller: its bootstrap.json, its data folder, and a log that is kept.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { createLog, type Log } from '../../src/daemon/log.ts';
import { openConfigBook, type BookOptions } from '../../src/controller/bootstrap/config-book.ts';
import type { ConfigBook } from '../../src/controller/parts.ts';
import { CUSTOMER, CUSTOMER_KEY } from './hub-server.ts';

export const AGENT_TOKEN = 'felhom_9200_0d7be1f6c2a94480';

export type GuestFolder = {
  readonly folder: string;
  readonly data: string;
  readonly bootstrapPath: string;
  readonly configPath: string;
  readonly logged: string[];
  readonly log: Log;
  readonly bootstrap: (fields: object | string, mode?: number) => void;
  readonly open: (options?: Partial<BookOptions>) => Promise<ConfigBook>;
};

export const BOOTSTRAP = { customer: { id: CUSTOMER, name: 'Kovács Bt.' } };
export const withHub = (url: string, key = CUSTOMER_KEY) => ({ ...BOOTSTRAP, hub: { url, api_key: key } });

export function makeGuestFolder(fields?: object | string): GuestFolder {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-guest-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const bootstrapPath = join(folder, 'bootstrap.json');
  const logged: string[] = [];
  const log = createLog('debug', { write: (line) => void logged.push(line) });
  const bootstrap: GuestFolder['bootstrap'] = (content, mode = 0o600) => {
    rmSync(bootstrapPath, { force: true });
    writeFileSync(bootstrapPath, typeof content === 'string' ? content : JSON.stringify(content), { mode });
  };
  if (fields !== undefined) bootstrap(fields);
  return {
    folder,
    data,
    bootstrapPath,
    configPath: join(data, 'controller.yaml'),
    logged,
    log,
    bootstrap,
    open: async (options = {}) => {
      const book = await openConfigBook({
        dataFolder: data,
        bootstrapPath,
        clock: systemClock,
        log,
        random: () => 1,
        ...options,
        times: { hubRetryMs: 60, lookEveryMs: 30, firstWaitMs: 500, ...options.times },
      });
      onTestFinished(book.stop);
      return book;
    },
  };
}
