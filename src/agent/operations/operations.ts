// Operations as the routes know them: asked for, confirmed, denied, run, cancelled, listed.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { createInTurn } from '../../base/in-turn.ts';
import {
  FORMAT_TYPES,
  type FormatType,
  type Operation,
  type Requester,
} from '../../contracts/facts/operations.ts';
import type { Notice } from '../../contracts/routes.ts';
import type { ClockMark } from '../clock-mark.ts';
import { Refusal } from '../../daemon/refusal.ts';
import type { Installation } from '../installation.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import { createRateGate } from '../../daemon/rate-gate.ts';
import { acceptFormat, pendingSignature } from './accept-format.ts';
import { confirmOperation, demandWord, type Answer } from './confirm-operation.ts';
import { decideFormat, type Grants } from './decide-format.ts';
import { createLookAtDisk } from './look-at-disk.ts';
import { makeBytes, type BytesWish, type MadeBytes } from './make-bytes.ts';
import { createOperationBook } from './operation-book.ts';
import { createOperationStore } from './operation-store.ts';
import type { DiskPorts } from './ports.ts';
import type { Said } from './read-said.ts';
import { recoverOperations } from './recover.ts';
import { createRunner } from './runner.ts';
import { submitSignature, SUBMISSIONS, type Submission, type Submitted } from './submit-signature.ts';
import type { TrustPorts } from './trust-ports.ts';

const TIDY_EVERY_MS = 10_000;
/** New ones of one guest: who can change a disk could otherwise ask anew without end, and fill the ledger. */
const NEW_OF_GUEST = { perS: 1 / 60, burst: 20 } as const;

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
  readonly bytes: (id: string, wish: BytesWish) => Promise<MadeBytes>;
  readonly submit: (id: string, submission: Submission) => Promise<Submitted>;
  readonly deny: (id: string, by: Requester) => Promise<Operation>;
  readonly run: (id: string, answer: Answer) => Promise<Operation>;
  readonly cancel: (id: string, by: Requester) => Promise<Operation>;
  /** Ends what has expired and writes what could not be written; goes by itself every ten seconds. */
  readonly tidy: () => Promise<void>;
  /** What could not be written yet, or nothing. */
  readonly trouble: () => string | undefined;
  readonly stop: () => Promise<void>;
};
export type OperationsOptions = {
  readonly stateFolder: string;
  readonly hostScope: string;
  readonly allowLoop: boolean;
  readonly disks: DiskPorts;
  readonly installation: Pick<Installation, 'demand' | 'look'>;
  readonly trust: TrustPorts;
  /** What the ledger said of each at the start. */
  readonly said: ReadonlyMap<string, Said>;
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
  await recoverOperations({
    book,
    store,
    said: options.said,
    cleanUp: disks.cleanUp,
    onProblem,
  });

  const inTurn = createInTurn();
  const lookAtDisk = createLookAtDisk(disks);
  /** Grants that cannot be read are none. */
  const readGrants = async (): Promise<Grants> =>
    options.readGrants().catch((error: unknown) => {
      onProblem(`grants cannot be read, so none holds: ${messageOf(error)}`);
      return {};
    });
  const tools = {
    hostScope: options.hostScope,
    installation: options.installation,
    trust: options.trust,
    book,
    store,
    inTurn,
    lookAtDisk,
    allowLoop: options.allowLoop,
    readGrants,
    clock,
    mark,
    onChange,
    onEnd: ({ id, state, durable_id, requested_by }: Operation) => {
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
  };
  const runner = createRunner(disks.runFormat, tools);
  const submissions = createRateGate(SUBMISSIONS, clock);
  const newOfGuests = createRateGate(NEW_OF_GUEST, clock);
  const shown = (operation: Operation): Operation => ({
    ...operation,
    progress: operation.state === 'claimed' ? runner.progressOf(operation.id) : null,
  });
  const startWithoutWaiting = (id: string, by: Requester): void => {
    runner.run(id, by, undefined).catch((error: unknown) => {
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
      if (by.door === 'guest' && decision.kind === 'accept' && decision.same === undefined) {
        const waitS = newOfGuests.take(String(by.vmid));
        if (waitS > 0) {
          throw new Refusal('E_RATE', 'too many operations were asked for anew', { retryAfterS: waitS });
        }
      }
      return acceptFormat(decision, { examined: seen.examined, fstype: type, by }, tools);
    });
    if (next === 'signature') throw pendingSignature(operation);
    if (next !== 'confirm' && next !== 'signed') startWithoutWaiting(operation.id, by);
    return shown(operation);
  };

  const deny = async (id: string, by: Requester): Promise<Operation> => {
    const denied = await inTurn(async () => {
      book.known(id);
      return book.change(id, { event: 'deny', by, ended: { code: null, detail: '' } });
    });
    // It may just be starting: it is not let through any more, and need not go on.
    if (runner.isRunning(id)) runner.cancel(id, by);
    return shown(denied);
  };

  const run = async (id: string, { by, word }: Answer): Promise<Operation> => {
    demandWord(book.known(id), word, false);
    return shown(await runner.run(id, by, word));
  };

  const cancel = async (id: string, by: Requester): Promise<Operation> => {
    const { state } = book.known(id);
    if (!runner.isRunning(id)) {
      throw new Refusal(
        'E_OP_STATE',
        `the operation is ${state}: only one that runs can be cancelled`,
        state === 'pending' || state === 'approved' ? { hint: 'to be rid of it, deny it' } : {},
      );
    }
    runner.cancel(id, by);
    return shown(book.known(id));
  };

  const tidy = async (): Promise<void> => {
    await mark.raise();
    await options.installation.look();
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
    confirm: async (id, answer) => {
      await confirmOperation(id, answer, tools);
      return shown(await runner.run(id, answer.by, answer.word));
    },
    bytes: async (id, wish) => makeBytes(id, wish, { ...tools, isStarting: runner.isRunning }),
    submit: async (id, submission) => submitSignature(id, submission, { ...tools, submissions }),
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
