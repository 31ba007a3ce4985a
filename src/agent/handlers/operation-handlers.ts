// The routes about operations: a thin door to them. Guests see and ask only what is theirs.
import type { Clock } from '../../base/clock.ts';
import type { Operation } from '../../contracts/facts/operations.ts';
import { operationAsSeenBy } from '../for-guest.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { type Caller, type Handlers } from '../handler.ts';
import type { Operations } from '../operations/operations.ts';
import { isVisible, requesterOf } from '../requester.ts';

/** They are pushed when they change; this is how often who polls should. */
export const OPERATIONS_EVERY_S = 2;

type OperationRoute =
  | 'formatDisk'
  | 'operations'
  | 'operation'
  | 'confirmOperation'
  | 'denyOperation'
  | 'runOperation'
  | 'cancelOperation';

export function createOperationHandlers({
  operations,
  clock,
}: {
  readonly operations: Operations;
  readonly clock: Clock;
}): Pick<Handlers, OperationRoute> {
  return {
    formatDisk: async ({ caller, body, signal }) => {
      const { vmid, device, fstype, name, confirm } = body;
      if (caller.kind === 'guest' && vmid !== undefined && vmid !== caller.vmid) {
        throw new Refusal('E_FORBIDDEN', `the token belongs to VMID ${caller.vmid}, not to ${vmid}`);
      }
      const by = requesterOf(caller, { vmid, name });
      const word = caller.kind === 'guest' ? undefined : confirm;
      const operation = await operations.requestFormat({ device, fstype, word, by, signal });
      return {
        formatted: false,
        data_bearing: operation.data_bearing,
        operation: operationAsSeenBy(caller, operation),
      };
    },
    operations: async ({ caller }) => ({
      at: clock.now(),
      every_s: OPERATIONS_EVERY_S,
      operations: operations
        .list()
        .filter((operation) => isVisible(caller, operation))
        .map((operation) => operationAsSeenBy(caller, operation)),
    }),
    operation: async ({ caller, params }) => ({ operation: visible(operations, caller, params.id) }),
    confirmOperation: async ({ caller, params, body, signal }) => {
      const by = requesterOf(caller, body);
      visible(operations, caller, params.id);
      return { operation: await operations.confirm(params.id, { by, word: body.confirm, signal }) };
    },
    denyOperation: async ({ caller, params, body }) => {
      const by = requesterOf(caller, body);
      visible(operations, caller, params.id);
      return { operation: await operations.deny(params.id, by) };
    },
    runOperation: async ({ caller, params, body, signal }) => {
      const by = requesterOf(caller, body);
      visible(operations, caller, params.id);
      return { operation: await operations.run(params.id, { by, word: body.confirm, signal }) };
    },
    cancelOperation: async ({ caller, params, body }) => {
      const by = requesterOf(caller, body);
      visible(operations, caller, params.id);
      return { operation: await operations.cancel(params.id, by) };
    },
  };
}

/** What is another's is not there: its very id tells nothing. */
function visible(operations: Operations, caller: Caller, id: string): Operation {
  const operation = operations.find(id);
  if (operation !== undefined && isVisible(caller, operation)) return operationAsSeenBy(caller, operation);
  throw new Refusal('E_NO_SUCH', 'there is no such operation', { hint: 'list again what there is' });
}
