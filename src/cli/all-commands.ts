// Every command, in the order in which help shows them. Each is loaded when it is called: what a
// command brings along must not slow down the others.
import type { Command } from './command.ts';

export type CommandEntry = { readonly name: string; readonly load: () => Promise<Command> };

/** What runs when no command is named. */
export const DEFAULT_COMMAND = 'console';

export const allCommands: readonly CommandEntry[] = [
  { name: 'console', load: async () => (await import('./commands/console.ts')).consoleCommand },
  { name: 'status', load: async () => (await import('./commands/status.ts')).statusCommand },
  { name: 'check', load: async () => (await import('./commands/check.ts')).checkCommand },
  { name: 'doctor', load: async () => (await import('./commands/doctor.ts')).doctorCommand },
  { name: 'disks list', load: async () => (await import('./commands/disks-list.ts')).disksListCommand },
  {
    name: 'disks inspect',
    load: async () => (await import('./commands/disks-inspect.ts')).disksInspectCommand,
  },
  { name: 'help', load: async () => (await import('./commands/help.ts')).helpCommand },
  { name: 'completion', load: async () => (await import('./commands/completion.ts')).completionCommand },
];
