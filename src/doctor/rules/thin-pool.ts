// LVM thin pools whose data or metadata run out: a full one stops or corrupts its guests.
import { above, type Limits } from '../limits.ts';
import { defineRule, say } from '../rule.ts';
import { shellWord } from '../../base/shell-word.ts';

const USED_PERCENT: Limits = {
  // Thin volumes promise more than there is: begin to look early.
  warn: 80,
  // dmeventd's own last warnings come at 95; at 100 writes fail in every guest.
  fail: 95,
  slack: 1,
};

const PARTS = [
  { part: 'data', field: 'data_percent' },
  { part: 'metadata', field: 'metadata_percent' },
] as const;

export const thinPool = defineRule({
  id: 'thin-pool',
  title: 'rule.thin-pool.title',
  needs: ['lvm'],
  holdMs: 5000,
  look: (facts, _now, before) =>
    facts.lvm.value.thin_pools.flatMap((pool) =>
      PARTS.flatMap(({ part, field }) => {
        const used = pool[field];
        const name = `${pool.group}/${pool.name}`;
        const subject = part === 'data' ? name : `${name} (${part})`;
        const severity = used === null ? undefined : above(used, USED_PERCENT, before(subject));
        if (used === null || severity === undefined) return [];
        return [
          {
            subject,
            severity,
            what: say(`rule.thin-pool.what.${part}`, { name, used_percent: used }),
            evidence: [say('rule.thin-pool.size', { size_bytes: pool.size_bytes })],
            cause: say(`rule.thin-pool.cause.${part}`),
            cure: say(`rule.thin-pool.cure.${part}`, { name: shellWord(name) }),
          },
        ];
      }),
    ),
});
