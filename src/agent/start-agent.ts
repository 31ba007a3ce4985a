// Puts the agent together and takes it apart again: what it reads, what it remembers, who may come in.
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { randomHex, randomSecret, equalSecrets } from '../base/digest.ts';
import { messageOf } from '../base/errors.ts';
import { runTool } from '../base/run-tool.ts';
import type { Text } from '../base/texts/text.ts';
import { formatBytes } from '../base/units.ts';
import { createEmbeddedSource } from '../clients/embedded.ts';
import type { AgentConfig } from '../contracts/agent-config.ts';
import { routes as contract, type Notice, type RouteTable } from '../contracts/routes.ts';
import { valueOf } from '../contracts/reading.ts';
import type { FactsSource } from '../contracts/source.ts';
import { createMachine } from '../host/machine.ts';
import { openCertificates } from './certificates.ts';
import type { Door } from '../daemon/serve/door.ts';
import { openUnixDoor } from '../daemon/serve/unix-door.ts';
import { createConnectionGate, type DoorKind } from './connection-gate.ts';
import { openHttpsDoor, type HttpsDoor } from './doors.ts';
import { createEventHub, type EventHub } from '../daemon/serve/event-hub.ts';
import { createEventRights } from './event-rights.ts';
import type { Caller } from './handler.ts';
import { createGrantReader } from './grants.ts';
import { createCertificateHandlers } from './handlers/certificate.ts';
import { createDiskActions } from './handlers/disk-actions.ts';
import { createEventsHandler } from './handlers/events.ts';
import { createLookHandlers, readFlagged } from './handlers/look.ts';
import { defaultLimits, type Limits } from './limits.ts';
import { flushLog, type Log } from '../daemon/log.ts';
import { openOwnFolder } from '../daemon/own-folder.ts';
import type { AgentTools, OpenParts } from './parts.ts';
import { patiently } from './patiently.ts';
import { watchPlugs, type PlugChange } from './plug-watch.ts';
import { createSampler, type Sampler } from './sampler.ts';
import { createScans, type Scans } from './scans.ts';
import { keepSecret } from '../daemon/secret-file.ts';
import { createAgentServer } from './server.ts';
import { lockState } from '../daemon/state-lock.ts';
import { createStoreHealth } from './store-health.ts';
import { tellSystemd } from './tell-systemd.ts';
import { viewsOf } from './views.ts';

export type AgentOptions = {
  readonly config: AgentConfig;
  /** Its file, which is read again for grants. */
  readonly configPath: string;
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly text: Text;
  readonly openParts: OpenParts;
  /** For tests and measurements. */
  readonly limits?: Limits;
  readonly routes?: RouteTable;
  readonly source?: FactsSource;
};

export type RunningAgent = {
  /** SHA-256 of the certificate that guests pin. */
  readonly fingerprint: string;
  /** Where guests are served; undefined when the configuration does not want it. */
  readonly port: number | undefined;
  /** Resolves when it cannot go on by itself, with the reason. */
  readonly failed: Promise<string>;
  /** Within five seconds. */
  readonly stop: () => Promise<void>;
};

const GROUP = 'felhom';
/** How long answers that are being given, and what disks do, are waited for. */
const PATIENCE_MS = 2000;
const RECONSIDER_MS = 600_000;

export async function startAgent(options: AgentOptions): Promise<RunningAgent> {
  const undo: (() => void | Promise<void>)[] = [];
  try {
    return await put(options, undo);
  } catch (error) {
    // Whatever was opened so far is closed, the last first.
    for (const close of undo.toReversed()) await close();
    throw error;
  }
}

async function put(options: AgentOptions, undo: (() => void | Promise<void>)[]): Promise<RunningAgent> {
  const { config, clock, log, text, version } = options;
  const limits = options.limits ?? defaultLimits;
  openOwnFolder(config.state_dir, 0o700, text);
  openOwnFolder(config.run_dir, 0o755, text);
  const lock = await lockState(join(config.state_dir, 'lock'), text);
  undo.push(lock.release);
  const started = clock.now();
  const hostScope = config.hub.host_id ?? hostname();

  const machine = createMachine({ clock });
  const source = options.source ?? createEmbeddedSource({ clock, machine });
  undo.push(() => source.close());
  const scrapeToken = await keepSecret(join(config.state_dir, 'scrape-token'), randomSecret, text);

  // What parts need of each other before all of them are there.
  const late: { sampler?: Sampler; hub?: EventHub<Caller>; scans?: Scans; https?: HttpsDoor } = {};
  const tools: AgentTools = {
    config,
    clock,
    log,
    text,
    machine,
    configFolder: dirname(options.configPath),
    hostScope,
    readGrants: createGrantReader(options.configPath, text, log),
    readDevices: async () => {
      late.sampler?.forget('disks');
      return late.sampler?.read('disks') ?? source.read('disks', { signal: new AbortController().signal });
    },
    scanOf: (name) => late.scans?.of(name) ?? null,
    keepOffScans: async (names) => (await late.scans?.keepOff(names)) ?? (() => {}),
    readProxmox: async () => valueOf((await late.sampler?.read('proxmox')) ?? undefined),
    notice: (notice, vmid) => late.hub?.notice(notice, vmid),
    forget: (subject) => late.sampler?.forget(subject),
    changed: (subject) => late.sampler?.changed(subject),
  };
  const parts = await options.openParts(tools);
  undo.push(parts.stop);
  const certificates = await openCertificates({
    folder: config.state_dir,
    name: hostScope,
    runTool,
    text,
    log,
    validTokens: parts.validTokens,
    onSwitch: (certificate) => late.https?.use(certificate),
  });

  const sampler = createSampler(source, parts.subjects, clock);
  late.sampler = sampler;
  undo.push(sampler.close);
  const views = viewsOf(parts.subjects);
  const hub = createEventHub({
    facts: sampler,
    rights: createEventRights({ views, limits: limits.followers, validTokens: parts.validTokens }),
    limits: limits.followers,
    clock,
    log,
    start: randomHex(6),
  });
  late.hub = hub;
  undo.push(hub.close);

  const notice = (kind: Notice['kind'], subject: string, detail: string) =>
    hub.notice({ kind, at: clock.now(), subject, detail });
  const scans = createScans({
    startScan: parts.disks.startScan,
    now: clock.now,
    onChange: (device, scan) => {
      sampler.changed('disk_flags');
      if (scan.state === 'running' || scan.state === 'stalled') return;
      log.info({ device: device.path, state: scan.state, detail: scan.detail }, 'scan ended');
      notice('scan-ended', device.name, describe(device, scan.state));
      void scanNext();
    },
  });
  late.scans = scans;
  undo.push(scans.stop);
  const scanNext = async (): Promise<void> => {
    if (!config.disks.auto_scan) return;
    try {
      // Only what was looked at: a disk without a flag may hold anything, and its reading proves nothing.
      const flags = valueOf(await sampler.read('disk_flags'))?.flags ?? [];
      const looked = new Set(flags.map(({ name }) => name));
      const { devices } = await readFlagged(sampler);
      scans.startNext(devices.filter((device) => looked.has(device.name) && takesPart(config, device)));
    } catch (error) {
      log.debug({ err: messageOf(error) }, 'no disk to read');
    }
  };

  const storeHealth = createStoreHealth(config.state_dir, clock);
  const server = await createAgentServer({
    routes: options.routes ?? contract,
    handlers: {
      ...createLookHandlers({
        sampler,
        views,
        machine,
        clock,
        config,
        certificates,
        version,
        hostScope,
        started,
        trouble: async () => parts.trouble() ?? storeHealth.trouble(),
      }),
      ...createDiskActions({ sampler, scans, hands: parts.disks, config, clock, log, record: parts.record }),
      ...createCertificateHandlers(certificates, parts.record),
      events: createEventsHandler({ hub, sampler, views }),
      ...parts.handlers,
    },
    findToken: parts.findToken,
    isScraper: (secret) => equalSecrets(secret, scrapeToken),
    onAcknowledge: certificates.acknowledge,
    limits,
    clock,
    log,
  });
  undo.push(server.stop);

  const doorTools = { server, gate: createConnectionGate(limits, clock), clock, limits, log, text };
  const doors: Door<DoorKind>[] = [];
  undo.push(async () => {
    await Promise.all(doors.map(async (door) => door.close(PATIENCE_MS)));
  });
  doors.push(
    await openUnixDoor('root', join(config.run_dir, 'root.sock'), { mode: 0o600, gid: 0 }, doorTools),
  );
  const group = await groupId(machine);
  if (group === undefined) {
    log.warn({ group: GROUP }, "this group does not exist: agent.sock is root's only");
  }
  doors.push(
    await openUnixDoor(
      'group',
      join(config.run_dir, 'agent.sock'),
      group === undefined ? { mode: 0o600, gid: 0 } : { mode: 0o660, gid: group },
      doorTools,
    ),
  );
  const { fingerprint } = certificates.present();
  if (config.local_api.enable) {
    const https = await openHttpsDoor(
      addressOf(config.local_api.listen_addr),
      certificates.present(),
      doorTools,
    );
    late.https = https;
    doors.push(https);
  }
  const { port } = late.https ?? {};
  log.info(
    { version, host_scope: hostScope, listen: listenText(config, port), fingerprint },
    'agent started',
  );

  const tellPlugs = async (changes: readonly PlugChange[]): Promise<void> => {
    const before = sampler.last('disks');
    sampler.forget('disks');
    const now = await sampler.read('disks');
    for (const { name, what } of changes) {
      if (what === 'pulled') scans.forget(name);
      const reading = what === 'pulled' ? before : now;
      const device =
        reading?.state === 'ok' ? reading.value.devices.find((one) => one.name === name) : undefined;
      log.info({ device: name, durable_id: device?.durable_id ?? null }, `disk ${what}`);
      notice(`disk-${what}`, name, device === undefined ? name : describe(device));
    }
    sampler.changed('disks');
    sampler.changed('disk_flags');
    await scanNext();
  };
  const stopWatching = watchPlugs(machine, config.disks.allow_loop, tellPlugs, (error) =>
    log.error({ err: messageOf(error) }, 'disks that come and go could not be told'),
  );
  const reconsider = setInterval(() => {
    void scanNext();
    void certificates.reconsider();
  }, RECONSIDER_MS);
  undo.push(() => {
    stopWatching();
    clearInterval(reconsider);
  });
  void scanNext();

  const systemd = tellSystemd({ env: options.env, pid: process.pid, runTool, log });
  undo.push(systemd.close);
  await systemd.ready();

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    log.info({}, 'agent stops');
    systemd.close();
    stopWatching();
    clearInterval(reconsider);
    // Streams end first: they are answers that would never be over.
    hub.close();
    await Promise.all([
      systemd.stopping(),
      ...doors.map(async (door) => door.close(PATIENCE_MS)),
      patiently(scans.stop().catch(nothing), PATIENCE_MS),
      patiently(parts.stop().catch(nothing), PATIENCE_MS),
    ]);
    await patiently(server.stop().catch(nothing), PATIENCE_MS);
    sampler.close();
    source.close();
    await lock.release();
    log.info({}, 'agent stopped');
    await flushLog(log);
  };
  return {
    fingerprint,
    port,
    failed: lock.lost.then(() => 'the lock on the state folder was lost'),
    stop: async () => {
      stopping ??= stop();
      return stopping;
    },
  };
}

const takesPart = (config: AgentConfig, { kind }: { readonly kind: string }): boolean =>
  kind !== 'loop' || config.disks.allow_loop;

/** What a person recognises a disk by. */
function describe(
  device: { readonly model: string | null; readonly size_bytes: number; readonly durable_id: string | null },
  more?: string,
): string {
  const size = formatBytes(device.size_bytes, 'en');
  return [device.model, size, device.durable_id, more]
    .filter((part) => part !== null && part !== undefined)
    .join(', ');
}

async function groupId(machine: ReturnType<typeof createMachine>): Promise<number | undefined> {
  const groups = await machine.readText('/etc/group');
  if (groups.state !== 'ok') return undefined;
  const line = groups.value.split('\n').find((row) => row.startsWith(`${GROUP}:`));
  const id = Number(line?.split(':')[2]);
  return line === undefined || !Number.isInteger(id) ? undefined : id;
}

/** `192.168.0.162:8443`, `[::1]:8443`; `:8443` is every address. */
function addressOf(listen: string): { host: string; port: number } {
  const colon = listen.lastIndexOf(':');
  const host = listen.slice(0, colon).replace(/^\[(.*)\]$/, '$1');
  return { host: host === '' ? '::' : host, port: Number(listen.slice(colon + 1)) };
}

const listenText = (config: AgentConfig, port: number | undefined): string | null =>
  port === undefined ? null : `${config.local_api.listen_addr.replace(/:\d+$/, '')}:${port}`;

const nothing = () => undefined;
