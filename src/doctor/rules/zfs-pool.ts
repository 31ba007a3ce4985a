// ZFS pools that are not whole, or that counted errors.
import type { ZfsPool } from '../../contracts/facts/pools.ts';
import { defineRule, say } from '../rule.ts';
import { shellWord } from '../../base/shell-word.ts';

export const zfsPool = defineRule({
  id: 'zfs-pool',
  title: 'rule.zfs-pool.title',
  needs: ['zfs'],
  holdMs: 0,
  look: (facts) =>
    facts.zfs.value.pools.flatMap((pool) => {
      const errors = countErrors(pool);
      if (pool.state === 'ONLINE' && errors === 0) return [];
      // A degraded pool still serves its data; every other state does not, or not all of it.
      const severity =
        pool.state === 'ONLINE' || pool.state === 'DEGRADED' ? ('warn' as const) : ('fail' as const);
      const name = pool.name;
      return [
        {
          subject: name,
          severity,
          what:
            pool.state === 'ONLINE'
              ? say('rule.zfs-pool.what.errors', { name })
              : say('rule.zfs-pool.what', { name, state: pool.state }),
          evidence: [
            say('rule.zfs-pool.counts', {
              read: pool.read_errors ?? '?',
              write: pool.write_errors ?? '?',
              checksum: pool.checksum_errors ?? '?',
            }),
            ...(pool.scan === null ? [] : [say('rule.zfs-pool.scan', { scan: pool.scan })]),
          ],
          cause: say(pool.state === 'ONLINE' ? 'rule.zfs-pool.cause.errors' : 'rule.zfs-pool.cause'),
          cure: say(pool.state === 'ONLINE' ? 'rule.zfs-pool.cure.errors' : 'rule.zfs-pool.cure', {
            name: shellWord(name),
          }),
        },
      ];
    }),
});

const countErrors = (pool: ZfsPool): number =>
  (pool.read_errors ?? 0) + (pool.write_errors ?? 0) + (pool.checksum_errors ?? 0);
