// The controller's API as it really stands, on real sockets in a folder of its own, before small parts.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../../src/base/clock.ts';
import { createText } from '../../../src/base/texts/text.ts';
import { defaultApiLimits, type ApiLimits } from '../../../src/controller/api/limits.ts';
import { openApi } from '../../../src/controller/api/open-api.ts';
import { createLedger } from '../../../src/daemon/ledger/ledger.ts';
import { createLog } from '../../../src/daemon/log.ts';
import { createSmallParts } from './small-parts.ts';

export async function startApi({
  limits = {},
  folder = makeFolder(),
}: { readonly limits?: Partial<ApiLimits>; readonly folder?: string } = {}) {
  const parts = createSmallParts();
  const logged: string[] = [];
  const late: { changed: () => void } = { changed: () => {} };
  const ledger = createLedger({
    path: join(folder, 'ledger'),
    clock: systemClock,
    onChange: () => late.changed(),
  });
  const api = await openApi({
    dataFolder: folder,
    listen: { host: '127.0.0.1', port: 0 },
    container: 'guest-controller',
    version: '0.0.0-test',
    ...parts,
    ledger,
    clock: systemClock,
    log: createLog('debug', { write: (line) => void logged.push(line) }),
    text: createText('en'),
    limits: { ...defaultApiLimits, wrongTokenMs: 1, ...limits },
  });
  late.changed = api.ledgerChanged;
  let stopped: Promise<void> | undefined;
  const stop = async () => {
    stopped ??= api.stop();
    return stopped;
  };
  onTestFinished(stop);
  return {
    ...parts,
    port: api.port ?? 0,
    socketPath: join(folder, 'controller.sock'),
    token: readFileSync(join(folder, 'api-token'), 'utf8').trim(),
    folder,
    ledger,
    logged,
    stop,
  };
}
export type StartedApi = Awaited<ReturnType<typeof startApi>>;

export function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-api-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
