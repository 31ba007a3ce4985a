// Protected containers that do not run: without them the guest does not serve.
import { defineContainerRule } from '../container-rule.ts';

export const containerStopped = defineContainerRule({
  id: 'container-stopped',
  // An update replaces a container within seconds.
  holdMs: 20_000,
  isIll: (container) =>
    container.protected && ['created', 'paused', 'exited', 'dead'].includes(container.state),
});
