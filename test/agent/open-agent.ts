// The agent's memory with real files in a folder of its own, a clock that the test sets, and fake disks.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { Refusal } from '../../src/daemon/refusal.ts';
import type { GuestPorts } from '../../src/agent/guests/guest-ports.ts';
import type { Caller, Handlers } from '../../src/agent/handler.ts';
import { Prepared, Streamed } from '../../src/daemon/serve/answer.ts';
import { openMemory } from '../../src/agent/memory.ts';
import type { Grants } from '../../src/agent/operations/decide-format.ts';
import { createTrustPorts } from '../../src/agent/operations/trust-ports.ts';
import type { Clock } from '../../src/base/clock.ts';
import { runTool } from '../../src/base/run-tool.ts';
import { FORMAT_TYPES, type Operation } from '../../src/contracts/facts/operations.ts';
import { absent, ok, type Reading } from '../../src/contracts/reading.ts';
import type { Notice, ParsedBody } from '../../src/contracts/routes.ts';
import type { HostIds } from '../../src/host/host-ids.ts';
import { createFakeDisks, type FakeDisks } from './fake-disks.ts';
import type { TestSigners } from './signers.ts';

export const ROOT: Caller = { kind: 'root' };
export const GROUP: Caller = { kind: 'group', name: 'anna' };
export const guestOf = (vmid: number): Caller => ({
  kind: 'guest',
  vmid,
  tokenId: '00',
  address: '10.0.0.2',
});

export type TestClock = Clock & { readonly advance: (ms: number) => void };
export function createTestClock(start = 1_790_000_000_000): TestClock {
  let now = start;
  let monotonic = 0;
  return {
    now: () => now,
    monotonic: () => monotonic,
    advance: (ms) => {
      now += ms;
      // Only the wall clock is ever set back.
      monotonic += Math.max(0, ms);
    },
  };
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'felhom-agent-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const hostIdsOf = (name: string): HostIds => ({
  board: ok(`uuid-${name}`, 'product_uuid', 0),
  machineId: ok(name.padEnd(32, '0'), 'machine-id', 0),
});

export type AgentWish = {
  readonly stateFolder?: string;
  readonly disks?: FakeDisks;
  readonly clock?: TestClock;
  readonly grants?: Grants;
  readonly vmids?: readonly number[];
  readonly signers?: TestSigners;
  readonly hostIds?: HostIds;
  readonly guests?: GuestPorts;
};

const noProxmox: GuestPorts = {
  readGuests: async () => Promise.resolve(absent('not-here', 'pvesh', 0, 'no Proxmox VE')),
  readGuestDisks: async () => Promise.resolve(absent('not-here', '/etc/pve', 0)),
  runTool: async () => Promise.resolve({ state: 'missing' }),
  hasSystemd: async () => Promise.resolve(false),
  onChanged: () => {},
};

export async function openAgent(wish: AgentWish = {}) {
  const { stateFolder = temporaryFolder(), disks = createFakeDisks(), clock = createTestClock() } = wish;
  const setting: { grants: Grants | Error; hostIds: HostIds } = {
    grants: wish.grants ?? {},
    hostIds: wish.hostIds ?? hostIdsOf('one'),
  };
  const changes: string[] = [];
  const notices: (Notice & { vmid: number | undefined })[] = [];
  const problems: string[] = [];
  const memory = await openMemory({
    stateFolder,
    hostScope: 'demo-felhom-01',
    version: 'test',
    allowLoop: false,
    clock,
    disks: disks.ports,
    guests: wish.guests ?? noProxmox,
    readGrants: async () => {
      if (setting.grants instanceof Error) throw setting.grants;
      return setting.grants;
    },
    // Without signers there is no file of theirs.
    trust: createTrustPorts(wish.signers?.folder ?? stateFolder, runTool, clock),
    readHostIds: async () => Promise.resolve(setting.hostIds),
    readVmids: async () => wish.vmids ?? [],
    onNotice: (notice, vmid) => void notices.push({ ...notice, vmid }),
    onProblem: (problem) => void problems.push(problem),
  });
  onTestFinished(async () => memory.stop());
  const { operations, guests, ledger } = memory.subjects;
  for (const [name, { onChange }] of Object.entries(memory.subjects)) onChange(() => void changes.push(name));
  const facts = {
    operations: async () => valueIn(await operations.read()),
    guests: async () => valueIn(await guests.read()),
    ledger: async () => valueIn(await ledger.read()),
  };
  const handlers: Pick<Handlers, Route> = memory.handlers;
  const request = { signal: new AbortController().signal, header: () => undefined, query: {} };

  const act = (route: 'confirmOperation' | 'denyOperation' | 'runOperation' | 'cancelOperation') => {
    return async (caller: Caller, id: string, body: { name?: string; confirm?: string } = {}) =>
      operationIn(await handlers[route]({ ...request, caller, params: { id }, body }));
  };
  return {
    memory,
    facts,
    handlers,
    request,
    stateFolder,
    disks,
    clock,
    setting,
    changes,
    notices,
    problems,
    format: async (caller: Caller, body: Partial<ParsedBody<'formatDisk'>> = {}) =>
      operationIn(
        await handlers.formatDisk({
          ...request,
          caller,
          params: {},
          body: { device: '/dev/sdb', fstype: 'ext4', ...body },
        }),
      ),
    bytes: async (caller: Caller, id: string, body: ParsedBody<'bytesOperation'> = {}) =>
      answered(await handlers.bytesOperation({ ...request, caller, params: { id }, body })),
    submit: async (caller: Caller, id: string, signature: string) =>
      answered(await handlers.submitOperation({ ...request, caller, params: { id }, body: { signature } })),
    acceptInstall: async () =>
      answered(await handlers.acceptInstall({ ...request, caller: ROOT, params: {}, body: {} })),
    confirm: act('confirmOperation'),
    deny: act('denyOperation'),
    run: act('runOperation'),
    cancel: act('cancelOperation'),
    list: async (caller: Caller) => {
      const answer = await handlers.operations({ ...request, caller, params: {}, body: {} });
      return 'operations' in answer ? answer.operations : [];
    },
    show: async (caller: Caller, id: string) =>
      operationIn(await handlers.operation({ ...request, caller, params: { id }, body: {} })),
    /** Once a run that nobody waited for is known not to have begun. */
    notBegun: async () => until(() => problems.some((problem) => problem.includes('did not begin'))),
    /** Once it is in this state, or after a while whatever it is. */
    settled: async (id: string, state: Operation['state']) => {
      for (let tries = 0; tries < 1000; tries++) {
        const operation = (await facts.operations()).operations.find((one) => one.id === id);
        if (operation?.state === state) break;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      return (await facts.operations()).operations.find((one) => one.id === id);
    },
    ledger: async () => {
      const { records } = await facts.ledger();
      return records.toReversed();
    },
  };
}
export type OpenedAgent = Awaited<ReturnType<typeof openAgent>>;
type Route = keyof Awaited<ReturnType<typeof openMemory>>['handlers'];

function valueIn<T>(reading: Reading<T>): T {
  if (reading.state === 'ok') return reading.value;
  throw new Error(`not read: ${reading.detail}`);
}

/** What the route says that it answers: it is no stream. */
function answered<T extends object>(answer: T | Prepared | Streamed): T {
  if (answer instanceof Prepared || answer instanceof Streamed) throw new Error('an answer of bytes');
  return answer;
}

function operationIn(answer: object): Operation {
  if ('operation' in answer && isOperation(answer.operation)) return answer.operation;
  throw new Error('an answer without an operation');
}

const isOperation = (value: unknown): value is Operation =>
  typeof value === 'object' &&
  value !== null &&
  'fstype' in value &&
  FORMAT_TYPES.some((one) => one === value.fstype);

/** Waits, for a while, until it is so. */
async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 1000 && !isSo(); tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The code of a refusal, or `answered`. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  return (await refusalOf(work))?.code ?? 'answered';
}

export async function refusalOf(work: Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}
