// Asks the controller in a guest's container by its API, as a program of the guest would.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { z } from 'zod';
import { parseJson } from '../../src/base/parse-json.ts';
import type { ImageGuest } from './image-guest.ts';

/** A row of `controllerRoutes` that takes nothing. */
type Route<T> = { readonly path: string; readonly open: boolean; readonly answer: z.ZodType<T> };

/** Nothing while it does not answer. */
async function ask<T>(guest: ImageGuest, { path, open, answer }: Route<T>): Promise<T | undefined> {
  const format = '{{.NetworkSettings.Networks.bridge.IPAddress}}';
  const address = await guest.docker('inspect', '--format', format, 'felhom-controller');
  const { stdout } = await guest.run([
    'curl',
    '-s',
    '-m',
    '3',
    '-H',
    'Host: localhost',
    ...(open ? [] : ['-H', `Authorization: Bearer ${readFileSync(guest.data('api-token'), 'utf8').trim()}`]),
    `http://${address}:8080${path}`,
  ]);
  const body = parseJson(stdout);
  if (typeof body !== 'object' || body === null || !('data' in body)) return undefined;
  return answer.parse(body.data);
}

/** Asks until it is so. */
export async function until<T>(
  guest: ImageGuest,
  route: Route<T>,
  isSo: (answer: T) => boolean,
  withinMs = 30_000,
): Promise<T> {
  const end = performance.now() + withinMs;
  for (;;) {
    const answer = await ask(guest, route);
    if (answer !== undefined && isSo(answer)) return answer;
    if (performance.now() > end) {
      const { stdout, stderr } = await guest.run(['docker', 'logs', '--tail', '30', 'felhom-controller']);
      throw new Error(`not so in ${withinMs} ms: ${JSON.stringify(answer)}\n${stdout}${stderr}`);
    }
    await sleep(100);
  }
}
