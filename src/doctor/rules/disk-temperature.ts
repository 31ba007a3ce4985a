// Disks that are too hot to live long, by their own limits where they tell them.
import { valueOf } from '../../contracts/reading.ts';
import { listDiskHeat } from '../disk-heat.ts';
import { above } from '../limits.ts';
import { withoutFacts, say, type Found, type Rule } from '../rule.ts';
import { temperatureLimits } from '../temperature-limits.ts';

/** Makers allow 60 °C for most spinning disks; failures rise from 45 to 50. */
const SPINNING = { warn: 50, fail: 60 };
/** SATA SSDs are specified to 70 °C, and NVMe disks slow down at 75 to 85. */
const SOLID = { warn: 70, fail: 80 };
const FAIL_BEFORE_CRITICAL = 0;

export const diskTemperature: Rule = {
  id: 'disk-temperature',
  title: 'rule.disk-temperature.title',
  needs: ['temperatures', 'smart'],
  holdMs: 60_000,
  dependsOn: [],
  // One of the two suffices: few machines have a sensor for each disk, many have no smartctl.
  examine: ({ facts, before = () => undefined }) => {
    const sensors = valueOf(facts.temperatures)?.sensors;
    const disks = valueOf(facts.smart)?.disks;
    if (sensors === undefined && disks === undefined) {
      return withoutFacts(facts, ['temperatures', 'smart']);
    }
    const found = listDiskHeat(sensors ?? [], disks ?? []).flatMap((heat): readonly Found[] => {
      const limits = temperatureLimits(heat, heat.spinning ? SPINNING : SOLID, FAIL_BEFORE_CRITICAL);
      const severity = above(heat.celsius, limits, before(heat.subject));
      if (severity === undefined) return [];
      return [
        {
          subject: heat.subject,
          severity,
          what: say('rule.disk-temperature.what', { disk: heat.subject, now_celsius: heat.celsius }),
          evidence: [
            say('rule.temperature.limits', {
              sensor: heat.subject,
              now_celsius: heat.celsius,
              warn_celsius: limits.warn,
              fail_celsius: limits.fail ?? limits.warn,
            }),
          ],
          cause: say('rule.disk-temperature.cause'),
          cure: say('rule.disk-temperature.cure'),
        },
      ];
    });
    return found.length === 0 ? { state: 'ok' } : { state: 'found', found };
  },
};
