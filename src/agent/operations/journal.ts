// What the journal of a run tells after a crash: pure. A line stands in it before its stage begins, so
// a line that was torn off is a stage that never began.
import type { FormatStage } from '../../contracts/facts/operations.ts';
import { journalLine, type JournalLine } from '../../contracts/stored-operation.ts';

export type JournalTold = {
  readonly stage: FormatStage | null;
  /** Whether a byte of the device may have been written; any doubt says yes. */
  readonly dirty: boolean;
  readonly loops: readonly string[];
  readonly end: Extract<JournalLine, { end: unknown }> | undefined;
  /** What was wrong with the journal itself. */
  readonly remarks: readonly string[];
};

export function readJournal(text: string): JournalTold {
  let told: JournalTold = { stage: null, dirty: false, loops: [], end: undefined, remarks: [] };
  const pieces = text.split('\n').filter((line) => line !== '');
  for (const [index, piece] of pieces.entries()) {
    const line = readLine(piece);
    if (line !== undefined) told = { ...told, ...take(told, line) };
    else if (index === pieces.length - 1) {
      told = {
        ...told,
        remarks: [...told.remarks, 'its last line was torn off: what it announced never began'],
      };
    } else {
      told = { ...told, dirty: true, remarks: [...told.remarks, `line ${index + 1} is not understood`] };
    }
  }
  return told;
}

/** Nothing is known of a run whose journal is gone: it may have written. */
export const journalLost = (why: string): JournalTold => ({
  stage: null,
  dirty: true,
  loops: [],
  end: undefined,
  remarks: [`there is no journal (${why})`],
});

function take(told: JournalTold, line: JournalLine): Partial<JournalTold> {
  if ('loop' in line) return { loops: [...told.loops, line.loop] };
  const dirty = told.dirty || line.dirty;
  return 'stage' in line ? { stage: line.stage, dirty } : { end: line, dirty };
}

function readLine(piece: string): JournalLine | undefined {
  try {
    const line = journalLine.safeParse(JSON.parse(piece));
    return line.success ? line.data : undefined;
  } catch {
    return undefined;
  }
}
