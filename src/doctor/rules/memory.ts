// Memory that is about to run out: the kernel will kill a process, and it chooses badly.
import { valueOf } from '../../contracts/reading.ts';
import { below, type Limits } from '../limits.ts';
import { defineRule, say } from '../rule.ts';

const AVAILABLE_PERCENT: Limits = {
  // Below a tenth there is no room for a page cache, and everything becomes slow.
  warn: 10,
  // Below this one more start of a program can bring the OOM killer.
  fail: 4,
  slack: 2,
};
/** OpenZFS never shrinks its cache below this part of memory by itself (zfs_arc_min's default). */
const ARC_MIN_SHARE = 1 / 32;

export const memory = defineRule({
  id: 'memory',
  title: 'rule.memory.title',
  needs: ['memory'],
  holdMs: 10_000,
  look: (facts, _now, before) => {
    const { memory_total: total, memory_available, arc_size, swap_used } = facts.memory.value;
    // The kernel does not count ZFS's cache as available, though it is given back under pressure.
    const arc = Math.max(0, (arc_size ?? 0) - total * ARC_MIN_SHARE);
    const available = Math.min(total, memory_available + arc);
    const severity = below((available / total) * 100, AVAILABLE_PERCENT, before(''));
    if (severity === undefined) return [];
    const biggest = valueOf(facts.processes)?.top_memory[0];
    return [
      {
        subject: '',
        severity,
        what: say('rule.memory.what', { available_percent: (available / total) * 100 }),
        evidence: [
          say('rule.memory.available', { available_bytes: available, total_bytes: total }),
          ...(swap_used > 0 ? [say('rule.memory.swap', { used_bytes: swap_used })] : []),
          ...(arc_size === null ? [] : [say('rule.memory.arc', { arc_bytes: arc_size })]),
        ],
        cause:
          biggest === undefined
            ? say('rule.memory.cause')
            : say('rule.memory.cause.process', {
                name: biggest.name,
                pid: String(biggest.pid),
                rss_bytes: biggest.rss_bytes,
                owner: biggest.owner ?? '-',
              }),
        cure: say('rule.memory.cure'),
      },
    ];
  },
});
