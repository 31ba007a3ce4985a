// What happens once (a disk was plugged in, an operation ended) is announced wherever the person is.
import { isTextKey, type Text } from '../src/base/texts/text.ts';
import type { Notice } from '../src/contracts/routes.ts';
import { listFlagged } from './disks/row.ts';
import { reasonOf } from './disks/signals.ts';
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

/** With the flag of a disk, where it is known already. */
function tellNotice(model: Model, { kind, subject, detail }: Notice): string {
  const { text } = model;
  const words = [tellKind(text, kind), subject, detail].filter((part) => part !== '').join(' – ');
  if (kind !== 'disk-plugged' && kind !== 'scan-ended') return words;
  const device = listFlagged(model).find(({ name }) => name === subject);
  return device === undefined
    ? words
    : `${words} – ${text(`verdict.${device.verdict}`)}: ${reasonOf(device, model)}`;
}

/** A newer agent may announce what this version has no words for. */
function tellKind(text: Text, kind: string): string {
  const key = `notice.${kind}`;
  return isTextKey(key) ? text(key) : kind;
}
