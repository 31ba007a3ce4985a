// A clock that nobody keeps right: certificates and signatures fail when it has drifted.
import { valueOf } from '../../contracts/reading.ts';
import { defineRule, say } from '../rule.ts';

/** After a boot the first answers of a time server take a while. */
const AFTER_BOOT_S = 300;

export const timeNotSynchronised = defineRule({
  id: 'time-not-synchronised',
  title: 'rule.time-not-synchronised.title',
  needs: ['time_sync'],
  holdMs: 60_000,
  look: (facts) => {
    const { synchronised, service } = facts.time_sync.value;
    const uptime = valueOf(facts.uptime)?.uptime_s;
    if (synchronised || (uptime !== undefined && uptime < AFTER_BOOT_S)) return [];
    return [
      {
        subject: '',
        severity: 'warn',
        what: say('rule.time-not-synchronised.what'),
        evidence: [
          service === null
            ? say('rule.time-not-synchronised.no-service')
            : say('rule.time-not-synchronised.service', { service }),
        ],
        cause: say(
          service === null ? 'rule.time-not-synchronised.cause' : 'rule.time-not-synchronised.cause.service',
        ),
        cure:
          service === null
            ? say('rule.time-not-synchronised.cure')
            : say('rule.time-not-synchronised.cure.service', { service }),
      },
    ];
  },
});
