// The controller on a real Docker daemon: how soon a protected container that was killed runs again beside a bare client
// that starts its twin at the very event and Docker's own restart policy, and what a pass with nothing to do costs beside
// the same calls sent bare.
import { EventEmitter, once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatYaml } from '../../src/base/yaml-text.ts';
import { BASE_SERVICES } from '../../src/contracts/base-stack.ts';
import type { BaseStackFacts } from '../../src/contracts/facts/base-stack.ts';
import { createGuestProcess, type GuestProcess } from '../controller/guest-process.ts';
import { CUSTOMER, WHOLE_CONFIG } from '../controller/hub-server.ts';
import { missingForDaemon, startDaemon, type Daemon } from '../docker/daemon.ts';
import type { Engine } from '../docker/engine.ts';
import { saveStandIns, type StandIn } from '../docker/stand-ins.ts';
import { median } from './numbers.ts';

const TWIN = 'twin';
const WAIT_MS = 30_000;
/** Between two kills: what the last one set off has ended, its health check too. */
const REST_MS = 300;
const CREATED_AT_ONCE = 4;

export type ControllerRuns = { readonly kills: number; readonly passes: number; readonly foreign: number };

export async function measureController({
  kills,
  passes,
  foreign,
}: ControllerRuns): Promise<Record<string, number>> {
  const why = missingForDaemon();
  if (why !== undefined) throw new Error(why);
  const folder = mkdtempSync(join(tmpdir(), 'felhom-bench-guest-'));
  let daemon: Daemon | undefined;
  let guest: GuestProcess | undefined;
  let follower: Awaited<ReturnType<typeof followEvents>> | undefined;
  try {
    daemon = await startDaemon();
    const { engine } = daemon;
    const prepared = await prepareGuest(daemon, folder);
    guest = prepared.guest;
    await guest.start();
    await untilSettled(guest);
    await makeTwin(engine);
    follower = await followEvents(daemon.socketPath);
    const hands = { engine, events: follower.events };

    const back: Record<'ours' | 'bare' | 'policy', number[]> = { ours: [], bare: [], policy: [] };
    // In turns, so that all have the same machine.
    for (let kill = 0; kill < kills; kill += 1) {
      back.ours.push(await untilBack('traefik', hands));
      await untilSettled(guest);
      await sleep(REST_MS);
      back.bare.push(await untilBack(TWIN, hands, { onDeath: async () => engine.start(TWIN) }));
      await sleep(REST_MS);
      back.policy.push(
        await untilBack(TWIN, hands, { end: async () => endInside(TWIN, engine), byPolicy: true }),
      );
      await sleep(REST_MS);
    }
    await engine.call('DELETE', `/containers/${TWIN}?force=1`);
    await untilSettled(guest);

    const alone = await measurePasses(passes, guest, engine);
    const began = performance.now();
    await createForeign(foreign, prepared.standIn, engine);
    const createdS = (performance.now() - began) / 1000;
    const crowded = await measurePasses(passes, guest, engine);
    return {
      'back.felhom': median(back.ours),
      'back.bare': median(back.bare),
      'back.policy': median(back.policy),
      'back-slowest.felhom': Math.max(...back.ours),
      'back-slowest.bare': Math.max(...back.bare),
      'back-slowest.policy': Math.max(...back.policy),
      'pass.felhom': alone.oursMs,
      'pass.bare': alone.bareMs,
      'pass-crowded.felhom': crowded.oursMs,
      'pass-crowded.bare': crowded.bareMs,
      'pass.calls': Math.max(alone.calls, crowded.calls),
      'pass-crowded.foreign': foreign,
      'pass-crowded.created-s': createdS,
    };
  } finally {
    follower?.stop();
    await guest?.stop();
    await daemon?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Configured, without a hub and an agent, and its images lie in its data folder. */
async function prepareGuest(
  daemon: Daemon,
  folder: string,
): Promise<{ guest: GuestProcess; standIn: StandIn }> {
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const paths = { stacks_dir: join(folder, 'opt/docker/stacks') };
  const bootstrapPath = join(folder, 'bootstrap.json');
  writeFileSync(bootstrapPath, JSON.stringify({ customer: { id: CUSTOMER }, paths }), { mode: 0o600 });
  writeFileSync(join(data, 'controller.yaml'), formatYaml({ ...WHOLE_CONFIG, paths }), { mode: 0o600 });
  const [standIn] = await saveStandIns(join(data, 'images'));
  if (standIn === undefined) throw new Error('the base stack is empty');
  return { guest: createGuestProcess(daemon, { data, bootstrapPath }), standIn };
}

/** Nothing to do, every service runs, and answers when it is asked itself. */
async function untilSettled(guest: GuestProcess): Promise<void> {
  const until = performance.now() + WAIT_MS;
  for (;;) {
    const { services, last_pass } = await told(guest);
    const settled = services.every(({ state, probe }) => state === 'running' && probe?.state === 'ok');
    if (settled && last_pass?.converged === true) return;
    if (performance.now() > until) throw new Error(`does not settle: ${guest.log().slice(-2000)}`);
    await sleep(50);
  }
}

async function told(guest: GuestProcess): Promise<BaseStackFacts> {
  const { body } = await guest.ask('GET', '/api/base');
  return Object(body['data']).base;
}

/** Traefik's image with all that makes its start take long (network, mounts, ports, limits), unknown to the controller. */
async function makeTwin(engine: Engine): Promise<void> {
  const traefik = Object(await engine.call('GET', '/containers/traefik/json'));
  const ports = Object.keys(Object(traefik.HostConfig.PortBindings));
  const { Image, Entrypoint, Cmd, Env, User, Healthcheck, ExposedPorts } = traefik.Config;
  const bindings = ports.map((port, index) => [port, [{ HostPort: String(18_000 + index) }]]);
  const id = await engine.createContainer(TWIN, {
    Image,
    Entrypoint,
    Cmd,
    Env,
    User,
    Healthcheck,
    ExposedPorts,
    HostConfig: { ...traefik.HostConfig, PortBindings: Object.fromEntries(bindings) },
  });
  await engine.start(id);
}

type Way = {
  readonly end: () => Promise<unknown>;
  readonly onDeath: () => Promise<void>;
  readonly byPolicy: boolean;
};

/** From the moment at which its death is told here to the one at which its start is. */
async function untilBack(
  name: string,
  { engine, events }: { readonly engine: Engine; readonly events: EventEmitter },
  way: Partial<Way> = {},
): Promise<number> {
  const {
    end = async () => engine.call('POST', `/containers/${name}/kill?signal=KILL`),
    onDeath = async () => {},
    byPolicy = false,
  } = way;
  const signal = AbortSignal.timeout(WAIT_MS);
  const [[died], [started]] = await Promise.all([
    once(events, `die ${name}`, { signal }),
    once(events, `start ${name}`, { signal }),
    once(events, `die ${name}`, { signal }).then(onDeath),
    end(),
  ]);
  const { State, RestartCount } = Object(await engine.call('GET', `/containers/${name}/json`));
  if (State.Running !== true) throw new Error(`${name} started and does not run`);
  if (RestartCount > 0 !== byPolicy)
    throw new Error(`${name}: ${RestartCount} starts by Docker's restart policy`);
  return Number(started) - Number(died);
}

/** What is killed by Docker's API is left alone by its restart policy; what ends by itself is not. */
async function endInside(name: string, engine: Engine): Promise<void> {
  const made = await engine.call('POST', `/containers/${name}/exec`, { Cmd: ['kill', '-TERM', '1'] });
  await engine.call('POST', `/exec/${String(Object(made).Id)}/start`, { Detach: true });
}

type Passes = { readonly oursMs: number; readonly bareMs: number; readonly calls: number };

/**
 * What passes with nothing to do took by the controller's own clock. Each is asked for by `apply`: such a pass does all
 * that one of every 30 s does, and reads the services' files besides.
 */
async function measurePasses(passes: number, guest: GuestProcess, engine: Engine): Promise<Passes> {
  const ours: number[] = [];
  const bare: number[] = [];
  const calls: number[] = [];
  for (let pass = 0; pass < passes; pass += 1) {
    const { status, body } = await guest.ask('POST', '/api/base/apply', {});
    const { applied, base } = Object(body['data']);
    if (status !== 200 || applied.length > 0 || base.last_pass.applied > 0 || !base.last_pass.converged)
      throw new Error(`a pass had something to do: ${JSON.stringify(body).slice(0, 500)}`);
    ours.push(base.last_pass.took_ms);
    calls.push(base.last_pass.calls);
    bare.push(await timeSameCalls(engine));
    await sleep(100);
  }
  return { oursMs: median(ours), bareMs: median(bare), calls: Math.max(...calls) };
}

/** Lists of containers and networks, then the three of ours. */
async function timeSameCalls(engine: Engine): Promise<number> {
  const from = performance.now();
  await Promise.all([engine.call('GET', '/containers/json?all=1'), engine.call('GET', '/networks')]);
  await Promise.all(BASE_SERVICES.map(async ({ name }) => engine.call('GET', `/containers/${name}/json`)));
  return performance.now() - from;
}

/** Only created: Docker lists them, and none of them costs a processor. */
async function createForeign(count: number, { reference }: StandIn, engine: Engine): Promise<void> {
  let next = 0;
  const work = async () => {
    while (next < count) {
      next += 1;
      await engine.createContainer(`foreign-${next}`, {
        Image: reference,
        HostConfig: { NetworkMode: 'none' },
      });
    }
  };
  await Promise.all(Array.from({ length: CREATED_AT_ONCE }, work));
}

/**
 * Docker's events by a client that shares no code with ours: `die traefik`, with the moment at which it is told here by
 * this process's clock.
 */
async function followEvents(socketPath: string): Promise<{ events: EventEmitter; stop: () => void }> {
  const events = new EventEmitter();
  const filters = encodeURIComponent(JSON.stringify({ type: ['container'], event: ['die', 'start'] }));
  const sent = request({ socketPath, path: `/events?filters=${filters}`, agent: false });
  sent.end();
  const [response] = await once(sent, 'response');
  sent.on('error', () => {});
  response.on('error', () => {});
  let rest = '';
  response.on('data', (chunk: Buffer) => {
    const at = performance.now();
    const lines = (rest + chunk.toString('utf8')).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const { Action, Actor } = Object(JSON.parse(line));
      events.emit(`${Action} ${Actor.Attributes.name}`, at);
    }
  });
  return { events, stop: () => void sent.destroy() };
}
