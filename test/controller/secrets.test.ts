// No secret of a guest is anywhere where somebody could read it who should not: not in what Docker shows of
// containers, not in logs, ledger, memory, answers, reports and process lists, nor in a file that others may
// read. The same search finds one that is planted in each of these.
import { execFile, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { controllerRoutes } from '../../src/contracts/controller-routes.ts';
import { FELHOM } from '../agent/agent-process.ts';
import { runAgent } from '../agent/running-agent.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import { CUSTOMER_KEY, startHub, WHOLE_CONFIG, type HubServer } from './hub-server.ts';
import { leadInside, makeDockerGuest, type DockerGuest } from './docker-guest.ts';
import { findSecrets, openFiles, processPlaces, type Place, type Secrets } from './secret-search.ts';
import { withHub } from './guest-folder.ts';

const why = missingForDaemon();
let daemon: Daemon;

beforeAll(async () => {
  if (why === undefined) daemon = await startDaemon();
});
afterAll(async () => daemon?.stop());

const readRaw = async (socketPath: string, path: string, ms = 5000): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = '';
    const sent = request({ socketPath, path, agent: false }, (response) => {
      response.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
      response.on('close', () => resolve(text)).on('error', () => resolve(text));
      setTimeout(() => response.destroy(), ms).unref();
    });
    sent.on('error', reject).end();
  });

type Listed = { readonly Id: string; readonly Names: readonly string[]; readonly ImageID: string };

/** All that Docker shows, to whoever may ask it. */
async function dockerPlaces(): Promise<readonly Place[]> {
  const { socketPath } = daemon;
  const listed: readonly Listed[] = JSON.parse(await readRaw(socketPath, '/containers/json?all=1'));
  const places = listed.flatMap(({ Id, Names, ImageID }) => [
    { where: `inspect of ${Names.join()}`, path: `/containers/${Id}/json` },
    { where: `log of ${Names.join()}`, path: `/containers/${Id}/logs?stdout=1&stderr=1` },
    { where: `processes of ${Names.join()}`, path: `/containers/${Id}/top` },
    { where: `image of ${Names.join()}`, path: `/images/${ImageID}/json` },
  ]);
  return Promise.all(
    [
      ...places,
      { where: 'list of containers', path: '/containers/json?all=1' },
      { where: 'networks', path: '/networks' },
      { where: 'volumes', path: '/volumes' },
    ].map(async ({ where, path }) => ({ where, text: await readRaw(socketPath, path) })),
  );
}

/** Everything that the API answers to whoever may ask it, and to whoever may not. */
async function apiPlaces(guest: DockerGuest): Promise<readonly Place[]> {
  const socket = join(guest.data, 'controller.sock');
  const gets = Object.values(controllerRoutes).filter(({ method }) => method === 'GET');
  const answers = await Promise.all(
    gets.map(async ({ path, kind }) => {
      const asked = path.replace(':id', 'traefik');
      return { where: `GET ${path}`, text: await readRaw(socket, asked, kind === 'events' ? 1000 : 20_000) };
    }),
  );
  const asked: readonly (readonly [path: string, body: object])[] = [
    ['/api/base/apply', {}],
    ['/api/base/cloudflared/resume', {}],
    ['/api/containers/cloudflared/stop', {}],
    ['/api/containers/nothing/start', {}],
    ['/api/disks/format', { device: '/dev/none', fstype: 'ext4' }],
  ];
  const changes = await Promise.all(
    asked.map(async ([path, body]) => ({
      where: `POST ${path}`,
      text: JSON.stringify((await guest.ask('POST', path, body)).body),
    })),
  );
  return [...answers, ...changes];
}

async function commandPlaces(guest: DockerGuest): Promise<readonly Place[]> {
  const words = ['--controller', join(guest.data, 'controller.sock')];
  return Promise.all(
    [
      ['base', 'status'],
      ['base', 'status', '--json'],
      ['base', 'plan', '--json'],
    ].map(async (argv) => {
      const { stdout, stderr } = await promisify(execFile)(FELHOM, [...argv, ...words]).catch(
        (error: { stdout: string; stderr: string }) => error,
      );
      return { where: `felhom ${argv.join(' ')}`, text: stdout + stderr };
    }),
  );
}

async function everywhere(guest: DockerGuest, hub: HubServer): Promise<readonly Place[]> {
  const ledger = readFileSync(join(guest.data, 'ledger.jsonl'), 'utf8');
  return [
    ...(await dockerPlaces()),
    ...(await apiPlaces(guest)),
    ...(await commandPlaces(guest)),
    ...processPlaces(),
    ...openFiles(guest.folder),
    { where: "controller's log", text: guest.log() },
    { where: 'ledger', text: ledger },
    { where: 'memory.json', text: readFileSync(join(guest.data, 'memory.json'), 'utf8') },
    { where: 'reports to the hub', text: hub.asked.map(({ body }) => body).join('\n') },
  ];
}

const secretsOf = (guest: DockerGuest, agentToken: string): Secrets => {
  const read = (name: string) => readFileSync(join(guest.data, name), 'utf8').trim();
  const { cf_tunnel_token, cf_api_token } = WHOLE_CONFIG.infrastructure;
  return {
    cf_tunnel_token,
    cf_api_token,
    'hub key': CUSTOMER_KEY,
    'agent token': agentToken,
    'API token': read('api-token'),
    'filebrowser password': read('filebrowser-password'),
    'filebrowser key': read('filebrowser-key'),
  };
};

describe.skipIf(why !== undefined)('Secrets of a guest', () => {
  test('are nowhere to be read, also when hub and services fail; one that is planted is found', async () => {
    const hub = await startHub(WHOLE_CONFIG);
    onTestFinished(hub.stop);
    const agent = await runAgent({ disks: { auto_scan: false } });
    const { token } = await agent.mint(9200);
    for (const port of [hub.port, agent.port]) await leadInside(daemon, port);
    const guest = await makeDockerGuest(daemon);
    const local_api = { endpoint: `127.0.0.1:${agent.port}`, fingerprint: agent.fingerprint(), token };
    guest.bootstrap({ ...withHub(hub.url), local_api });
    await guest.start();
    await expect
      .poll(async () => guest.health(), { timeout: 30_000, interval: 100 })
      .toMatchObject({ status: 'ok' });
    const secrets = secretsOf(guest, token);
    expect(Object.values(secrets).every((secret) => secret.length > 16)).toBe(true);

    // What a peer throws back at it must not go on: the hub quotes the key that it refuses.
    hub.answer((incoming, response) => {
      const quoted = `${incoming.headers.authorization ?? ''} is no key; ${WHOLE_CONFIG.infrastructure.cf_api_token}`;
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: quoted, code: 'E_TOKEN', hint: quoted }));
    });
    await daemon.engine.call('POST', '/containers/traefik/kill');
    await expect
      .poll(async () => (await guest.health()).issues.map(({ subject }) => subject), { timeout: 20_000 })
      .toContain('hub');
    expect(findSecrets(secrets, await everywhere(guest, hub))).toEqual([]);

    // And now somebody does what must not be done.
    const { cf_tunnel_token: tunnel, 'API token': api, 'hub key': key } = secrets;
    const careless = await daemon.engine.createContainer('careless', {
      Image: 'traefik:v3.6.7',
      Entrypoint: ['sh', '-c', `echo ${api}; sleep 60`],
      Env: [`TUNNEL_TOKEN=${tunnel}`],
      Labels: { 'eu.felhom.managed': 'true', encoded: Buffer.from(`:${key}`).toString('base64') },
    });
    await daemon.engine.start(careless);
    const shown = spawn('sleep', ['60', String(key)], { argv0: 'sleep', stdio: 'ignore' });
    onTestFinished(() => void shown.kill('SIGKILL'));
    const open = spawn('sh', ['-c', 'sleep 60; exit', `--token=${String(tunnel)}`], { stdio: 'ignore' });
    onTestFinished(() => void open.kill('SIGKILL'));
    writeFileSync(join(guest.stacks, 'notes.txt'), `password ${String(secrets['filebrowser password'])}`, {
      mode: 0o644,
    });
    await guest.ask('POST', '/api/base/apply', { name: String(api) });
    await sleep(300);
    const found = findSecrets(secrets, await everywhere(guest, hub));
    for (const planted of [
      'cf_tunnel_token in inspect of /careless',
      'API token in inspect of /careless',
      'hub key in inspect of /careless',
      'API token in log of /careless',
      'cf_tunnel_token in cmdline of a process',
      'API token in ledger',
      'API token in GET /api/ledger',
      'API token in GET /api/events',
      'filebrowser password in file opt/docker/stacks/notes.txt',
    ]) {
      expect(found).toContain(planted);
    }
  }, 90_000);
});
