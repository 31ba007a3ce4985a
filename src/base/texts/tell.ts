// Puts a message (a text key and parameters, as the doctor's findings carry them) into words.
// The name of a parameter tells its unit, so that JSON keeps the number and people read `1.5 GiB`.
import {
  formatBytes,
  formatCelsius,
  formatDuration,
  formatMoment,
  formatNumber,
  formatShare,
} from '../units.ts';
import { isTextKey, type Language, type Text } from './text.ts';

export type TellableMessage = {
  readonly text: string;
  readonly params: Readonly<Record<string, string | number>>;
};

const BY_UNIT = {
  bytes: formatBytes,
  percent: (value, language) => formatShare(value / 100, language),
  celsius: formatCelsius,
  ms: formatDuration,
  hours: (value, language) => formatDuration(value * 3_600_000, language),
  at: formatMoment,
  number: (value, language) => formatNumber(value, Number.isInteger(value) ? 0 : 1, language),
} as const satisfies Record<string, (value: number, language: Language) => string>;

/** Parameters that name something of ours, which has words of its own. */
const BY_NAME = {
  code: (value) => `reason.${value}`,
  facts: (value) => `subject.${value}`,
  rule: (value) => `rule.${value}.title`,
} as const satisfies Record<string, (value: string) => string>;

/** Parameters may hold foreign text: what comes back still has to be made harmless where it is shown. */
export function tell(text: Text, message: TellableMessage): string {
  // A newer peer may say what this one has no words for.
  if (!isTextKey(message.text)) return message.text;
  const told: Record<string, string> = {};
  for (const [name, value] of Object.entries(message.params)) {
    told[name] =
      typeof value === 'string' ? nameIt(text, name, value) : BY_UNIT[unitOf(name)](value, text.language);
  }
  return text(message.text, told);
}

function nameIt(text: Text, name: string, value: string): string {
  const key = isNaming(name) ? BY_NAME[name](value) : '';
  return isTextKey(key) ? text(key) : value;
}

const isNaming = (name: string): name is keyof typeof BY_NAME => Object.hasOwn(BY_NAME, name);

function unitOf(name: string): keyof typeof BY_UNIT {
  const unit = name.slice(name.lastIndexOf('_') + 1);
  return isUnit(unit) ? unit : 'number';
}

const isUnit = (word: string): word is keyof typeof BY_UNIT => Object.hasOwn(BY_UNIT, word);
