// What happens once (a disk was plugged in, an operation ended) is announced wherever the person is.
import { isTextKey } from '../src/base/texts/tell.ts';
import type { Text } from '../src/base/texts/text.ts';
import type { Notice } from '../src/contracts/routes.ts';
import { listFlagged } from './disks/row.ts';
import { reasonOf } from './disks/signals.ts';
import type { Model } from './draw/model.ts';
import type { Session } from './session.ts';

/** Gives back how to stop listening. */
export function announceNotices(session: Session): () => void {
  const { shown, view } = session.console;
  return shown.subscribe(({ notice }, before) => {
    if (notice === undefined || notice === before.notice) return;
    view.setState({
      toast: { text: tellNotice(session.model(), notice), at: session.now(), kind: 'announced' },
    });
  });
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
