// File systems that have room left but no inodes: "No space left on device" with free space.
import { fillLimitsPercent } from '../fill-limits.ts';
import { listFillable } from '../fillable.ts';
import { above } from '../limits.ts';
import { defineRule, say } from '../rule.ts';
import { shellWord } from '../../base/shell-word.ts';

export const inodes = defineRule({
  id: 'inodes',
  title: 'rule.inodes.title',
  needs: ['filesystems'],
  holdMs: 5000,
  look: (facts, _now, before) =>
    listFillable(facts.filesystems.value.filesystems).flatMap(({ filesystem, fill }) => {
      const { inodes_total: total, inodes_used: used } = fill;
      if (total === null || used === null || total === 0) return [];
      const subject = filesystem.mount_point;
      const severity = above((used / total) * 100, fillLimitsPercent, before(subject));
      if (severity === undefined) return [];
      return [
        {
          subject,
          severity,
          what: say('rule.inodes.what', { mount: subject, used_percent: (used / total) * 100 }),
          evidence: [say('rule.inodes.count', { used, total })],
          cause: say('rule.inodes.cause'),
          cure: say('rule.inodes.cure', { mount: shellWord(subject) }),
        },
      ];
    }),
});
