// ZFS pools that are nearly full. Guests' volumes lie in the pool and no file system shows them.
import { above, type Limits } from '../limits.ts';
import { defineRule, say } from '../rule.ts';
import { shellWord } from '../../base/shell-word.ts';

const USED_PERCENT: Limits = {
  // OpenZFS advises to stay below 80 %; from there on it fragments and slows down.
  warn: 80,
  // At 96 % the allocator turns to its slow search, and a full pool cannot even delete.
  fail: 93,
  slack: 1,
};

export const zfsFull = defineRule({
  id: 'zfs-full',
  title: 'rule.zfs-full.title',
  needs: ['zfs'],
  holdMs: 5000,
  look: (facts, _now, before) =>
    facts.zfs.value.pools.flatMap(({ name, size_bytes, allocated_bytes, free_bytes }) => {
      if (size_bytes === null || allocated_bytes === null || size_bytes === 0) return [];
      const usedPercent = (allocated_bytes / size_bytes) * 100;
      const severity = above(usedPercent, USED_PERCENT, before(name));
      if (severity === undefined) return [];
      return [
        {
          subject: name,
          severity,
          what: say('rule.zfs-full.what', { name, used_percent: usedPercent }),
          evidence: [
            say('rule.zfs-full.space', {
              used_bytes: allocated_bytes,
              size_bytes,
              free_bytes: free_bytes ?? size_bytes - allocated_bytes,
            }),
          ],
          cause: say('rule.zfs-full.cause'),
          cure: say('rule.zfs-full.cure', { name: shellWord(name) }),
        },
      ];
    }),
});
