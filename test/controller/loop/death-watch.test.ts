// Which ends are deaths: those that nobody asked for.
import { expect, test } from 'vitest';
import type { EngineEvent } from '../../../src/clients/engine.ts';
import { createDeathWatch } from '../../../src/controller/loop/death-watch.ts';
import { container, NOW, world } from '../plan/world.ts';

const traefik = container('traefik');
const told = (action: string, more: Partial<EngineEvent> = {}): EngineEvent => ({
  type: 'container',
  action,
  id: traefik.id,
  name: 'traefik',
  exitCode: null,
  signal: null,
  at: NOW,
  ...more,
});

/** How many deaths are counted of what Docker tells. */
function deathsIn(events: readonly EngineEvent[]): number {
  const deaths = createDeathWatch(() => false);
  for (const event of events) deaths.hear(event);
  return deaths.take(world({ containers: [traefik] })).length;
}
const died = told('die', { exitCode: 1 });

test.each([
  ['SIGINT', 2],
  ['SIGQUIT', 3],
  ['SIGABRT', 6],
  ['SIGKILL', 9],
  ['SIGTERM', 15],
  ['a signal that Docker does not name', null],
])('%s asks for an end: what follows is no death, up to the next start', (_name, signal) => {
  expect(deathsIn([told('kill', { signal }), died])).toBe(0);
  expect(deathsIn([told('kill', { signal }), died, told('start'), died])).toBe(1);
});

test.each([
  ['SIGHUP', 1],
  ['SIGUSR1', 10],
  ['SIGUSR2', 12],
  ['SIGWINCH', 28],
])('%s only says something: who dies afterwards has died', (_name, signal) => {
  expect(deathsIn([told('kill', { signal }), died])).toBe(1);
  // An end that was asked for before stays one.
  expect(deathsIn([told('kill', { signal: 15 }), told('kill', { signal }), died])).toBe(0);
});
