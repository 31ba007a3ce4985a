// The words of a disk's signal; of one that a newer agent knows and this program does not, its own name.
import { isTextKey, type Text, type TextKey } from './text.ts';

export function tellSignal(text: Text, id: string): string {
  const key = `signal.${id}`;
  return isTextKey(key) ? text(key) : id;
}

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
