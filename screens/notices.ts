// What happens once (a disk was plugged in, an operation ended) is announced wherever the person is.
import { isTextKey, type Text } from '../src/base/texts/text.ts';
import type { Notice } from '../src/contracts/routes.ts';
import { listFlagged } from './disks/row.ts';
import { isInspected, reasonOf } from './disks/signals.ts';
import type { Model } from './draw/model.ts';
import type { Session } from './session.ts';

/** What came of the person's own action is left to be read for so long. */
const OUTCOME_MS = 5000;

/** Gives back how to stop listening. */
export function announceNotices(session: Session): () => void {
  const { shown, view } = session.console;
  const waiting: { timer?: NodeJS.Timeout } = {};
  const announce = (notice: Notice) => {
    clearTimeout(waiting.timer);
    const { toast } = view.getState();
    const leftMs = toast?.kind === 'outcome' ? toast.at + OUTCOME_MS - session.now() : 0;
    if (leftMs > 0) {
      waiting.timer = setTimeout(() => announce(notice), Math.min(leftMs, OUTCOME_MS));
      return;
    }
    const text = tellNotice(session.model(), notice);
    view.setState({ toast: { text, at: session.now(), kind: 'announced' } });
  };
  const unsubscribe = shown.subscribe(({ notice }, before) => {
    if (notice !== undefined && notice !== before.notice) announce(notice);
  });
  return () => {
    clearTimeout(waiting.timer);
    unsubscribe();
  };
}

/** What came of it stands before what the disk is called: a narrow terminal cuts the end. */
function tellNotice(model: Model, notice: Notice): string {
  const { outcome, detail } = tellOutcome(model, notice);
  const words = [tellKind(model.text, notice.kind), notice.subject, outcome, detail];
  return words.filter((part) => part !== '').join(' – ');
}

function tellOutcome(
  model: Model,
  { kind, subject, detail }: Notice,
): { readonly outcome: string; readonly detail: string } {
  const { text } = model;
  // The new flag comes with the next facts: what the scan found is in its last word.
  const [, rest = detail, found = ''] = /^(.*), ([a-z-]+)$/s.exec(detail) ?? [];
  const key = `zero-scan.${found}`;
  if (kind === 'scan-ended' && isTextKey(key)) return { outcome: text(key), detail: rest };
  const device = listFlagged(model).find(({ name }) => name === subject);
  if (kind !== 'disk-plugged' || device === undefined || !isInspected(device, model)) {
    return { outcome: '', detail };
  }
  return { outcome: `${text(`verdict.${device.verdict}`)}: ${reasonOf(device, model)}`, detail };
}

/** A newer agent may announce what this version has no words for. */
function tellKind(text: Text, kind: string): string {
  const key = `notice.${kind}`;
  return isTextKey(key) ? text(key) : kind;
}
