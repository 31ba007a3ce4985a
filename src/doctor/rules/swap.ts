// Swapping that slows the machine down. Swap that merely holds old pages is fine: only together
// with time lost to memory does it mean thrashing.
import { above, type Limits } from '../limits.ts';
import { defineRule, say } from '../rule.ts';

/** Less swap than this in use can hardly be what the time is lost to. */
const SWAP_USED_PERCENT = 25;
const STALLED_PERCENT: Limits = {
  // A tenth of the time some task waits for memory: people notice.
  warn: 10,
  // systemd-oomd kills at 60 % of the last ten seconds; over a minute 30 % is as bad.
  fail: 30,
  slack: 3,
};

export const swap = defineRule({
  id: 'swap',
  title: 'rule.swap.title',
  needs: ['memory', 'pressure'],
  holdMs: 30_000,
  dependsOn: ['memory'],
  look: (facts, _now, before) => {
    const { swap_total, swap_used } = facts.memory.value;
    const stalled = facts.pressure.value.memory?.some.avg60;
    if (swap_total === 0 || stalled === undefined) return [];
    const usedPercent = (swap_used / swap_total) * 100;
    const severity = above(stalled, STALLED_PERCENT, before(''));
    if (usedPercent < SWAP_USED_PERCENT || severity === undefined) return [];
    return [
      {
        subject: '',
        severity,
        what: say('rule.swap.what', { stalled_percent: stalled }),
        evidence: [
          say('rule.swap.used', {
            used_bytes: swap_used,
            total_bytes: swap_total,
            used_percent: usedPercent,
          }),
          say('rule.swap.stalled', { stalled_percent: stalled }),
        ],
        cause: say('rule.swap.cause'),
        cure: say('rule.swap.cure'),
      },
    ];
  },
});
