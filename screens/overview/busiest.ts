// The busiest processes, then the busiest guests and containers by their control groups.
import { formatBytes, formatShare } from '../../src/base/units.ts';
import { fit } from '../../src/base/cells.ts';
import { segment, type Line } from '../draw/line.ts';
import { freshnessNote, lastFacts, type Model } from '../draw/model.ts';
import type { Panel } from './panel.ts';

const BUSIEST_SHOWN = 5;
const GROUPS_SHOWN = 5;

export const busiestPanel: Panel = {
  title: 'overview.busiest',
  opens: 'containers',
  side: 'left',
  lines: (model, width, room) => {
    const note = freshnessNote(model, 'processes');
    const facts = lastFacts(model, 'processes');
    if (facts === undefined) return note === undefined ? [] : [[note]];
    const nameWidth = Math.max(12, width - 40);
    const used = (cpu: number | null, bytes: number | null) =>
      segment(`${fit(share(model, cpu), 8, 'right')}${fit(size(model, bytes), 11, 'right')}`);
    const processes = facts.top_cpu
      .slice(0, BUSIEST_SHOWN + room)
      .map((process): Line => [
        segment(fit(segment(process.name).text, nameWidth)),
        used(process.cpu, process.rss_bytes),
        segment(`  ${process.owner ?? ''}`, 'dim'),
      ]);
    const groups = facts.cgroups
      .filter((group) => group.kind === 'lxc' || group.kind === 'qemu' || group.kind === 'docker')
      .slice(0, GROUPS_SHOWN)
      .map((group): Line => [
        segment(fit(segment(group.name).text, nameWidth), 'info'),
        used(group.cpu, group.memory_bytes),
      ]);
    const { total, blocked, zombies } = facts;
    const summary = segment(model.text('overview.processes', { total, blocked, zombies }), 'dim');
    return [...processes, ...groups, note === undefined ? [summary] : [summary, segment('  '), note]];
  },
};

const share = (model: Model, cpu: number | null): string =>
  cpu === null ? model.glyphs.dash : formatShare(cpu, model.text.language);
const size = (model: Model, bytes: number | null): string =>
  bytes === null ? model.glyphs.dash : formatBytes(bytes, model.text.language);
