// Containers that end as soon as they are started.
import { defineContainerRule } from '../container-rule.ts';

export const containerRestarting = defineContainerRule({
  id: 'container-restarting',
  // Docker shows `restarting` only while it waits between two tries.
  holdMs: 0,
  isIll: (container) => container.state === 'restarting',
});
