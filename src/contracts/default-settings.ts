// Settings without zod, which the console's start does not load: the choices, and what somebody
// has who never set any.
import type { Settings } from './settings.ts';

export const THEME_CHOICES = ['dark', 'light', 'mono'] as const;
export const REFRESH_CHOICES = [1, 2, 5, 10] as const;

export const defaultSettings: Settings = { theme: 'dark', ascii: 'auto', language: 'auto', refresh_s: 1 };
