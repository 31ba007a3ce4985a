// Every word that the product shows, in two languages: one table each, keys checked by the compiler.
import { actions as enActions } from './en/actions.ts';
import { agent as enAgent } from './en/agent.ts';
import { api as enApi } from './en/api.ts';
import { baseCommands as enBaseCommands } from './en/base-commands.ts';
import { client as enClient } from './en/client.ts';
import { commands as enCommands } from './en/commands.ts';
import { containers as enContainers } from './en/containers.ts';
import { controllerClient as enControllerClient } from './en/controller-client.ts';
import { controllerDaemon as enControllerDaemon } from './en/controller-daemon.ts';
import { doctor as enDoctor } from './en/doctor.ts';
import { facts as enFacts } from './en/facts.ts';
import { guests as enGuests } from './en/guests.ts';
import { operations as enOperations } from './en/operations.ts';
import { scan as enScan } from './en/scan.ts';
import { screens as enScreens } from './en/screens.ts';
import { signCommands as enSignCommands } from './en/sign-commands.ts';
import { signView as enSignView } from './en/sign-view.ts';
import { signals as enSignals } from './en/signals.ts';
import { signing as enSigning } from './en/signing.ts';
import { unit as enUnit } from './en/unit.ts';
import { actions as huActions } from './hu/actions.ts';
import { agent as huAgent } from './hu/agent.ts';
import { api as huApi } from './hu/api.ts';
import { baseCommands as huBaseCommands } from './hu/base-commands.ts';
import { client as huClient } from './hu/client.ts';
import { commands as huCommands } from './hu/commands.ts';
import { containers as huContainers } from './hu/containers.ts';
import { controllerClient as huControllerClient } from './hu/controller-client.ts';
import { controllerDaemon as huControllerDaemon } from './hu/controller-daemon.ts';
import { doctor as huDoctor } from './hu/doctor.ts';
import { facts as huFacts } from './hu/facts.ts';
import { guests as huGuests } from './hu/guests.ts';
import { operations as huOperations } from './hu/operations.ts';
import { scan as huScan } from './hu/scan.ts';
import { screens as huScreens } from './hu/screens.ts';
import { signCommands as huSignCommands } from './hu/sign-commands.ts';
import { signView as huSignView } from './hu/sign-view.ts';
import { signals as huSignals } from './hu/signals.ts';
import { signing as huSigning } from './hu/signing.ts';
import { unit as huUnit } from './hu/unit.ts';

// Not put together into one table for each language: that took five milliseconds before the first frame.
const AREAS = {
  en: [
    enActions,
    enAgent,
    enApi,
    enBaseCommands,
    enClient,
    enCommands,
    enContainers,
    enControllerClient,
    enControllerDaemon,
    enDoctor,
    enFacts,
    enGuests,
    enOperations,
    enScan,
    enScreens,
    enSignCommands,
    enSignView,
    enSignals,
    enSigning,
    enUnit,
  ],
  hu: [
    huActions,
    huAgent,
    huApi,
    huBaseCommands,
    huClient,
    huCommands,
    huContainers,
    huControllerClient,
    huControllerDaemon,
    huDoctor,
    huFacts,
    huGuests,
    huOperations,
    huScan,
    huScreens,
    huSignCommands,
    huSignView,
    huSignals,
    huSigning,
    huUnit,
  ],
} as const;

type KeysOf<Area> = Area extends unknown ? keyof Area : never;
export type TextKey = KeysOf<(typeof AREAS)['en'][number]>;
export type TextParams = Readonly<Record<string, string | number>>;
export const LANGUAGES = ['en', 'hu'] as const;
type Forgotten = Exclude<TextKey, KeysOf<(typeof AREAS)['hu'][number]>>;
/** A key that Hungarian forgot stands here instead, and nothing compiles. */
export type Language = [Forgotten] extends [never] ? (typeof LANGUAGES)[number] : Forgotten;

/** Every text of a language; for whoever looks at all of them. */
export const listTexts = (language: Language): readonly (readonly [string, string])[] =>
  AREAS[language].flatMap((area) => Object.entries(area));

export const isTextKey = (key: string): key is TextKey => find('en', key) !== undefined;

function find(language: Language, key: string): string | undefined {
  for (const area of AREAS[language]) {
    if (Object.hasOwn(area, key)) return Reflect.get(area, key);
  }
  return undefined;
}

/** Gives the text of a key with its `{placeholders}` filled. */
export type Text = {
  readonly language: Language;
  (key: TextKey, params?: TextParams): string;
};

export function createText(language: Language): Text {
  const known = new Map<TextKey, string>();
  const wordsOf = (key: TextKey): string => {
    const found = known.get(key) ?? find(language, key) ?? key;
    known.set(key, found);
    return found;
  };
  const text = (key: TextKey, params?: TextParams) =>
    params === undefined
      ? wordsOf(key)
      : wordsOf(key).replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole));
  return Object.assign(text, { language });
}

/** The language that a POSIX locale asks for (locale(7)): LC_ALL before LC_MESSAGES before LANG. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const locale = env['LC_ALL'] || env['LC_MESSAGES'] || env['LANG'] || '';
  return /^hu(?:[_.@]|$)/i.test(locale) ? 'hu' : 'en';
}
