// The rows of the settings overlay: what each is called, what it shows, how it changes.
import { REFRESH_CHOICES, THEME_CHOICES } from '../src/contracts/default-settings.ts';
import type { Settings } from '../src/contracts/settings.ts';
import type { Text, TextKey } from '../src/base/texts/text.ts';

type SettingRow = {
  readonly label: TextKey;
  readonly shown: (settings: Settings, text: Text) => string;
  readonly change: (settings: Settings, step: number) => Settings;
};

function next<T>(choices: readonly T[], current: T, step: number): T {
  const index = (choices.indexOf(current) + step + choices.length) % choices.length;
  return choices[index] ?? current;
}

export const settingRows: readonly SettingRow[] = [
  {
    label: 'settings.theme',
    shown: (settings) => settings.theme,
    change: (settings, step) => ({ ...settings, theme: next(THEME_CHOICES, settings.theme, step) }),
  },
  {
    label: 'settings.ascii',
    shown: (settings, text) => (settings.ascii === 'auto' ? 'auto' : text(`settings.${settings.ascii}`)),
    change: (settings, step) => ({
      ...settings,
      ascii: next(['auto', 'on', 'off'] as const, settings.ascii, step),
    }),
  },
  {
    label: 'settings.language',
    shown: (settings) => settings.language,
    change: (settings, step) => ({
      ...settings,
      language: next(['auto', 'en', 'hu'] as const, settings.language, step),
    }),
  },
  {
    label: 'settings.rate',
    shown: (settings, text) => text('settings.seconds', { seconds: settings.refresh_s }),
    change: (settings, step) => ({ ...settings, refresh_s: next(REFRESH_CHOICES, settings.refresh_s, step) }),
  },
];
