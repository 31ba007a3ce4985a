// Every command, in the order in which help shows them. Each is loaded when it is called: what a
// command brings along must not slow down the others.
import type { Command } from './command.ts';

export type CommandEntry = {
  readonly name: string;
  readonly load: () => Promise<Command>;
  /** For felhom itself: neither help nor completion names it. */
  readonly hidden?: true;
};

/** What runs when no command is named. */
export const DEFAULT_COMMAND = 'console';

export const allCommands: readonly CommandEntry[] = [
  { name: 'console', load: async () => (await import('./commands/console.ts')).consoleCommand },
  { name: 'status', load: async () => (await import('./commands/status.ts')).statusCommand },
  { name: 'check', load: async () => (await import('./commands/check.ts')).checkCommand },
  { name: 'doctor', load: async () => (await import('./commands/doctor.ts')).doctorCommand },
  { name: 'disks list', load: async () => (await import('./commands/disks-list.ts')).disksListCommand },
  { name: 'disks scan', load: async () => (await import('./commands/disks-scan.ts')).disksScanCommand },
  {
    name: 'disk-job',
    load: async () => (await import('./commands/disk-job.ts')).diskJobCommand,
    hidden: true,
  },
  { name: 'agent', load: async () => (await import('./commands/agent.ts')).agentCommand },
  { name: 'help', load: async () => (await import('./commands/help.ts')).helpCommand },
  { name: 'completion', load: async () => (await import('./commands/completion.ts')).completionCommand },
];

/** What people are told of. */
export const shownCommands = allCommands.filter(({ hidden }) => hidden !== true);
