// Operations as the routes know them: asked for, confirmed, denied, run, cancelled, listed.
import type { Clock } from '../../base/clock.ts';
import { randomHex, randomUuid } from '../../base/digest.ts';
import { messageOf } from '../../base/errors.ts';
import { createInTurn } from '../../base/in-turn.ts';
import { PENDING_SIGNATURE, type FormatRefused } from '../../contracts/api-error.ts';
import {
  FORMAT_TYPES,
  type FormatType,
  type Operation,
  type Requester,
} from '../../contracts/facts/operations.ts';
import type { Notice } from '../../contracts/routes.ts';
import type { ClockMark } from '../clock-mark.ts';
import { Refusal } from '../handler.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { decideFormat, type FormatDecision, type Grants } from './decide-format.ts';
import { judgeDisk } from './judge-disk.ts';
import { createLookAtDisk, type SeenDisk } from './look-at-disk.ts';
import { createOperationBook } from './operation-book.ts';
import { createOperationStore } from './operation-store.ts';
import type { DiskPorts } from './ports.ts';
import { recoverOperations } from './recover.ts';
import { createRunner } from './runner.ts';

const LIFETIME_MS = 7 * 24 * 3_600_000;
const TIDY_EVERY_MS = 10_000;

export type FormatRequest = {
  readonly device: string;
  readonly fstype: string;
  readonly word: string | undefined;
  readonly by: Requester;
  readonly signal: AbortSignal;
};

export type Operations = {
  /** 202 with the operation, or a refusal. */
  readonly requestFormat: (request: FormatRequest) => Promise<Operation>;
  readonly list: () => readonly Operation[];
  readonly find: (id: string) => Operation | undefined;
  readonly confirm: (id: string, answer: Answer) => Promise<Operation>;
  readonly deny: (id: string, by: Requester) => Promise<Operation>;
  readonly run: (id: string, answer: Answer) => Promise<Operation>;
  readonly cancel: (id: string, by: Requester) => Promise<Operation>;
  /** Ends what has expired and writes what could not be written; goes by itself every ten seconds. */
  readonly tidy: () => Promise<void>;
  /** What could not be written yet, or nothing. */
  readonly trouble: () => string | undefined;
  readonly stop: () => Promise<void>;
};
export type Answer = {
  readonly by: Requester;
  readonly word: string | undefined;
  readonly signal: AbortSignal;
};

export type OperationsOptions = {
  readonly stateFolder: string;
  readonly hostScope: string;
  readonly allowLoop: boolean;
  readonly disks: DiskPorts;
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Clock;
  readonly mark: ClockMark;
  readonly readGrants: () => Promise<Grants>;
  readonly onChange: () => void;
  readonly onNotice: (notice: Notice, vmid?: number) => void;
  readonly onProblem: (problem: string) => void;
};

/** Reads what is there, and tells what the last life of the agent left. */
export async function openOperations(options: OperationsOptions): Promise<Operations> {
  const { clock, mark, onChange, onProblem, disks } = options;
  const store = createOperationStore(options.stateFolder);
  const { stored, problems } = await store.load();
  for (const problem of problems) onProblem(problem);
  const book = createOperationBook({
    stored,
    store,
    ledger: options.ledger,
    clock,
    mark,
    onChange,
    onProblem,
  });
  await recoverOperations({ book, store, cleanUp: disks.cleanUp, onProblem });

  const inTurn = createInTurn();
  const lookAtDisk = createLookAtDisk(disks);
  /** Grants that cannot be read are none. */
  const readGrants = async (): Promise<Grants> =>
    options.readGrants().catch((error: unknown) => {
      onProblem(`grants cannot be read, so none holds: ${messageOf(error)}`);
      return {};
    });
  const runner = createRunner({
    book,
    store,
    inTurn,
    lookAtDisk,
    runFormat: disks.runFormat,
    allowLoop: options.allowLoop,
    readGrants,
    clock,
    mark,
    onChange,
    onEnd: ({ id, state, durable_id, requested_by }) => {
      const notice: Notice = {
        kind: 'operation-ended',
        at: clock.now(),
        subject: id,
        detail: `${state}: ${durable_id}`,
      };
      const { door, vmid } = requested_by;
      if (door === 'guest' && vmid !== null) options.onNotice(notice, vmid);
      else options.onNotice(notice);
    },
    onProblem,
  });
  const shown = (operation: Operation): Operation => ({
    ...operation,
    progress: operation.state === 'claimed' ? runner.progressOf(operation.id) : null,
  });
  const known = (id: string): Operation => {
    const operation = book.find(id)?.operation;
    if (operation === undefined) throw new Refusal('E_NO_SUCH', 'there is no such operation');
    return operation;
  };
  const startWithoutWaiting = (id: string, by: Requester): void => {
    runner.run(id, by).catch((error: unknown) => {
      onProblem(`operation ${id} was approved and did not begin: ${messageOf(error)}`);
    });
  };

  const requestFormat = async ({ device, fstype, word, by, signal }: FormatRequest): Promise<Operation> => {
    const type = formatTypeOf(fstype);
    const seen = await lookAtDisk(device, signal);
    const grants = by.door === 'guest' ? await readGrants() : {};
    const { operation, next } = await inTurn(async () => {
      await book.tidy();
      const decision = decideFormat({
        ...seen,
        fstype: type,
        by,
        word,
        grants,
        operations: book.all(),
        starting: runner.starting(),
      });
      return accept(decision, seen, { fstype: type, by });
    });
    if (next === 'signature') throw pendingSignature(operation);
    if (next !== 'confirm') startWithoutWaiting(operation.id, by);
    return shown(operation);
  };

  const accept = async (
    decision: FormatDecision,
    { examined }: SeenDisk,
    { fstype, by }: { readonly fstype: FormatType; readonly by: Requester },
  ) => {
    if (decision.kind === 'refuse') {
      throw new Refusal(
        decision.code,
        decision.message,
        decision.hint === undefined ? {} : { hint: decision.hint },
      );
    }
    const { judged, same, supersede, invalidate, next } = decision;
    const runs = next === 'run-granted' || next === 'run-confirmed';
    if (runs) mark.demandForward();
    const { identity, flag } = judged;
    const described = {
      data_bearing: flag.data_bearing,
      verdict: flag.verdict,
      reason: flag.reason,
      signals: flag.signals,
      disk: examined.disk,
      confirm_word: examined.confirm_word,
      device: examined.device.path,
    };
    const now = clock.now();
    let operation =
      same ??
      (await book.add({
        version: 1,
        identity,
        operation: {
          id: `op_${randomHex(12)}`,
          op: 'storage_wipe',
          state: 'pending',
          host_scope: options.hostScope,
          durable_id: identity.durable_id,
          fstype,
          fs_uuid: randomUuid(),
          ...described,
          facts_sha256: examined.facts_sha256,
          requested_by: by,
          approved_by: null,
          created: now,
          updated: now,
          expires: mark.now() + LIFETIME_MS,
          stage: null,
          dirty: false,
          progress: null,
          ended: null,
        },
      }));
    // The new one stands, so these cannot be refused any more.
    for (const { id } of invalidate) {
      const detail = 'the disk is not as it was when this was asked for; nothing was written';
      await book.tell(id, { event: 'invalidate', by: null, ended: { code: 'E_DEVICE_CHANGED', detail } });
    }
    for (const { id } of supersede) {
      const detail = `a newer one was asked for on the host: ${operation.id}`;
      await book.tell(id, { event: 'supersede', by, ended: { code: null, detail } });
    }
    if (same !== undefined && differs(same, described)) {
      operation = await book.describe({
        version: 1,
        identity,
        operation: { ...same, ...described, updated: now },
      });
    }
    if (operation.state === 'approved' && judged.kind === 'bears') {
      operation = await book.change(operation.id, {
        event: 'lose-approval',
        by: null,
        patch: { approved_by: null },
      });
    }
    if (operation.state === 'pending' && runs) {
      const how = next === 'run-granted' ? 'grant' : 'confirm';
      operation = await book.change(operation.id, {
        event: 'approve',
        by,
        patch: { approved_by: { how, at: now, by } },
      });
    }
    return { operation, next };
  };

  const confirm = async (id: string, { by, word, signal }: Answer): Promise<Operation> => {
    const asked = known(id);
    demandWord(asked, word, true);
    demandState(asked, 'pending', 'confirmed');
    mark.demandForward();
    const { examined } = await lookAtDisk(asked.durable_id, signal);
    await inTurn(async () => {
      await book.tidy();
      demandState(known(id), 'pending', 'confirmed');
      const judged = judgeDisk(examined, book.all());
      if (judged.kind === 'barred') {
        throw new Refusal('E_DEVICE_BARRED', `no operation is possible: ${judged.reason}`);
      }
      if (examined.facts_sha256 !== asked.facts_sha256) {
        const detail = 'the disk is not as it was when this was asked for; nothing was written';
        await book.change(id, { event: 'invalidate', by: null, ended: { code: 'E_DEVICE_CHANGED', detail } });
        throw new Refusal('E_OP_STATE', `${detail}: the operation is invalid`, { hint: 'ask for it again' });
      }
      if (judged.kind === 'bears') {
        throw judged.held
          ? new Refusal('E_DEVICE_HELD', `${judged.flag.reason}: release it, then confirm again`)
          : new Refusal(
              'E_PENDING_SIGNATURE',
              `${judged.flag.reason}: a word does not do, this needs a signature`,
            );
      }
      mark.demandForward();
      await book.change(id, {
        event: 'approve',
        by,
        patch: { approved_by: { how: 'confirm', at: clock.now(), by } },
      });
    });
    return shown(await runner.run(id, by));
  };

  const deny = async (id: string, by: Requester): Promise<Operation> => {
    const denied = await inTurn(async () => {
      known(id);
      return book.change(id, { event: 'deny', by, ended: { code: null, detail: '' } });
    });
    // It may just be starting: it is not let through any more, and need not go on.
    if (runner.isRunning(id)) runner.cancel(id, by);
    return shown(denied);
  };

  const run = async (id: string, { by, word }: Answer): Promise<Operation> => {
    demandWord(known(id), word, false);
    return shown(await runner.run(id, by));
  };

  const cancel = async (id: string, by: Requester): Promise<Operation> => {
    const { state } = known(id);
    if (!runner.isRunning(id)) {
      throw new Refusal(
        'E_OP_STATE',
        `the operation is ${state}: only one that runs can be cancelled`,
        state === 'pending' || state === 'approved' ? { hint: 'to be rid of it, deny it' } : {},
      );
    }
    runner.cancel(id, by);
    return shown(known(id));
  };

  const tidy = async (): Promise<void> => {
    await mark.raise();
    await inTurn(book.tidy);
    runner.watch();
  };
  const timer = setInterval(() => void tidy(), TIDY_EVERY_MS);
  timer.unref();

  return {
    requestFormat,
    list: () => book.all().map(shown),
    find: (id) => {
      const operation = book.find(id)?.operation;
      return operation === undefined ? undefined : shown(operation);
    },
    confirm,
    deny,
    run,
    cancel,
    tidy,
    trouble: () => {
      const count = book.unwritten();
      return count === 0 ? undefined : `what became of ${count} operations could not be written yet`;
    },
    stop: async () => {
      clearInterval(timer);
      await runner.stop();
    },
  };
}

function formatTypeOf(fstype: string): FormatType {
  const type = FORMAT_TYPES.find((one) => one === fstype);
  if (type !== undefined) return type;
  throw new Refusal('E_FSTYPE', `${JSON.stringify(fstype)} cannot be made here`, {
    hint: `possible are: ${FORMAT_TYPES.join(', ')}`,
  });
}

function demandWord({ confirm_word, device }: Operation, word: string | undefined, needed: boolean): void {
  if (!needed && word === undefined) return;
  if (confirm_word !== '' && word === confirm_word) return;
  throw new Refusal(
    'E_WORD',
    word === undefined ? 'a typed word is needed' : 'the typed word is not that of this disk',
    { hint: `type the end of the serial number (or of the durable id) of ${device}` },
  );
}

function demandState({ state }: Operation, needed: Operation['state'], verb: string): void {
  if (state === needed) return;
  throw new Refusal(
    'E_OP_STATE',
    `the operation is ${state}: only a ${needed} one can be ${verb}`,
    state === 'approved' ? { hint: 'it is confirmed already: run it' } : {},
  );
}

const differs = (operation: Operation, described: Partial<Operation>): boolean =>
  JSON.stringify({ ...operation, ...described }) !== JSON.stringify(operation);

/** The body that callers know: nothing was touched, and this is what would have to be signed. */
function pendingSignature({ id, op, host_scope, durable_id, fstype, reason }: Operation): Refusal {
  const extra: Omit<FormatRefused, 'error' | 'code' | 'hint'> = {
    formatted: false,
    data_bearing: true,
    reason,
    pending_op: { op, host_scope, durable_id, fstype, id },
  };
  return new Refusal('E_PENDING_SIGNATURE', PENDING_SIGNATURE, { extra });
}
