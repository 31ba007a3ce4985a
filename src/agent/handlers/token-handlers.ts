// The routes about guests' tokens. A secret leaves once, in the answer to who had it minted.
import { messageOf } from '../../base/errors.ts';
import type { Clock } from '../../base/clock.ts';
import type { ClockMark } from '../clock-mark.ts';
import { Refusal } from '../../daemon/refusal.ts';
import { type Handlers } from '../handler.ts';
import { createInTurn } from '../../base/in-turn.ts';
import type { Ledger } from '../../daemon/ledger/ledger.ts';
import { requesterOf } from '../requester.ts';
import { prepareToken, type TokenLog } from '../tokens/token-log.ts';

/** A guest needs one, and a second while it is exchanged; who wants more has lost some. */
const MAX_VALID = 8;

export function createTokenHandlers({
  tokens,
  ledger,
  clock,
  mark,
  onChange,
}: {
  readonly tokens: TokenLog;
  readonly ledger: Pick<Ledger, 'record'>;
  readonly clock: Clock;
  readonly mark: ClockMark;
  /** How many tokens each guest has is a fact about guests. */
  readonly onChange: () => void;
}): Pick<Handlers, 'tokens' | 'mintToken' | 'revokeToken'> {
  const inTurn = createInTurn();

  return {
    tokens: async () => ({ tokens: [...tokens.list()] }),
    mintToken: async ({ caller, body }) =>
      inTurn(async () => {
        const { vmid, name } = body;
        const by = requesterOf(caller, { name });
        mark.demandForward();
        tokens.demandUsable();
        const valid = tokens.countValid(vmid);
        if (valid >= MAX_VALID) {
          throw new Refusal('E_OP_LIMIT', `VMID ${vmid} has ${valid} valid tokens already`, {
            hint: 'revoke those that are not used: felhom tokens list, felhom tokens revoke ID',
          });
        }
        const prepared = prepareToken(vmid, clock);
        // First the ledger: a token that nobody can be asked about must not exist.
        await ledger.record({ what: 'token.minted', by, subject: prepared.id, detail: { vmid } });
        try {
          await tokens.mint(prepared);
        } catch (error) {
          await ledger
            .record({ what: 'token.not-minted', by: null, subject: prepared.id, detail: { vmid } })
            .catch(() => {});
          throw error;
        }
        onChange();
        return { id: prepared.id, vmid, token: prepared.secret };
      }),
    revokeToken: async ({ caller, body }) =>
      inTurn(async () => {
        const { id, vmid, name } = body;
        const by = requesterOf(caller, { name });
        if (id === undefined && vmid === undefined) {
          throw new Refusal('E_BAD_REQUEST', 'which token: an id or a vmid is needed');
        }
        const meant = tokens
          .list()
          .filter(
            (token) => (id === undefined || token.id === id) && (vmid === undefined || token.vmid === vmid),
          );
        if (meant.length === 0) throw new Refusal('E_NO_SUCH', 'there is no such token');
        const valid = meant.filter(({ revoked }) => revoked === null);
        if (valid.length === 0) return { revoked: [] };
        // First the token: whatever else fails, it must not work any more.
        await tokens.revoke(valid);
        onChange();
        for (const token of valid) {
          await record(ledger, {
            what: 'token.revoked',
            by,
            subject: token.id,
            detail: { vmid: token.vmid },
          });
        }
        return { revoked: valid.map((token) => token.id) };
      }),
  };
}

async function record(ledger: Pick<Ledger, 'record'>, entry: Parameters<Ledger['record']>[0]): Promise<void> {
  try {
    await ledger.record(entry);
  } catch (error) {
    throw new Refusal(
      'E_STORE',
      `revoked, and works no more; the ledger does not know of it: ${messageOf(error)}`,
      {
        hint: 'make room on the disk of the state folder',
        cause: error,
      },
    );
  }
}
