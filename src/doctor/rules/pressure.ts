// Time lost to waiting, as the kernel's pressure stall information counts it: the truest sign of
// a machine that has too little of something.
import { valueOf } from '../../contracts/reading.ts';
import type { PressureFacts } from '../../contracts/facts/memory.ts';
import { above, type Limits } from '../limits.ts';
import { defineRule, say } from '../rule.ts';

type Resource = keyof PressureFacts;

const LIMITS = {
  // Some task waits for a processor half of the time: slow, and never a failure by itself.
  cpu: { kind: 'some', limits: { warn: 50, slack: 5 } },
  // Nobody gets anything done, for memory: a tenth of a minute is felt, a third is an outage.
  memory: { kind: 'full', limits: { warn: 10, fail: 30, slack: 2 } },
  // Nobody gets anything done, for disks: backups reach a tenth and are no trouble.
  io: { kind: 'full', limits: { warn: 25, fail: 60, slack: 5 } },
} as const satisfies Record<Resource, { kind: 'some' | 'full'; limits: Limits }>;

const RESOURCES = ['memory', 'io', 'cpu'] as const satisfies readonly Resource[];

export const pressure = defineRule({
  id: 'pressure',
  title: 'rule.pressure.title',
  needs: ['pressure'],
  // The average of a minute is a hold time of its own.
  holdMs: 15_000,
  dependsOn: ['swap', 'memory', 'filesystem-hung'],
  look: (facts, _now, before) =>
    RESOURCES.flatMap((resource) => {
      const { kind, limits } = LIMITS[resource];
      const lines = facts.pressure.value[resource];
      const line = lines?.[kind];
      if (line === null || line === undefined) return [];
      const severity = above(line.avg60, limits, before(resource));
      if (severity === undefined) return [];
      const busiest = resource === 'cpu' ? valueOf(facts.processes)?.top_cpu[0] : undefined;
      return [
        {
          subject: resource,
          severity,
          what: say(`rule.pressure.what.${resource}`, { lost_percent: line.avg60 }),
          evidence: [
            say('rule.pressure.averages', {
              resource,
              kind,
              short_percent: line.avg10,
              minute_percent: line.avg60,
              long_percent: line.avg300,
            }),
            ...(busiest === undefined
              ? []
              : [say('rule.pressure.busiest', { name: busiest.name, pid: String(busiest.pid) })]),
          ],
          cause: say(`rule.pressure.cause.${resource}`),
          cure: say(`rule.pressure.cure.${resource}`),
        },
      ];
    }),
});
