// Reports to the host's agent, so that the host's console sees this guest without hub or internet: soon after
// something changed, and once a minute in any case.
import { ActionableError, messageOf } from '../../base/errors.ts';
import type { Log } from '../../daemon/log.ts';
import type { ConfigBook, TellBase } from '../parts.ts';
import type { OpenedProxy } from '../agent-proxy.ts';
import { createRepeated } from '../repeat.ts';
import type { AnchorBook } from './anchor-book.ts';
import { composeGuestReport, newsIn } from './compose-report.ts';

export type Reports = {
  /** Something may have changed. */
  readonly changed: () => void;
  readonly stop: () => void;
};

export type ReportTimes = { readonly everyMs: number; readonly gatherMs: number; readonly retryMs: number };

/** At most one a second: what changes together is told together. */
const TIMES: ReportTimes = { everyMs: 60_000, gatherMs: 1000, retryMs: 2000 };
const LONGEST_RETRY_MS = 10_000;

export function createAgentReports(options: {
  readonly agent: Pick<OpenedProxy, 'report' | 'link' | 'onChange'>;
  readonly config: Pick<ConfigBook, 'current'>;
  readonly anchors: AnchorBook;
  readonly tell: TellBase;
  readonly log: Log;
  readonly random: () => number;
  readonly times?: ReportTimes;
}): Reports {
  const { agent, config, anchors, tell, log, random, times = TIMES } = options;
  let sent = '';
  let answering = false;
  const repeated = createRepeated({
    work: async (signal) => {
      if (config.current()?.local_api === undefined) return;
      const report = composeGuestReport(tell());
      const anchor = await agent.report(report, signal);
      sent = newsIn(report);
      await anchors.keep(anchor, config.current()?.bootstrap_digest ?? '');
    },
    onFailed: (error) => {
      if (!(error instanceof ActionableError)) log.error({ err: messageOf(error) }, 'agent: not reported to');
    },
    ...times,
    retry: { firstMs: times.retryMs, longestMs: LONGEST_RETRY_MS },
    random,
    firstMs: times.gatherMs,
  });
  const unfollow = agent.onChange(() => {
    const before = answering;
    answering = agent.link().state === 'ok';
    // It is there again: its console should not wait for our next turn.
    if (answering && !before) void repeated.now();
  });
  return {
    changed: () => {
      if (newsIn(composeGuestReport(tell())) !== sent) repeated.poke();
    },
    stop: () => {
      unfollow();
      repeated.stop();
    },
  };
}
