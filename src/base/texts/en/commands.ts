// What the commands say in plain text. English.

export const commands = {
  'usage.hint': "See 'felhom help'.",
} as const;
