// What a person can set about the console; kept as YAML in the XDG configuration folder.
import { z } from 'zod';
import { REFRESH_CHOICES, THEME_CHOICES } from './default-settings.ts';

export const settings = z.strictObject({
  theme: z.enum(THEME_CHOICES).default('dark'),
  /** Signs instead of Unicode; `auto` decides by TERM and the locale. */
  ascii: z.enum(['auto', 'on', 'off']).default('auto'),
  language: z.enum(['auto', 'en', 'hu']).default('auto'),
  refresh_s: z.literal(REFRESH_CHOICES).default(1),
});
export type Settings = z.infer<typeof settings>;
