// A name as one word of a shell command, for cures that people copy: a mount point may hold
// spaces, quotes or a whole command.

export const shellWord = (name: string): string =>
  /^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", String.raw`'\''`)}'`;
