// Asks a service itself, at its address on the base network: does it answer, and that it is well? Never throws.
import { request } from 'node:http';
import { errnoOf, messageOf } from '../../base/errors.ts';
import { sleep } from '../../base/sleep.ts';
import type { Probe } from '../desired/desired.ts';

export type Probed = { readonly state: 'ok' | 'failed'; readonly detail: string };
export type ProbeService = (address: string, probe: Probe, signal: AbortSignal) => Promise<Probed>;

const DEADLINE_MS = 2000;
const BEFORE_RETRY_MS = 500;

/** Once more before it counts: one lost packet is no outage. */
export async function probeService(
  address: string,
  probe: Probe,
  signal: AbortSignal,
  deadlineMs = DEADLINE_MS,
): Promise<Probed> {
  const first = await ask(address, probe, signal, deadlineMs);
  if (first.state === 'ok' || signal.aborted) return first;
  await sleep(BEFORE_RETRY_MS, signal);
  return signal.aborted ? first : ask(address, probe, signal, deadlineMs);
}

async function ask(
  host: string,
  { port, path }: Probe,
  signal: AbortSignal,
  deadlineMs: number,
): Promise<Probed> {
  const limit = AbortSignal.timeout(deadlineMs);
  return new Promise((resolve) => {
    const sent = request(
      {
        host,
        port,
        path,
        agent: false,
        signal: AbortSignal.any([signal, limit]),
        headers: { accept: '*/*' },
      },
      (response) => {
        // What it says besides is its own business, and foreign.
        response.destroy();
        const { statusCode = 0 } = response;
        resolve({
          state: statusCode >= 200 && statusCode <= 299 ? 'ok' : 'failed',
          detail: `HTTP ${statusCode}`,
        });
      },
    );
    sent.on('error', (error) => {
      const detail = limit.aborted
        ? `no answer within ${deadlineMs} ms`
        : (errnoOf(error) ?? messageOf(error));
      resolve({ state: 'failed', detail });
    });
    sent.end();
  });
}
