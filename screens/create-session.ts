// Ties a console's state to what draws it: the model of the moment, in the person's words and signs.
import { createText, languageOf, type Language, type Text } from '../src/base/texts/text.ts';
import type { Console } from '../state/console.ts';
import type { Model } from './draw/model.ts';
import { themeOf, type Theme } from './draw/theme.ts';
import { asciiGlyphs } from './draw/glyphs.ts';
import type { Login, Session } from './session.ts';
import { glyphsOf, terminalKind } from './terminal-kind.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export type SessionOptions = {
  readonly console: Console;
  readonly readOnly: boolean;
  readonly env: Environment;
  /** From --lang; wins over the settings. */
  readonly language: Language | undefined;
  readonly colour: boolean;
  readonly now: () => number;
};

export type Drawing = { readonly theme: () => Theme; readonly plainSigns: () => boolean };

/** What only the terminal's owner can do is given in `owner`. */
export function createSession(
  options: SessionOptions,
  owner: Omit<Session, 'console' | 'readOnly' | 'model' | 'text' | 'now' | 'login' | 'asked'>,
): Session & Drawing {
  const { console, env } = options;
  const kind = terminalKind(env);
  const texts = new Map<Language, Text>();
  const text = () => {
    const { language: set } = console.settings.getState();
    const language = options.language ?? (set === 'auto' ? languageOf(env) : set);
    const made = texts.get(language) ?? createText(language);
    texts.set(language, made);
    return made;
  };
  const glyphs = () => glyphsOf(console.settings.getState(), kind);
  const model = (): Model => {
    const shown = console.shown.getState();
    return {
      text: text(),
      glyphs: glyphs(),
      nowMs: shown.nowMs,
      observations: shown.observations,
      history: shown.history,
      examination: shown.examination,
      containerDetail: shown.container,
      source: { kind: console.source.kind, readOnly: options.readOnly },
      connection: shown.connection,
      plan: shown.plan,
    };
  };
  return {
    ...owner,
    console,
    readOnly: options.readOnly,
    model,
    text,
    now: options.now,
    login: loginOf(env),
    asked: new Set(),
    theme: () => themeOf(console.settings.getState().theme, options.colour ? kind.colours : 'none'),
    plainSigns: () => glyphs() === asciiGlyphs,
  };
}

const SSH_PORT = '22';

/** `SSH_CONNECTION` is what sshd(8) says: the client's address and port, and those that it reached. */
function loginOf(env: Environment): Login {
  const sudoer = env['SUDO_USER'] ?? '';
  const user = sudoer === '' ? (env['LOGNAME'] ?? env['USER'] ?? '') : sudoer;
  const [, , address = '', port = ''] = (env['SSH_CONNECTION'] ?? '').split(' ');
  return {
    sudo: sudoer !== '' && sudoer !== 'root',
    ...(user === '' ? {} : { user }),
    ...(address === '' ? {} : { address }),
    ...(/^\d+$/.test(port) && port !== SSH_PORT ? { port } : {}),
  };
}
