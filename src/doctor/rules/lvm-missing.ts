// LVM groups of which a disk is gone.
import { defineRule, say } from '../rule.ts';
import { shellWord } from '../../base/shell-word.ts';

export const lvmMissing = defineRule({
  id: 'lvm-missing',
  title: 'rule.lvm-missing.title',
  needs: ['lvm'],
  holdMs: 0,
  look: (facts) =>
    facts.lvm.value.groups.flatMap(({ name, missing_volumes: missing }) =>
      missing === 0
        ? []
        : [
            {
              subject: name,
              severity: 'fail' as const,
              what: say('rule.lvm-missing.what', { name }),
              evidence: [say('rule.lvm-missing.count', { missing })],
              cause: say('rule.lvm-missing.cause'),
              cure: say('rule.lvm-missing.cure', { name: shellWord(name) }),
            },
          ],
    ),
});
