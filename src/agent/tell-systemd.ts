// sd_notify(3) through systemd-notify(1), as Node opens no datagram sockets. Without systemd it says nothing.
import type { RunTool } from '../base/run-tool.ts';
import type { Log } from '../daemon/log.ts';

export type Systemd = {
  readonly ready: () => Promise<void>;
  readonly stopping: () => Promise<void>;
  /** Ends the watchdog's ticking. */
  readonly close: () => void;
};

type Environment = Readonly<Record<string, string | undefined>>;
const DEADLINE_MS = 2000;

export function tellSystemd(options: {
  readonly env: Environment;
  readonly pid: number;
  readonly runTool: RunTool;
  readonly log: Log;
}): Systemd {
  const { env, pid, runTool, log } = options;
  const socket = env['NOTIFY_SOCKET'];
  let ticker: NodeJS.Timeout | undefined;
  const tell = async (...states: readonly string[]): Promise<void> => {
    if (socket === undefined || socket === '') return;
    const told = await runTool({
      file: 'systemd-notify',
      args: [`--pid=${pid}`, ...states],
      env: { NOTIFY_SOCKET: socket },
      deadlineMs: DEADLINE_MS,
    });
    if (told.state === 'ended' && told.code === 0) return;
    log.warn({ state: told.state, what: states[0] }, 'systemd could not be told');
  };
  return {
    ready: async () => {
      await tell('READY=1');
      const everyMs = watchdogMs(env, pid);
      if (everyMs === undefined) return;
      // From the main loop: when that hangs, nobody tells, and systemd starts the agent anew.
      ticker = setInterval(() => void tell('WATCHDOG=1'), everyMs);
      ticker.unref();
    },
    stopping: async () => tell('STOPPING=1'),
    close: () => clearInterval(ticker),
  };
}

/** Half of what systemd allows (sd_watchdog_enabled(3)); nothing where it watches nobody, or another process. */
export function watchdogMs(env: Environment, pid: number): number | undefined {
  const watched = env['WATCHDOG_PID'];
  const microseconds = Number(env['WATCHDOG_USEC'] ?? '');
  if (watched !== undefined && watched !== '' && watched !== String(pid)) return undefined;
  return Number.isFinite(microseconds) && microseconds > 0 ? microseconds / 2000 : undefined;
}
