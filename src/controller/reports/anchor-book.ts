// The newest records of the agent's ledger, as it handed them out with each report: kept here, out of the host's
// reach, they show later whether its ledger was cut or written anew.
import { messageOf } from '../../base/errors.ts';
import { readPrivateFile } from '../../base/read-private-file.ts';
import { writeFileWhole } from '../../base/write-file.ts';
import { parseJson } from '../../base/parse-json.ts';
import type { LedgerAnchor } from '../../contracts/facts/ledger.ts';
import { storedAnchors } from '../../contracts/stored-anchors.ts';
import type { Log } from '../../daemon/log.ts';
import type { PlanIssue } from '../plan/state.ts';

const KEPT = 8;

export type AnchorBook = {
  /** `told`: what this guest knows its agent by; another one is another agent, with a ledger of its own. */
  readonly keep: (anchor: LedgerAnchor, told: string) => Promise<void>;
  readonly problem: () => PlanIssue | undefined;
};

export async function openAnchorBook(path: string, log: Log): Promise<AnchorBook> {
  const read = async () => {
    try {
      const text = await readPrivateFile(path, { ownOnly: true });
      const stored = storedAnchors.safeParse(text === undefined ? undefined : parseJson(text));
      if (text !== undefined && !stored.success)
        log.warn({ path }, 'records of the agent are not understood');
      return stored.data ?? { told: '', anchors: [] };
    } catch (error) {
      log.warn({ path, err: messageOf(error) }, 'records of the agent cannot be read');
      return { told: '', anchors: [] };
    }
  };
  let book = await read();
  let problem: PlanIssue | undefined;
  return {
    problem: () => problem,
    keep: async (anchor, told) => {
      const anchors = book.told === told ? book.anchors : [];
      const why = contradicts(anchors, anchor);
      if (why !== undefined) {
        if (problem === undefined) log.error({ n: anchor.n }, why);
        problem = {
          code: 'agent-ledger-cut',
          level: 'warn',
          subject: 'agent',
          text: "The ledger of the host's agent is not the one that it was",
          hint: `${why}. See felhom ledger verify on the host.`,
          healsItself: false,
        };
        // What was kept before is the evidence.
        return;
      }
      problem = undefined;
      if (book.told === told && anchors.at(-1)?.n === anchor.n) return;
      const next = { told, anchors: [...anchors, anchor].slice(-KEPT) };
      book = next;
      await writeFileWhole(path, `${JSON.stringify(next)}\n`).catch((error: unknown) =>
        // The report has arrived all the same, and the next record is kept again.
        log.warn({ path, err: messageOf(error) }, 'records of the agent cannot be kept'),
      );
    },
  };
}

function contradicts(anchors: readonly LedgerAnchor[], now: LedgerAnchor): string | undefined {
  const last = anchors.at(-1);
  if (last !== undefined && now.n < last.n) return `it has ${now.n} records, and had ${last.n}`;
  const same = anchors.find(({ n }) => n === now.n);
  return same === undefined || same.hash === now.hash ? undefined : `its record ${now.n} is another one`;
}
