// What came of an operation that was asked for: prints it, waits for its end when that is wanted, and
// gives the exit code.
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT, type ExitCode } from '../base/errors.ts';
import { tellProgress } from '../base/texts/tell-operation.ts';
import type { Operation, OperationState } from '../contracts/facts/operations.ts';
import type { OpOutput } from '../contracts/outputs.ts';
import type { CallRoute } from '../contracts/source.ts';
import type { CommandContext } from './command.ts';
import { listOperation } from './operation-lines.ts';
import { printRows } from './print-rows.ts';

const ASK_EVERY_MS = 1000;
/** Progress for people who wait: not oftener than this. */
const TELL_EVERY_MS = 10_000;

/** What is still under way is no failure; what waits for somebody is not done. */
const EXITS = {
  pending: EXIT.refused,
  approved: EXIT.ok,
  claimed: EXIT.ok,
  done: EXIT.ok,
  denied: EXIT.refused,
  superseded: EXIT.refused,
  expired: EXIT.refused,
  invalid: EXIT.refused,
  failed: EXIT.failed,
  cancelled: EXIT.failed,
  interrupted: EXIT.failed,
} as const satisfies Record<OperationState, ExitCode>;

export function printOperation({ json, out, text }: CommandContext, operation: Operation): void {
  const document: OpOutput = { schema: 'felhom/op/1', operation };
  if (json) return out.json(document);
  printRows(out, listOperation(operation, text));
}

export async function finishOperation(
  context: CommandContext,
  call: CallRoute,
  asked: Operation,
  wanted: OperationState = 'done',
): Promise<ExitCode> {
  const operation = context.options['wait'] === true ? await waitForEnd(context, call, asked) : asked;
  printOperation(context, operation);
  return operation.state === wanted ? EXIT.ok : EXITS[operation.state];
}

async function waitForEnd(context: CommandContext, call: CallRoute, asked: Operation): Promise<Operation> {
  const { clock, err, text } = context;
  let operation = asked;
  let toldAt = clock.monotonic();
  while (operation.state === 'approved' || operation.state === 'claimed') {
    await sleep(ASK_EVERY_MS);
    ({ operation } = await call('operation', { params: { id: operation.id } }));
    if (operation.progress === null || clock.monotonic() - toldAt < TELL_EVERY_MS) continue;
    toldAt = clock.monotonic();
    const stage = operation.stage === null ? '' : `${text(`op.stage.${operation.stage}`)}: `;
    err.line(stage, tellProgress(text, operation.progress));
  }
  return operation;
}
