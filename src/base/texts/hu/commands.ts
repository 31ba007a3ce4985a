// What the commands say in plain text. Hungarian.
import type { commands as english } from '../en/commands.ts';

export const commands = {
  'usage.hint': 'Lásd: „felhom help”.',
} as const satisfies Record<keyof typeof english, string>;
