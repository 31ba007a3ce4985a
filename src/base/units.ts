// Numbers to text for people: short, of steady width, in the person's language.
import type { Language } from './texts/text.ts';

const BINARY = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** Hungarian writes a decimal comma. */
const decimal = (text: string, language: Language): string =>
  language === 'hu' ? text.replace('.', ',') : text;

const scaled = (value: number): { text: string; unit: number } => {
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 1023.5 && unit < BINARY.length - 1) {
    rest /= 1024;
    unit += 1;
  }
  return { text: unit === 0 || Math.abs(rest) >= 99.95 ? rest.toFixed(0) : rest.toFixed(1), unit };
};

/** Binary units, as Proxmox, lsblk and free count: `23.5 GiB`. */
export function formatBytes(bytes: number, language: Language): string {
  const { text, unit } = scaled(bytes);
  return `${decimal(text, language)} ${BINARY[unit] ?? ''}`;
}

/** Bytes per second: `1.2 MiB/s`. */
export const formatRate = (bytesPerSecond: number, language: Language): string =>
  `${formatBytes(bytesPerSecond, language)}/s`;

/** A share of 0 to 1 as a percentage; small ones keep a digit so that 0.4 % is not 0 %. */
export function formatShare(share: number, language: Language): string {
  const percent = share * 100;
  const text = percent > 0 && percent < 9.95 ? percent.toFixed(1) : percent.toFixed(0);
  return `${decimal(text, language)} %`;
}

export const formatCelsius = (celsius: number, language: Language): string =>
  `${decimal(celsius.toFixed(0), language)} °C`;

export const formatNumber = (value: number, digits: number, language: Language): string =>
  decimal(value.toFixed(digits), language);

const UNITS = {
  en: { d: 'd', h: 'h', m: 'm', s: 's' },
  hu: { d: 'n', h: 'ó', m: 'p', s: 'mp' },
} as const satisfies Record<Language, Record<'d' | 'h' | 'm' | 's', string>>;

/** Two units at most: `3 d 4 h`, `12 m`, `8 s`. */
export function formatDuration(ms: number, language: Language): string {
  const unit = UNITS[language];
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} ${unit.s}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} ${unit.m}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return pair(hours, unit.h, minutes % 60, unit.m);
  return pair(Math.floor(hours / 24), unit.d, hours % 24, unit.h);
}

/** To the second and without the year, for a line of a log. */
export function formatStamp(ms: number): string {
  const seconds = String(new Date(ms).getSeconds()).padStart(2, '0');
  return `${formatMoment(ms).slice('2026-'.length)}:${seconds}`;
}

const pair = (big: number, bigUnit: string, small: number, smallUnit: string): string =>
  small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;

/** Local date and time to the minute, ISO-like so that it reads the same in both languages. */
export function formatMoment(ms: number): string {
  const date = new Date(ms);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
