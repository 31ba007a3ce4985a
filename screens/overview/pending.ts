// Operations that wait for a signature: kept by the agent, which does not answer here.
import { segment } from '../draw/line.ts';
import type { Panel } from './panel.ts';

export const pendingPanel: Panel = {
  title: 'overview.pending',
  opens: 'pending',
  side: 'right',
  lines: (model) => [[segment(model.text('overview.no-agent'), 'dim')]],
};
