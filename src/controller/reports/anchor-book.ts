// The newest records of the agent's ledger, as it handed them out with each report: kept here, out of the host's
// reach, they show later whether its ledger was cut or written anew.
import { messageOf } from '../../base/errors.ts';
import { readPrivateFile } from '../../base/read-private-file.ts';
import { writeFileWhole } from '../../base/write-file.ts';
import { parseJson } from '../../base/parse-json.ts';
import type { LedgerAnchor } from '../../contracts/facts/ledger.ts';
import { storedAnchors, type StoredAnchors } from '../../contracts/stored-anchors.ts';
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
      const text = await readPrivateFile(path);
      const stored = storedAnchors.safeParse(text === undefined ? undefined : parseJson(text));
      if (text !== undefined && !stored.success)
        log.warn({ path }, 'records of the agent are not understood');
      return stored.data ?? { told: '', anchors: [] };
    } catch (error) {
      log.warn({ path, err: messageOf(error) }, 'records of the agent cannot be read');
      return { told: '', anchors: [] };
    }
  };
  let book: StoredAnchors = await read();
  const store = async (next: StoredAnchors) => {
    book = next;
    await writeFileWhole(path, `${JSON.stringify(next)}\n`).catch((error: unknown) =>
      // The report has arrived all the same, and the next record is kept again.
      log.warn({ path, err: messageOf(error) }, 'records of the agent cannot be kept'),
    );
  };
  return {
    problem: () => (book.cut === undefined ? undefined : ledgerCut(book.cut, path)),
    keep: async (anchor, told) => {
      const { anchors, cut }: StoredAnchors = book.told === told ? book : { told, anchors: [] };
      // What was kept before is the evidence: a ledger that has grown again since does not end it.
      if (cut !== undefined) return;
      const why = contradicts(anchors, anchor);
      if (why !== undefined) {
        log.error({ n: anchor.n }, why);
        await store({ told, anchors, cut: why });
        return;
      }
      if (book.told === told && anchors.at(-1)?.n === anchor.n) return;
      await store({ told, anchors: [...anchors, anchor].slice(-KEPT) });
    },
  };
}

const ledgerCut = (why: string, path: string): PlanIssue => ({
  code: 'agent-ledger-cut',
  level: 'warn',
  subject: 'agent',
  text: "The ledger of the host's agent is not the one that it was",
  hint: `${why}. See felhom ledger verify on the host; when its cause is known, remove ${path} and start the controller anew.`,
  healsItself: false,
});

function contradicts(anchors: readonly LedgerAnchor[], now: LedgerAnchor): string | undefined {
  const last = anchors.at(-1);
  if (last !== undefined && now.n < last.n) return `it has ${now.n} records, and had ${last.n}`;
  const same = anchors.find(({ n }) => n === now.n);
  return same === undefined || same.hash === now.hash ? undefined : `its record ${now.n} is another one`;
}
