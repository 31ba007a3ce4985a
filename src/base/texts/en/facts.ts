// Words about facts: why one is missing, how fresh it is, what a machine is. English.

export const facts = {
  'reason.no-file': 'not offered here',
  'reason.no-tool': 'tool not installed',
  'reason.not-here': 'not on this kind of machine',
  'reason.no-permission': 'no permission',
  'reason.not-regular': 'not a regular file',
  'reason.empty': 'empty',
  'reason.garbage': 'not understood',
  'reason.too-large': 'too large',
  'reason.timeout': 'no answer in time',
  'reason.hung': 'still waiting for an earlier read',
  'reason.tool-failed': 'the tool reported an error',
  'reason.no-answer': 'nobody answers',
  'reason.io-error': 'could not be read',
  'reason.asleep': 'asleep, not woken',
  'freshness.waiting': 'waiting',
  'freshness.live': 'live',
  'freshness.ageing': 'ageing',
  'freshness.stale': 'stale',
  'freshness.failed': 'failed',
  'freshness.absent': 'none here',
} as const;
