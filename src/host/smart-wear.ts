// How much of an SSD's life is used, from the several places where makers put it.
import type { AtaAttribute, SmartAnswer } from './smart-answer.ts';

/** ATA attributes that count a life down from 100. The number alone says little: makers reuse them. */
const LIFE_LEFT = [
  { id: 231, name: /life/i, rawToo: true },
  { id: 169, name: /remain|life/i, rawToo: true },
  { id: 202, name: /life/i, rawToo: false },
  { id: 233, name: /wearout/i, rawToo: false },
  { id: 177, name: /wear/i, rawToo: false },
  { id: 173, name: /wear|erase/i, rawToo: false },
] as const;

/** 0 new to 100 worn out; more is possible. Nothing for spinning disks and where nobody tells. */
export function wearPercent(answer: SmartAnswer, attributes: readonly AtaAttribute[]): number | undefined {
  const direct =
    answer.nvme_smart_health_information_log?.percentage_used ??
    answer.endurance_used?.current_percent ??
    answer.scsi_percentage_used_endurance_indicator;
  if (direct !== undefined) return direct;
  if (answer.rotation_rate !== undefined && answer.rotation_rate > 0) return undefined;
  for (const { id, name, rawToo } of LIFE_LEFT) {
    const attribute = attributes.find((each) => each.id === id && name.test(each.name ?? ''));
    // Some makers keep the normalised value at 100 and count in the raw one.
    const raw = rawToo ? attribute?.raw?.value : undefined;
    const left = [attribute?.value, raw].filter((value) => value !== undefined && value <= 100);
    const least = left.reduce<number | undefined>(
      (lowest, value) => (lowest === undefined || (value !== undefined && value < lowest) ? value : lowest),
      undefined,
    );
    if (least !== undefined) return 100 - least;
  }
  return undefined;
}
