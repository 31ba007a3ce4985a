// One line of /proc/PID/stat (proc_pid_stat(5)).

export type ProcessStat = {
  readonly pid: number;
  readonly name: string;
  readonly state: string;
  /** User and system time since its start, in USER_HZ ticks. */
  readonly ticks: number;
  readonly threads: number;
  /** After boot, in ticks: with the pid it names one process for ever. */
  readonly startTicks: number;
  readonly rssPages: number;
};

/** Places after the name, counted from the state (field 3 of the man page). */
const STATE = 0;
const UTIME = 11;
const STIME = 12;
const THREADS = 17;
const START = 19;
const RSS = 21;

/** The name may hold blanks, parentheses and line ends: it reaches to the last parenthesis. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const open = text.indexOf(' (');
  const close = text.lastIndexOf(') ');
  if (open < 1 || close <= open) return undefined;
  const fields = text.slice(close + 2).split(' ', RSS + 1);
  const pid = Number(text.slice(0, open));
  const ticks = Number(fields[UTIME]) + Number(fields[STIME]);
  const threads = Number(fields[THREADS]);
  const startTicks = Number(fields[START]);
  const rssPages = Number(fields[RSS]);
  const state = fields[STATE] ?? '';
  if (!Number.isInteger(pid + ticks + threads + startTicks + rssPages) || !/^[A-Za-z]$/.test(state))
    return undefined;
  return {
    pid,
    name: text.slice(open + 2, close),
    state,
    ticks,
    threads,
    startTicks,
    rssPages: Math.max(0, rssPages),
  };
}
