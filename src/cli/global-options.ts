// The options that every command takes, before or after its name.
import { LANGUAGES } from '../base/texts/text.ts';
import { SOURCE_NAMES, type Options } from './command.ts';

export const globalOptions = {
  json: { summary: 'option.json' },
  source: {
    summary: 'option.source',
    placeholder: 'SOURCE',
    choices: SOURCE_NAMES,
    choiceWithPath: 'agent',
  },
  controller: { summary: 'option.controller', placeholder: 'PATH' },
  lang: { summary: 'option.lang', placeholder: 'LANG', choices: LANGUAGES },
  'no-color': { summary: 'option.no-color' },
  'read-only': { summary: 'option.read-only' },
  help: { summary: 'option.help', short: 'h' },
  version: { summary: 'option.version', short: 'V' },
} as const satisfies Options;
