// Every word that the product shows, in two languages: one table each, keys checked by the compiler.
import { actions as enActions } from './en/actions.ts';
import { agent as enAgent } from './en/agent.ts';
import { api as enApi } from './en/api.ts';
import { client as enClient } from './en/client.ts';
import { commands as enCommands } from './en/commands.ts';
import { doctor as enDoctor } from './en/doctor.ts';
import { facts as enFacts } from './en/facts.ts';
import { operations as enOperations } from './en/operations.ts';
import { scan as enScan } from './en/scan.ts';
import { screens as enScreens } from './en/screens.ts';
import { signals as enSignals } from './en/signals.ts';
import { actions as huActions } from './hu/actions.ts';
import { agent as huAgent } from './hu/agent.ts';
import { api as huApi } from './hu/api.ts';
import { client as huClient } from './hu/client.ts';
import { commands as huCommands } from './hu/commands.ts';
import { doctor as huDoctor } from './hu/doctor.ts';
import { facts as huFacts } from './hu/facts.ts';
import { operations as huOperations } from './hu/operations.ts';
import { scan as huScan } from './hu/scan.ts';
import { screens as huScreens } from './hu/screens.ts';
import { signals as huSignals } from './hu/signals.ts';

const en = {
  ...enActions,
  ...enAgent,
  ...enApi,
  ...enClient,
  ...enCommands,
  ...enDoctor,
  ...enFacts,
  ...enOperations,
  ...enScan,
  ...enScreens,
  ...enSignals,
};
const hu = {
  ...huActions,
  ...huAgent,
  ...huApi,
  ...huClient,
  ...huCommands,
  ...huDoctor,
  ...huFacts,
  ...huOperations,
  ...huScan,
  ...huScreens,
  ...huSignals,
};

export type TextKey = keyof typeof en;
export type TextParams = Readonly<Record<string, string | number>>;
export const LANGUAGES = ['en', 'hu'] as const;
export type Language = (typeof LANGUAGES)[number];
export const tables: { readonly [L in Language]: { readonly [K in TextKey]: string } } = { en, hu };

/** Gives the text of a key with its `{placeholders}` filled. */
export type Text = {
  readonly language: Language;
  (key: TextKey, params?: TextParams): string;
};

export function createText(language: Language): Text {
  const table = tables[language];
  const text = (key: TextKey, params?: TextParams) =>
    params === undefined
      ? table[key]
      : table[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
  return Object.assign(text, { language });
}

/** The language that a POSIX locale asks for (locale(7)): LC_ALL before LC_MESSAGES before LANG. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return /^hu(?:[_.@]|$)/i.test(locale) ? 'hu' : 'en';
}
