// The routes about signatures: the bytes to be signed, what was signed, who may sign, and which installation
// this is. Guests have none of them.
import type { Clock } from '../../base/clock.ts';
import type { Handlers } from '../handler.ts';
import type { Installation } from '../installation.ts';
import type { Operations } from '../operations/operations.ts';
import type { Trust } from '../../signing/read-trust.ts';
import { hostRequesterOf } from '../requester.ts';

const SIGNERS_EVERY_S = 10;

type SigningRoute = 'bytesOperation' | 'submitOperation' | 'signers' | 'acceptInstall';

export function createSigningHandlers({
  operations,
  installation,
  lookAtSigners,
  clock,
}: {
  readonly operations: Pick<Operations, 'bytes' | 'submit'>;
  readonly installation: Pick<Installation, 'accept'>;
  readonly lookAtSigners: () => Promise<Trust>;
  readonly clock: Clock;
}): Pick<Handlers, SigningRoute> {
  return {
    bytesOperation: async ({ caller, params, body, signal }) => {
      const { offline, wipe, renew = false } = body;
      const by = hostRequesterOf(caller, body);
      return operations.bytes(params.id, { by, offline, wipe, renew, signal });
    },
    submitOperation: async ({ caller, params, body }) =>
      operations.submit(params.id, { by: hostRequesterOf(caller, body), signature: body.signature }),
    signers: async () => ({
      at: clock.now(),
      every_s: SIGNERS_EVERY_S,
      signers: (await lookAtSigners()).told,
    }),
    acceptInstall: async ({ caller, body }) => ({
      install: await installation.accept(hostRequesterOf(caller, body)),
    }),
  };
}
