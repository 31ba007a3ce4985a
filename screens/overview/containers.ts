// The protected containers in a line each, and how many others run.
import { containerTone } from '../containers.ts';
import { fit } from '../../src/base/cells.ts';
import { segment, type Line } from '../draw/line.ts';
import { freshnessNote, lastFacts } from '../draw/model.ts';
import type { Panel } from './panel.ts';

export const containersPanel: Panel = {
  title: 'overview.containers',
  opens: 'containers',
  side: 'right',
  lines: (model) => {
    const facts = lastFacts(model, 'containers');
    const note = freshnessNote(model, 'containers');
    if (facts === undefined) return note === undefined ? [] : [[note]];
    const protectedOnes = facts.containers.filter((container) => container.protected);
    const running = facts.containers.filter((container) => container.state === 'running').length;
    return [
      ...protectedOnes.map((container): Line => [
        segment(`${model.glyphs.lock} ${fit(segment(container.name).text, 16)}`),
        segment(fit(container.state, 12), containerTone(container)),
        segment(container.status, 'dim'),
      ]),
      [
        segment(model.text('overview.running', { running, total: facts.containers.length }), 'dim'),
        ...(note === undefined ? [] : [segment('  '), note]),
      ],
    ];
  },
};
