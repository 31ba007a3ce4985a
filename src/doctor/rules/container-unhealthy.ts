// Containers that run and fail their own health check.
import { defineContainerRule } from '../container-rule.ts';

export const containerUnhealthy = defineContainerRule({
  id: 'container-unhealthy',
  // Docker itself waits for several failures in a row.
  holdMs: 0,
  isIll: (container) => container.state === 'running' && container.health === 'unhealthy',
});
