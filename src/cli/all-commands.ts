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
  {
    name: 'disks inspect',
    load: async () => (await import('./commands/disks-inspect.ts')).disksInspectCommand,
  },
  { name: 'disks scan', load: async () => (await import('./commands/disks-scan.ts')).disksScanCommand },
  { name: 'disks format', load: async () => (await import('./commands/disks-format.ts')).disksFormatCommand },
  {
    name: 'disks release',
    load: async () => (await import('./commands/disks-release.ts')).disksReleaseCommand,
  },
  {
    name: 'disks identify',
    load: async () => (await import('./commands/disks-identify.ts')).disksIdentifyCommand,
  },
  { name: 'op list', load: async () => (await import('./commands/op-list.ts')).opListCommand },
  { name: 'op show', load: async () => (await import('./commands/op-show.ts')).opShowCommand },
  { name: 'op bytes', load: async () => (await import('./commands/op-bytes.ts')).opBytesCommand },
  { name: 'op sign', load: async () => (await import('./commands/op-sign.ts')).opSignCommand },
  { name: 'op submit', load: async () => (await import('./commands/op-submit.ts')).opSubmitCommand },
  { name: 'op confirm', load: async () => (await import('./commands/op-confirm.ts')).opConfirmCommand },
  { name: 'op deny', load: async () => (await import('./commands/op-deny.ts')).opDenyCommand },
  { name: 'op run', load: async () => (await import('./commands/op-run.ts')).opRunCommand },
  { name: 'op cancel', load: async () => (await import('./commands/op-cancel.ts')).opCancelCommand },
  {
    name: 'signers check',
    load: async () => (await import('./commands/signers-check.ts')).signersCheckCommand,
  },
  { name: 'base status', load: async () => (await import('./commands/base-status.ts')).baseStatusCommand },
  { name: 'base plan', load: async () => (await import('./commands/base-plan.ts')).basePlanCommand },
  { name: 'base apply', load: async () => (await import('./commands/base-apply.ts')).baseApplyCommand },
  { name: 'base pause', load: async () => (await import('./commands/base-pause.ts')).basePauseCommand },
  { name: 'base resume', load: async () => (await import('./commands/base-resume.ts')).baseResumeCommand },
  {
    name: 'containers list',
    load: async () => (await import('./commands/containers-list.ts')).containersListCommand,
  },
  {
    name: 'containers start',
    load: async () => (await import('./commands/containers-start.ts')).containersStartCommand,
  },
  {
    name: 'containers stop',
    load: async () => (await import('./commands/containers-stop.ts')).containersStopCommand,
  },
  {
    name: 'containers restart',
    load: async () => (await import('./commands/containers-restart.ts')).containersRestartCommand,
  },
  {
    name: 'containers logs',
    load: async () => (await import('./commands/containers-logs.ts')).containersLogsCommand,
  },
  { name: 'guests', load: async () => (await import('./commands/guests.ts')).guestsCommand },
  { name: 'guests list', load: async () => (await import('./commands/guests-list.ts')).guestsListCommand },
  { name: 'guests start', load: async () => (await import('./commands/guests-start.ts')).guestsStartCommand },
  { name: 'guests stop', load: async () => (await import('./commands/guests-stop.ts')).guestsStopCommand },
  {
    name: 'guests reboot',
    load: async () => (await import('./commands/guests-reboot.ts')).guestsRebootCommand,
  },
  { name: 'guests enter', load: async () => (await import('./commands/guests-enter.ts')).guestsEnterCommand },
  { name: 'tokens mint', load: async () => (await import('./commands/tokens-mint.ts')).tokensMintCommand },
  { name: 'tokens list', load: async () => (await import('./commands/tokens-list.ts')).tokensListCommand },
  {
    name: 'tokens revoke',
    load: async () => (await import('./commands/tokens-revoke.ts')).tokensRevokeCommand,
  },
  { name: 'ledger show', load: async () => (await import('./commands/ledger-show.ts')).ledgerShowCommand },
  {
    name: 'ledger verify',
    load: async () => (await import('./commands/ledger-verify.ts')).ledgerVerifyCommand,
  },
  {
    name: 'certificate renew',
    load: async () => (await import('./commands/certificate-renew.ts')).certificateRenewCommand,
  },
  {
    name: 'certificate switch',
    load: async () => (await import('./commands/certificate-switch.ts')).certificateSwitchCommand,
  },
  {
    name: 'host reset-clock',
    load: async () => (await import('./commands/host-reset-clock.ts')).hostResetClockCommand,
  },
  {
    name: 'host accept-install',
    load: async () => (await import('./commands/host-accept-install.ts')).hostAcceptInstallCommand,
  },
  { name: 'agent', load: async () => (await import('./commands/agent.ts')).agentCommand },
  { name: 'controller', load: async () => (await import('./commands/controller.ts')).controllerCommand },
  {
    name: 'disk-job',
    load: async () => (await import('./commands/disk-job.ts')).diskJobCommand,
    hidden: true,
  },
  {
    name: 'controller-facts',
    load: async () => (await import('./commands/controller-facts.ts')).controllerFactsCommand,
    hidden: true,
  },
  { name: 'help', load: async () => (await import('./commands/help.ts')).helpCommand },
  { name: 'completion', load: async () => (await import('./commands/completion.ts')).completionCommand },
];

/** What people are told of. */
export const shownCommands = allCommands.filter(({ hidden }) => hidden !== true);
