// Network links with their state and addresses.
import { cut, fit } from '../../src/base/cells.ts';
import { segment, type Line } from '../draw/line.ts';
import { freshnessNote, lastFacts } from '../draw/model.ts';
import { more, type Panel } from './panel.ts';

const LINKS_SHOWN = 4;

export const linksPanel: Panel = {
  title: 'overview.links',
  opens: 'health',
  side: 'left',
  lines: (model, width) => {
    const facts = lastFacts(model, 'network');
    const note = freshnessNote(model, 'network');
    if (facts === undefined) return note === undefined ? [] : [[note]];
    const shown = facts.links
      .filter((link) => link.kind !== 'loopback')
      .toSorted((a, b) => Number(b.state === 'up') - Number(a.state === 'up'));
    const lines = shown
      .slice(0, LINKS_SHOWN)
      .map((link): Line => [
        segment(`${fit(segment(link.name).text, 12)} `),
        segment(fit(link.state, 8), link.state === 'up' ? 'good' : link.state === 'down' ? 'warn' : 'dim'),
        segment(cut(segment(link.addresses.join(' ')).text, Math.max(0, width - 22)), 'dim'),
      ]);
    const none: Line[] = shown.length === 0 ? [[segment(model.text('overview.no-links'), 'dim')]] : [];
    return [
      ...lines,
      ...none,
      ...more(model, shown.length - LINKS_SHOWN),
      ...(note === undefined ? [] : [[note]]),
    ];
  },
};
