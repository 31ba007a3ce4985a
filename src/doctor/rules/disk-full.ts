// File systems that are full or soon will be.
import { fillLimitsPercent } from '../fill-limits.ts';
import { listFillable, type Fillable } from '../fillable.ts';
import { above } from '../limits.ts';
import { defineRule, say } from '../rule.ts';
import { shellWord } from '../../base/shell-word.ts';

export const diskFull = defineRule({
  id: 'disk-full',
  title: 'rule.disk-full.title',
  needs: ['filesystems'],
  holdMs: 5000,
  look: (facts, _now, before) =>
    listFillable(facts.filesystems.value.filesystems).flatMap((fillable) => {
      const { filesystem, fill } = fillable;
      const subject = filesystem.mount_point;
      const usedPercent = fill.used_share * 100;
      const severity = above(usedPercent, fillLimitsPercent, before(subject));
      if (severity === undefined) return [];
      return [
        {
          subject,
          severity,
          what: say('rule.disk-full.what', { mount: subject, used_percent: usedPercent }),
          evidence: [
            say('rule.disk-full.space', {
              used_bytes: fill.used_bytes,
              size_bytes: fill.size_bytes,
              available_bytes: fill.available_bytes,
            }),
            say('rule.disk-full.device', { device: filesystem.device, type: filesystem.fs_type }),
          ],
          cause: say(isInMemory(fillable) ? 'rule.disk-full.cause.memory' : 'rule.disk-full.cause'),
          cure: say(cureOf(fillable), { mount: shellWord(subject) }),
        },
      ];
    }),
});

const isInMemory = ({ filesystem }: Fillable): boolean =>
  filesystem.fs_type === 'tmpfs' || filesystem.fs_type === 'ramfs';

function cureOf(fillable: Fillable) {
  const { mount_point } = fillable.filesystem;
  if (mount_point === '/') return 'rule.disk-full.cure.root' as const;
  if (mount_point === '/boot') return 'rule.disk-full.cure.boot' as const;
  if (/^\/var\/lib\/(?:docker|containerd)(?:\/|$)/.test(mount_point)) {
    return 'rule.disk-full.cure.docker' as const;
  }
  return 'rule.disk-full.cure' as const;
}
