// Reports to the hub, with the customer's key: every few minutes, soon after the health changed, and later and
// later while the hub does not take them. Nothing waits for it.
import type { Clock } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { createListeners } from '../../base/listeners.ts';
import { createHubClient, HubError, type HubAddress, type HubClient } from '../../clients/hub.ts';
import type { LinkState } from '../../contracts/facts/base-stack.ts';
import type { Log } from '../../daemon/log.ts';
import { hubProblem } from '../bootstrap/config-problems.ts';
import { turned, unasked } from '../link-state.ts';
import type { ConfigBook, TellBase } from '../parts.ts';
import type { PlanIssue } from '../plan/state.ts';
import { createRepeated } from '../repeat.ts';
import type { Reports, ReportTimes } from './agent-reports.ts';
import { composeHubReport, newsIn } from './compose-report.ts';

export type HubReports = Reports & {
  readonly link: () => LinkState;
  readonly problem: () => PlanIssue | undefined;
  readonly onChange: (listener: () => void) => () => void;
};

const TIMES: ReportTimes = { everyMs: 5 * 60_000, gatherMs: 5000, retryMs: 5000 };
const LONGEST_RETRY_MS = 5 * 60_000;
/** Whether it takes reports at all is soon known. */
const FIRST_MS = 1000;

export function createHubReports(options: {
  readonly config: Pick<ConfigBook, 'current' | 'onChange'>;
  readonly tell: TellBase;
  readonly clock: Clock;
  readonly log: Log;
  readonly random: () => number;
  readonly openHub?: (address: HubAddress) => HubClient;
  readonly times?: ReportTimes;
}): HubReports {
  const { config, tell, clock, log, random, openHub = createHubClient, times = TIMES } = options;
  const listeners = createListeners();
  let link = unasked(clock.now(), 'nothing reported yet');
  let problem: PlanIssue | undefined;
  let sent = '';

  const set = (state: LinkState['state'], detail: string, next?: PlanIssue): void => {
    if (state === 'ok' && link.state === 'failed') log.info({}, 'hub: reports are taken again');
    const changed = link.state !== state || link.detail !== detail;
    link = turned(link, state, detail, clock.now());
    problem = next;
    if (changed) listeners.tell();
  };
  const repeated = createRepeated({
    work: async (signal) => {
      const address = config.current()?.hub;
      const report = composeHubReport(tell(), clock.now());
      if (address === undefined || report === undefined) return set('off', 'no hub is named');
      try {
        await openHub(address).report(report, signal);
      } catch (error) {
        if (signal.aborted) return undefined;
        if (error instanceof HubError) set('failed', error.message, hubProblem(error));
        throw error;
      }
      sent = newsIn(report);
      return set('ok', 'it takes reports');
    },
    onFailed: (error) => {
      if (!(error instanceof HubError)) log.error({ err: messageOf(error) }, 'hub: not reported to');
    },
    ...times,
    retry: { firstMs: times.retryMs, longestMs: Math.max(times.retryMs, LONGEST_RETRY_MS) },
    random,
    firstMs: Math.min(times.gatherMs, FIRST_MS),
  });
  let known = JSON.stringify(config.current()?.hub);
  const unfollow = config.onChange(() => {
    const now = JSON.stringify(config.current()?.hub);
    if (now === known) return;
    known = now;
    // Another key or address: what failed with the old one says nothing of it.
    void repeated.now();
  });
  return {
    link: () => link,
    problem: () => problem,
    changed: () => {
      const report = composeHubReport(tell(), 0);
      if (report !== undefined && newsIn(report) !== sent) repeated.poke();
    },
    onChange: listeners.add,
    stop: () => {
      unfollow();
      repeated.stop();
    },
  };
}
