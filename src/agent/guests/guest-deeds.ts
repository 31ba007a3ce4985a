// Starts, shuts down and reboots guests: only those that Proxmox lists on this node, one deed at a time on
// each, written down before and after. What Proxmox says no to is handed on and harms nothing.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { ToolRequest, ToolResult } from '../../base/run-tool.ts';
import type { Requester } from '../../contracts/facts/operations.ts';
import type { ProxmoxGuest } from '../../contracts/facts/proxmox.ts';
import { makeHarmless } from '../../contracts/harmless.ts';
import type { RouteAnswer, Notice } from '../../contracts/routes.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { patiently } from '../patiently.ts';
import type { KeepApart } from './keep-apart.ts';
import type { GuestPorts } from './guest-ports.ts';
import { asUnit, parseStatus, statusStep, stepsOf, type GuestDeed } from './guest-steps.ts';

type Done = RouteAnswer<'startGuest'>;
type Entry = Parameters<Ledger['record']>[0];
export type GuestDeeds = {
  /** Comes back when it is done. Who asked may go away meanwhile: it goes on to its end. */
  readonly act: (deed: GuestDeed, vmid: number, by: Requester) => Promise<Done>;
  /** Writes down what could not be written before. */
  readonly tidy: () => Promise<void>;
  readonly trouble: () => string | undefined;
  /** The agent stops: what runs is told to be unknown. */
  readonly stop: () => Promise<void>;
};

/** A connection on which nothing moves is cut after 90 s; the answer comes before that. */
const PATIENCE_MS = 80_000;
const MAX_SAID = 400;

export function createGuestDeeds({
  ports,
  apart,
  ledger,
  clock,
  onNotice,
  onProblem,
  patienceMs = PATIENCE_MS,
}: {
  readonly ports: GuestPorts;
  readonly apart: KeepApart;
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Clock;
  readonly onNotice: (notice: Notice) => void;
  readonly onProblem: (problem: string) => void;
  /** For tests. */
  readonly patienceMs?: number;
}): GuestDeeds {
  const stopping = new AbortController();
  const underWay = new Map<number, { readonly deed: GuestDeed; readonly since: number }>();
  const running = new Set<Promise<unknown>>();
  const unsaid: Entry[] = [];

  const run = async (step: Pick<ToolRequest, 'file' | 'args' | 'deadlineMs'>): Promise<ToolResult> =>
    ports.runTool({ ...step, signal: stopping.signal });

  const readStatus = async (guest: ProxmoxGuest): Promise<string | null> => {
    const result = await run(statusStep(guest));
    return result.state === 'ended' && result.code === 0 ? parseStatus(result.stdout) : null;
  };

  /** Which guest it is, and that this can be done to it now. */
  const judge = async (deed: GuestDeed, vmid: number): Promise<ProxmoxGuest> => {
    const listed = await ports.readGuests(stopping.signal);
    if (listed.state === 'absent') throw new Refusal('E_NOT_READY', 'there is no Proxmox VE on this host');
    if (listed.state !== 'ok') {
      const why = makeHarmless(`${listed.source}: ${listed.code} ${listed.detail}`.trim(), MAX_SAID);
      throw new Refusal('E_GUEST_TOOL', `Proxmox does not list its guests (${why})`);
    }
    const [guest, twin] = listed.value.filter((one) => one.vmid === vmid);
    if (guest === undefined) throw new Refusal('E_NO_SUCH', `VMID ${vmid} is no guest of this node`);
    if (twin !== undefined) throw new Refusal('E_GUEST_STATE', `Proxmox lists VMID ${vmid} twice`);
    if (guest.template) {
      throw new Refusal('E_GUEST_STATE', `VMID ${vmid} is a template`, {
        hint: 'a template is never started; make a guest of it: pct clone, qm clone',
      });
    }
    const status = await readStatus(guest);
    if (status === null) {
      throw new Refusal('E_GUEST_TOOL', `Proxmox does not say whether VMID ${vmid} is running`);
    }
    const isRunning = status === 'running';
    if (deed === 'start' && isRunning) throw new Refusal('E_GUEST_STATE', `VMID ${vmid} is running already`);
    if (deed !== 'start' && !isRunning) throw new Refusal('E_GUEST_STATE', `VMID ${vmid} is ${status}`);
    return guest;
  };

  /** Comes back with how to say that it has opened its disks, or refuses. */
  const keepOffDisks = async (guest: ProxmoxGuest): Promise<() => void> => {
    const opened = apart.opening(guest.vmid);
    const named = await ports.readGuestDisks(guest);
    if (named.state === 'ok' && named.value.length === 0) {
      opened();
      return opened;
    }
    const [device] = apart.formats();
    if (device === undefined) return opened;
    opened();
    const why =
      named.state === 'ok'
        ? `its configuration names hardware of this host (${makeHarmless(named.value.join('; '), 200)})`
        : `its configuration could not be read (${named.code})`;
    throw new Refusal('E_DEVICE_BUSY', `an operation is running on ${device}, and ${why}`, {
      hint: 'wait for the end of the operation: felhom op list',
    });
  };

  const perform = async (deed: GuestDeed, vmid: number, by: Requester): Promise<Done> => {
    const guest = await judge(deed, vmid);
    if (deed === 'stop') return carryOut(deed, guest, by);
    const opened = await keepOffDisks(guest);
    try {
      return await carryOut(deed, guest, by);
    } finally {
      opened();
    }
  };

  const carryOut = async (deed: GuestDeed, guest: ProxmoxGuest, by: Requester): Promise<Done> => {
    const { kind, vmid } = guest;
    const about = { deed, kind, name: guest.name };
    const subject = String(vmid);
    const asked = await ledger.record({ what: 'guest.asked', by, subject, detail: about });
    const failure = await takeSteps(deed, guest);
    const status = stopping.signal.aborted ? null : await readStatus(guest);
    ports.onChanged();
    onNotice({ kind: 'guest-changed', at: clock.now(), subject, detail: status ?? 'unknown' });
    const what = stopping.signal.aborted
      ? 'guest.interrupted'
      : failure === undefined
        ? 'guest.done'
        : 'guest.failed';
    const why = stopping.signal.aborted ? 'the agent stopped meanwhile' : (failure ?? null);
    await say({ what, by, subject, detail: { ...about, of: asked.n, status, why } });
    if (what === 'guest.interrupted') {
      throw new Refusal('E_NOT_READY', `the agent stops; what became of VMID ${vmid} says Proxmox`);
    }
    if (failure !== undefined) throw new Refusal('E_GUEST_TOOL', failure);
    return { vmid, kind, status };
  };

  /** What came of it is no less true when it cannot be written yet. */
  const say = async (entry: Entry): Promise<void> => {
    try {
      await ledger.record(entry);
    } catch (error) {
      unsaid.push(entry);
      onProblem(`what became of VMID ${entry.subject} could not be written: ${messageOf(error)}`);
    }
  };

  /** Why it did not go as it should; undefined when it did. */
  const takeSteps = async (deed: GuestDeed, guest: ProxmoxGuest): Promise<string | undefined> => {
    const inUnits = await ports.hasSystemd();
    for (const step of stepsOf(deed, guest)) {
      const result = await run(inUnits ? asUnit(step, guest.vmid) : step);
      const failure = failureOf(result);
      if (failure !== undefined) return `${[step.file, ...step.args].join(' ')}: ${failure}`;
    }
    return undefined;
  };

  return {
    act: async (deed, vmid, by) => {
      if (stopping.signal.aborted) throw new Refusal('E_NOT_READY', 'the agent stops');
      const other = underWay.get(vmid);
      if (other !== undefined) {
        const ageS = Math.max(0, Math.round((clock.now() - other.since) / 1000));
        throw new Refusal('E_GUEST_STATE', `VMID ${vmid}: ${other.deed} is under way since ${ageS} s`, {
          hint: 'wait for its end',
          retryAfterS: 5,
        });
      }
      underWay.set(vmid, { deed, since: clock.now() });
      const work = perform(deed, vmid, by).finally(() => underWay.delete(vmid));
      running.add(work);
      work
        .catch((error: unknown) => {
          if (!(error instanceof Refusal)) onProblem(`${deed} of VMID ${vmid}: ${messageOf(error)}`);
        })
        .finally(() => running.delete(work));
      const done = await patiently(work, patienceMs);
      if (done !== undefined) return done;
      throw new Refusal('E_GUEST_TOOL', `${deed} of VMID ${vmid} still goes on`, {
        hint: 'what comes of it will stand in the ledger: felhom ledger show',
      });
    },
    tidy: async () => {
      for (const entry of unsaid.splice(0)) await say(entry);
    },
    trouble: () => (unsaid.length === 0 ? undefined : 'what became of a guest could not be written yet'),
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(running);
    },
  };
}

/** What Proxmox said, or that it did not end. */
function failureOf(result: ToolResult): string | undefined {
  switch (result.state) {
    case 'ended':
      return result.code === 0 ? undefined : saidBy(result.stderr, result.code);
    case 'missing':
      return 'there is no such program';
    case 'no-permission':
      return 'it may not be run';
    case 'timeout':
      return 'it did not end in time, and was given up';
    case 'too-large':
      return 'it said too much, and was given up';
    case 'failed':
      return makeHarmless(result.detail, MAX_SAID);
  }
}

/** The last line is the error; warnings come before it. */
function saidBy(stderr: string, code: number): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const said = lines.slice(-3).join('; ');
  return makeHarmless(said === '' ? `it ended with ${code}` : said, MAX_SAID);
}
