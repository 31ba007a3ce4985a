// The agent's certificate: made once, kept to itself, and followed by an announced one.
import { chmodSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { openCertificates } from '../../src/agent/certificates.ts';
import { createLog } from '../../src/daemon/log.ts';
import { runTool } from '../../src/base/run-tool.ts';
import { createText } from '../../src/base/texts/text.ts';
import { ACKNOWLEDGE_HEADER } from '../../src/contracts/routes.ts';
import { ask, open, type Reachable } from './ask.ts';
import { GUEST, makeFolder, startTestAgent, STRANGER } from './test-agent.ts';

/** SHA-256 of what the agent shows to a new connection. */
const shown = async (agent: Reachable) =>
  new Promise<string>((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port: agent.port, rejectUnauthorized: false });
    socket.once('error', reject).once('secureConnect', () => {
      resolve(socket.getPeerCertificate().fingerprint256.replaceAll(':', '').toLowerCase());
      socket.destroy();
    });
  });
const announced = async (agent: Reachable, secret: string) =>
  (await ask(agent, { path: '/storage', token: secret })).json['next_fingerprint'];
const acknowledge = async (agent: Reachable, secret: string, fingerprint: string) =>
  ask(agent, { path: '/storage', token: secret, headers: { [ACKNOWLEDGE_HEADER]: fingerprint } });
const renew = async (agent: Reachable): Promise<string> =>
  String(
    (await ask(agent, { door: 'root', method: 'POST', path: '/certificate/renew' })).json['next_fingerprint'],
  );

test('it is made at the first start, told, kept to root, and the same after a restart', async () => {
  const folder = makeFolder();
  const first = await startTestAgent({ folder });
  expect(first.fingerprint).toMatch(/^[0-9a-f]{64}$/);
  expect(first.logged.join('')).toContain(first.fingerprint);
  expect(await shown(first)).toBe(first.fingerprint);
  const path = join(first.config.state_dir, 'certificate.pem');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(first.config.state_dir, 'scrape-token')).mode & 0o777).toBe(0o600);
  await first.stop();
  const second = await startTestAgent({ folder });
  expect(second.fingerprint).toBe(first.fingerprint);
});

test('a key that others could read, or that is broken, is not used', async () => {
  const folder = makeFolder();
  const agent = await startTestAgent({ folder });
  await agent.stop();
  const path = join(agent.config.state_dir, 'certificate.pem');
  chmodSync(path, 0o640);
  await expect(startTestAgent({ folder })).rejects.toThrow(/others than root can read it/);
  chmodSync(path, 0o600);
  writeFileSync(path, 'nonsense');
  await expect(startTestAgent({ folder })).rejects.toThrow(/cannot be used/);
});

test('the next one is announced to guests, and taken when each of them has acknowledged it', async () => {
  const agent = await startTestAgent();
  expect(await announced(agent, GUEST.secret)).toBeNull();
  const next = await renew(agent);
  expect(await renew(agent)).toBe(next);
  expect(await announced(agent, GUEST.secret)).toBe(next);
  expect(next).not.toBe(agent.fingerprint);
  // A stream that is open, and a wrong acknowledgement, change nothing.
  const stream = await open(agent, { path: '/events', token: GUEST.secret });
  await acknowledge(agent, GUEST.secret, agent.fingerprint);
  await acknowledge(agent, GUEST.secret, next.toUpperCase());
  await acknowledge(agent, GUEST.secret, next);
  await sleep(200);
  expect(await shown(agent)).toBe(agent.fingerprint);
  await acknowledge(agent, STRANGER.secret, next);
  await vi.waitFor(async () => expect(await shown(agent)).toBe(next), 3000);
  expect(await announced(agent, GUEST.secret)).toBeNull();
  expect(stream.destroyed).toBe(false);
  stream.destroy();
});

test('an announcement and its acknowledgements survive a restart', async () => {
  const folder = makeFolder();
  const first = await startTestAgent({ folder });
  const next = await renew(first);
  await acknowledge(first, GUEST.secret, next);
  await vi.waitFor(() =>
    expect(readFileSync(join(first.config.state_dir, 'certificate-acknowledged.json'), 'utf8')).toContain(
      GUEST.id,
    ),
  );
  await first.stop();
  const second = await startTestAgent({ folder });
  expect(await announced(second, STRANGER.secret)).toBe(next);
  await acknowledge(second, STRANGER.secret, next);
  await vi.waitFor(async () => expect(await shown(second)).toBe(next), 3000);
  await second.stop();
  expect((await startTestAgent({ folder })).fingerprint).toBe(next);
});

test('root can switch at once, and not to nothing', async () => {
  const agent = await startTestAgent();
  const nothing = await ask(agent, { door: 'root', method: 'POST', path: '/certificate/switch' });
  expect(nothing).toMatchObject({ status: 409, json: { code: 'E_OP_STATE' } });
  const next = await renew(agent);
  const answer = await ask(agent, { door: 'root', method: 'POST', path: '/certificate/switch' });
  expect(answer).toMatchObject({ status: 200, json: { fingerprint: next } });
  expect(await shown(agent)).toBe(next);
});

test('while tokens cannot be read, nothing is switched behind the back of guests', async () => {
  let valid = ['t-own', 't-other'];
  const store = await openCertificates({
    folder: makeFolder(),
    name: 'test',
    runTool,
    text: createText('en'),
    log: createLog('error', { write: () => {} }),
    validTokens: async () => Promise.resolve(valid),
    onSwitch: () => {},
  });
  const { next_fingerprint } = await store.renew();
  store.acknowledge({ kind: 'guest', vmid: 9200, tokenId: 't-own', address: null }, next_fingerprint);
  valid = [];
  await store.reconsider();
  expect(store.next()?.fingerprint).toBe(next_fingerprint);
  valid = ['t-own'];
  await store.reconsider();
  expect(store.present().fingerprint).toBe(next_fingerprint);
});
