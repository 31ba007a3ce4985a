// Mounted file systems that do not answer: every program that touches one hangs with it.
import { defineRule, say } from '../rule.ts';
import { shellWord } from '../../base/shell-word.ts';

const NETWORK = /^(?:nfs|cifs|smb|ceph|glusterfs|9p|fuse)/;

export const filesystemHung = defineRule({
  id: 'filesystem-hung',
  title: 'rule.filesystem-hung.title',
  needs: ['filesystems'],
  // A busy disk may keep one statfs waiting.
  holdMs: 10_000,
  look: (facts) =>
    facts.filesystems.value.filesystems.flatMap(({ mount_point, device, fs_type, fill }) => {
      if (fill.state === 'ok' || (fill.code !== 'timeout' && fill.code !== 'hung')) return [];
      return [
        {
          subject: mount_point,
          severity: 'fail' as const,
          what: say('rule.filesystem-hung.what', { mount: mount_point }),
          evidence: [say('rule.filesystem-hung.mount', { device, type: fs_type })],
          cause: NETWORK.test(fs_type)
            ? say('rule.filesystem-hung.cause.network', { device })
            : say('rule.filesystem-hung.cause', { device }),
          cure: say('rule.filesystem-hung.cure', { mount: shellWord(mount_point) }),
        },
      ];
    }),
});
