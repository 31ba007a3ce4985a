// Puts together what the agent remembers and the hands that it has on disks, for the part that listens.
import type { OwnProgram } from '../base/start-job.ts';
import { messageOf } from '../base/errors.ts';
import { createInTurn, type InTurn } from '../base/in-turn.ts';
import { runTool } from '../base/run-tool.ts';
import type { DiskScan } from '../contracts/facts/disk-flags.ts';
import { valueOf } from '../contracts/reading.ts';
import { createFlagger, type Flagger } from '../disks/create-flagger.ts';
import { startIdentify, type Identifying } from '../disks/identify-disk.ts';
import { cleanLeftovers } from '../disks/leftovers.ts';
import { createReceipts, type Receipts } from '../disks/receipts.ts';
import { releaseDisk } from '../disks/release-disk.ts';
import type { RunFormat } from '../disks/format-order.ts';
import { createRunFormat } from '../disks/run-format.ts';
import { startScan, type RunningScan } from '../disks/scan-disk.ts';
import { scanForReceipt } from '../disks/scan-for-receipt.ts';
import { readGuestDisks } from '../host/guest-disks.ts';
import { readHostIds } from '../host/host-ids.ts';
import { readDescendants } from '../host/descendants.ts';
import { readNumberedDevice } from '../host/numbered-device.ts';
import { readNodeGuests } from '../host/proxmox.ts';
import { readStoragePlaces } from '../host/storage-config.ts';
import { join } from 'node:path';
import { openMemory } from './memory.ts';
import { createTrustPorts } from './operations/trust-ports.ts';
import type { AgentTools, DiskHands, OpenParts } from './parts.ts';
import type { OwnSubjects } from './sampler.ts';
import type { StartScan } from './scans.ts';

/** Flags are cheap to read again where nothing was written. */
const FLAGS_EVERY_MS = 5000;

/** The list of the cluster is written every ten seconds. */
const PROXMOX_KNOWS_AFTER_MS = 12_000;

/** Which attachment of a device (diskseq) the last scan began with, by kernel name. */
type Scanned = Map<string, string | null>;

export const openPartsWith =
  (own: OwnProgram, version: string): OpenParts =>
  async (tools) => {
    const { config, clock, log, machine } = tools;
    const receipts = createReceipts({ path: join(config.state_dir, 'receipts.json') });
    const scanned: Scanned = new Map();
    const flagger = createFlagger({
      machine,
      receipts,
      allowLoop: config.disks.allow_loop,
      // Our own jobs have the disks open that they read.
      excludePids: async () => readDescendants(machine, process.pid),
      // A scan of the disk that was under this name before tells nothing of this one.
      scanOf: ({ name }, diskseq) => (scanned.get(name) === diskseq ? tools.scanOf(name) : null),
    });
    const examine: DiskHands['examine'] = async (name, { signal }) => flagger.examine(name, { signal });

    const blinkers: Blinkers = { running: new Map(), formatted: [], inTurn: createInTurn() };
    const memory = await openMemory({
      stateFolder: config.state_dir,
      hostScope: tools.hostScope,
      version,
      allowLoop: config.disks.allow_loop,
      clock,
      disks: {
        readDevices: tools.readDevices,
        examine,
        runFormat: undisturbedFormat(own, tools, blinkers),
        cleanUp: async ({ operation, identity, loops }) => {
          const told: string[] = [];
          for (const loop of loops) {
            const { state, detail } = await cleanLeftovers(loop, identity, machine);
            log.info({ operation, loop, state, detail }, 'leftovers of a run');
            told.push(detail);
          }
          return told.join('; ');
        },
      },
      guests: {
        readGuests: async (signal) => readNodeGuests(machine, signal),
        readGuestDisks: async (guest) => readGuestDisks(machine, guest),
        runTool: machine.runTool,
        hasSystemd: async () => (await machine.listFolder('/run/systemd/system')).state === 'ok',
        onChanged: () => {
          tools.changed('proxmox');
          setTimeout(() => tools.changed('proxmox'), PROXMOX_KNOWS_AFTER_MS).unref();
        },
      },
      trust: createTrustPorts(tools.configFolder, runTool, clock),
      readHostIds: async () => readHostIds(machine),
      readGrants: tools.readGrants,
      readVmids: async () => (await tools.readProxmox())?.guests.map(({ vmid }) => vmid) ?? [],
      onNotice: (notice, vmid) => {
        if (notice.kind === 'operation-ended') tools.forget('disk_flags');
        tools.notice(notice, vmid);
      },
      onProblem: (problem) => log.warn({ problem }, 'memory'),
    });

    const subjects: OwnSubjects = {
      disk_flags: {
        everyMs: FLAGS_EVERY_MS,
        read: async (signal) => {
          const disks = await tools.readDevices(signal);
          return disks.state === 'ok' ? flagger.readFlags(disks.value.devices, signal) : disks;
        },
      },
      ...memory.subjects,
    };

    const disks: DiskHands = {
      examine,
      startScan: provingScan(own, tools, { flagger, receipts, scanned }),
      release: async (device, signal) => {
        const [devices, places] = await Promise.all([tools.readDevices(signal), readStoragePlaces(machine)]);
        if (devices.state !== 'ok') {
          return { released: [], refused: { why: 'the disks of this host could not be read', hint: null } };
        }
        // Where Proxmox keeps its storages is read or it is not there; an unreadable answer stops it.
        if (places.state === 'failed') {
          return { released: [], refused: { why: `storages of Proxmox: ${places.code}`, hint: null } };
        }
        const keep = [
          config.state_dir,
          config.run_dir,
          ...(valueOf(places) ?? []).flatMap(({ path }) => path ?? []),
        ];
        return releaseDisk({
          machine,
          device,
          devices: devices.value.devices,
          keep,
          readSignals: async () => {
            const seen = await examine(device.name, { signal });
            if (seen.state !== 'ok') throw new Error(`${device.path} could not be examined: ${seen.code}`);
            return seen.value.flag.signals;
          },
        });
      },
      identify: async (device) =>
        blinkers.inTurn(async () => {
          const { running, formatted } = blinkers;
          if (formatted.some((names) => names.includes(device.name))) {
            return { how: 'none', why: `an operation is running on ${device.path}` };
          }
          running.get(device.name)?.stop();
          try {
            const one = await startIdentify({ own, machine, device });
            running.set(device.name, one);
            void one.done.then((why) => {
              if (running.get(device.name) === one) running.delete(device.name);
              if (why !== null) log.warn({ device: device.path, why }, 'identify');
            });
            return { how: one.how, seconds: one.seconds };
          } catch (error) {
            return { how: 'none', why: messageOf(error) };
          }
        }),
    };

    return {
      handlers: memory.handlers,
      findToken: memory.findToken,
      validTokens: memory.validTokens,
      subjects,
      disks,
      record: async (entry) => {
        await memory.ledger.record(entry);
      },
      trouble: memory.trouble,
      stop: async () => {
        for (const one of blinkers.running.values()) one.stop();
        await memory.stop();
      },
    };
  };

type Blinkers = {
  readonly running: Map<string, Identifying>;
  /** Names of what formats are going on; nothing of it is made to blink. */
  formatted: readonly (readonly string[])[];
  readonly inTurn: InTurn;
};

/**
 * What we do with a disk ourselves is none that holds it: readings and blinking end before a format
 * begins. A job that died on its way may have left its loop device behind.
 */
function undisturbedFormat(own: OwnProgram, tools: AgentTools, blinkers: Blinkers): RunFormat {
  const runFormat = createRunFormat(own);
  return async (order, listener, signal) => {
    const disks = await tools.readDevices(signal);
    const devices = valueOf(disks)?.devices ?? [];
    const meant = devices.find((one) => one.device_number === order.identity.device_number);
    const near = devices.filter(
      ({ name, parents }) =>
        name === meant?.name ||
        meant?.parents.includes(name) === true ||
        parents.some((parent) => parent === meant?.name || meant?.parents.includes(parent) === true),
    );
    const names = near.map(({ name }) => name);
    blinkers.formatted = [...blinkers.formatted, names];
    const goOn = await tools.keepOffScans(names);
    // One that is about to start is waited for.
    const blinking = await blinkers.inTurn(async () =>
      Promise.resolve(names.flatMap((name) => blinkers.running.get(name) ?? [])),
    );
    for (const one of blinking) one.stop();
    await Promise.all(blinking.map(async ({ done }) => done));
    let loop: string | null = null;
    try {
      const result = await runFormat(
        order,
        {
          ...listener,
          onLoop: async (path) => {
            loop = path;
            await listener.onLoop(path);
          },
        },
        signal,
      );
      if (result.state !== 'done' && loop !== null) {
        const { state, detail } = await cleanLeftovers(loop, order.identity, tools.machine);
        tools.log.info({ loop, state, detail }, 'leftovers of a run');
      }
      return result;
    } finally {
      goOn();
      blinkers.formatted = blinkers.formatted.filter((one) => one !== names);
      tools.forget('disk_flags');
    }
  };
}

/** Reads every byte; where all were zero and nobody wrote meanwhile, a receipt of it stays. */
function provingScan(
  own: OwnProgram,
  tools: AgentTools,
  { flagger, receipts, scanned }: { flagger: Flagger; receipts: Receipts; scanned: Scanned },
): StartScan {
  const { machine, log } = tools;
  return ({ device, idle, onProgress }): RunningScan => {
    const state: { running?: RunningScan; cancelled: boolean } = { cancelled: false };
    const scan = async (): Promise<DiskScan> => {
      state.running = startScan({ own, machine, device, idle, onProgress });
      if (state.cancelled) state.running.cancel();
      return state.running.done;
    };
    const run = async (): Promise<DiskScan> => {
      const attached = await readNumberedDevice(machine, device.device_number);
      scanned.set(device.name, attached?.diskseq ?? null);
      return scanForReceipt({
        flagger,
        receipts,
        name: device.name,
        scan,
        onNoReceipt: (why) => log.info({ device: device.path, why }, 'scan leaves no receipt'),
      });
    };
    return {
      done: run(),
      cancel: () => {
        state.cancelled = true;
        state.running?.cancel();
      },
    };
  };
}
