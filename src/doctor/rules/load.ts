// More work than the processors can take, by the load average of five minutes.
import { valueOf } from '../../contracts/reading.ts';
import { above, type Limits } from '../limits.ts';
import { defineRule, say } from '../rule.ts';

const LOAD_PER_THREAD: Limits = {
  // Everything takes twice as long; one compile or backup does not get there in five minutes.
  warn: 2,
  // Log-ins take so long that people give up.
  fail: 5,
  slack: 0.3,
};

export const load = defineRule({
  id: 'load',
  title: 'rule.load.title',
  needs: ['load', 'cpu'],
  holdMs: 30_000,
  dependsOn: ['pressure', 'swap', 'memory', 'filesystem-hung', 'hung-task'],
  look: (facts, _now, before) => {
    const { load1, load5, load15 } = facts.load.value;
    const { threads } = facts.cpu.value;
    if (threads <= 0) return [];
    const severity = above(load5 / threads, LOAD_PER_THREAD, before(''));
    if (severity === undefined) return [];
    const processes = valueOf(facts.processes);
    const busiest = processes?.top_cpu[0];
    // Linux counts tasks that wait for a disk as load: the cure is another one then.
    const blocked = processes?.blocked ?? 0;
    const waits = blocked >= load5 / 2;
    return [
      {
        subject: '',
        severity,
        what: say('rule.load.what', { load: load5, threads }),
        evidence: [
          say('rule.load.averages', { load1, load5, load15 }),
          ...(blocked > 0 ? [say('rule.load.blocked', { blocked })] : []),
          ...(busiest === undefined
            ? []
            : [say('rule.pressure.busiest', { name: busiest.name, pid: String(busiest.pid) })]),
        ],
        cause: say(waits ? 'rule.load.cause.waits' : 'rule.load.cause'),
        cure: say(waits ? 'rule.load.cure.waits' : 'rule.load.cure'),
      },
    ];
  },
});
