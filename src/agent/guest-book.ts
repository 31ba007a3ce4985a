// What the controllers of this host's guests last reported of themselves, one report a VMID, kept over
// restarts. Whose VMID it is has been decided before.
import type { Clock } from '../base/clock.ts';
import { errnoOf } from '../base/errors.ts';
import { createInTurn } from '../base/in-turn.ts';
import { readOwnFile } from '../base/read-own-file.ts';
import { writeFileWhole } from '../base/write-file.ts';
import { guestBook, type GuestEntry, type GuestReport } from '../contracts/facts/guests.ts';
import { storing } from '../daemon/store-failed.ts';

/** What says nothing new is written once in a while only. */
const WRITE_EVERY_MS = 60_000;

export type GuestBook = {
  readonly entries: () => ReadonlyMap<number, GuestEntry>;
  /** Gives back when it was received. Throws `E_STORE`; the last report then still stands. */
  readonly report: (vmid: number, report: GuestReport, address: string | null) => Promise<number>;
};

export async function openGuestBook({
  path,
  clock,
  onChange,
  onProblem,
}: {
  readonly path: string;
  readonly clock: Clock;
  readonly onChange: () => void;
  readonly onProblem: (problem: string) => void;
}): Promise<GuestBook> {
  const inTurn = createInTurn();
  const entries = new Map((await readBook(path, onProblem)).map((entry) => [entry.vmid, entry]));
  const written = new Map<number, number>();

  return {
    entries: () => entries,
    report: async (vmid, report, address) =>
      inTurn(async () => {
        const now = clock.now();
        const before = entries.get(vmid);
        const entry: GuestEntry = { vmid, report, reported: now, address };
        const news = before?.address !== address || JSON.stringify(before.report) !== JSON.stringify(report);
        if (news || Math.abs(now - (written.get(vmid) ?? 0)) >= WRITE_EVERY_MS) {
          const all = [...entries.values()].filter((other) => other.vmid !== vmid);
          await storing("the guests' reports", async () =>
            writeFileWhole(path, `${JSON.stringify({ guests: [...all, entry] })}\n`),
          );
          written.set(vmid, now);
        }
        entries.set(vmid, entry);
        onChange();
        return now;
      }),
  };
}

async function readBook(path: string, onProblem: (problem: string) => void): Promise<readonly GuestEntry[]> {
  try {
    const bytes = await readOwnFile(path);
    if (bytes === undefined) return [];
    const book = guestBook.safeParse(JSON.parse(bytes.toString('utf8')));
    if (book.success) return book.data.guests;
    onProblem(`${path} is not understood: guests are shown again once they report`);
  } catch (error) {
    onProblem(`${path}: ${errnoOf(error) ?? 'not understood'}`);
  }
  return [];
}
