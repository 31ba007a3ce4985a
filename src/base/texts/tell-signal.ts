// The words of a disk's signal; of one that a newer agent knows and this program does not, its own name.
import { isTextKey, type Text, type TextKey } from './text.ts';

export function tellSignal(text: Text, id: string): string {
  const key = `signal.${id}`;
  return isTextKey(key) ? text(key) : id;
}

type Reasoned = {
  readonly verdict: string;
  readonly reason: string;
  readonly signals: readonly { readonly id: string; readonly detail: string }[];
};

/** Why a flag is as it is: the strongest signal in the person's language; what the agent says where there are no words. */
export function tellReason(text: Text, { verdict, reason, signals }: Reasoned): string {
  const [strongest] = signals;
  if (strongest === undefined) {
    if (verdict === 'blank_proven') return text('disks.blank');
    return verdict === 'unverified' && text.language !== 'en' ? text('disks.not-read') : reason;
  }
  const key = `signal.${strongest.id}`;
  const words = isTextKey(key) ? text(key) : reason;
  const detail = tellDetail(text, strongest.detail);
  return detail === '' || words.includes(detail) ? words : `${words}: ${detail}`;
}

/** The sentence of a flag in plain output: the agent's own in English, as scripts and reports quote it. */
export const tellWhy = (text: Text, reasoned: Reasoned): string =>
  text.language === 'en' ? reasoned.reason : tellReason(text, reasoned);

/** Details that are words and not names; whatever else a detail is, stands as it is. */
const DETAILS = [
  [/^at byte (?<offset>\d+)$/, 'signal-detail.at-byte'],
  [/^a partition table \((?<kind>[^()]*)\)$/, 'signal-detail.table'],
  [/^(?<kind>\w+), (?<count>\d+) partitions, sectors of (?<sector>\d+)$/, 'signal-detail.table-of'],
  [/^0 bytes$/, 'signal-detail.no-bytes'],
] as const satisfies readonly (readonly [RegExp, TextKey])[];

/** The detail in the person's language, where it is one of our sentences. */
export function tellDetail(text: Text, detail: string): string {
  for (const [form, key] of DETAILS) {
    const groups = form.exec(detail);
    if (groups !== null) return text(key, { ...groups.groups });
  }
  return detail;
}
