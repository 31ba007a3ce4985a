// Operations: how many wait and run, and the one that has waited longest.
import { tellProgress } from '../../src/base/texts/tell-operation.ts';
import { formatDuration } from '../../src/base/units.ts';
import { isOpen } from '../../src/contracts/operation-states.ts';
import { segment, type Line } from '../draw/line.ts';
import { freshnessNote, lastFacts } from '../draw/model.ts';
import type { Panel } from './panel.ts';

const RUNNING_SHOWN = 2;

export const pendingPanel: Panel = {
  title: 'overview.pending',
  opens: 'pending',
  side: 'right',
  lines: (model) => {
    const { text } = model;
    const asked = model.observations.operations?.reading;
    // Only an agent keeps any: that is what is missing here, whatever kind of machine it is.
    if (model.source.kind !== 'agent' && (asked === undefined || asked.state === 'absent')) {
      return [[segment(text('overview.no-agent'), 'dim')]];
    }
    const facts = lastFacts(model, 'operations');
    const note = freshnessNote(model, 'operations');
    const below: Line[] = note === undefined ? [] : [[note]];
    if (facts === undefined) return below;
    const open = facts.operations.filter(isOpen);
    if (open.length === 0) return [[segment(text('overview.no-operations'), 'dim')], ...below];
    const count = (state: string) => open.filter((operation) => operation.state === state).length;
    const waiting = open.filter(({ state }) => state !== 'claimed').toSorted((a, b) => a.created - b.created);
    const [oldest] = waiting;
    return [
      [
        segment(
          text('overview.operations', {
            pending: count('pending'),
            approved: count('approved'),
            running: count('claimed'),
          }),
          waiting.length > 0 ? 'warn' : 'info',
        ),
      ],
      ...(oldest === undefined
        ? []
        : [
            [
              segment(
                text('overview.oldest', {
                  age: formatDuration(model.nowMs - oldest.created, text.language),
                  device: oldest.device,
                  fstype: oldest.fstype,
                }),
                'dim',
              ),
            ],
          ]),
      ...open
        .filter(({ state }) => state === 'claimed')
        .slice(0, RUNNING_SHOWN)
        .map((operation): Line => [
          segment(`${operation.device} ${operation.fstype} `),
          segment(operation.progress === null ? '' : tellProgress(model.text, operation.progress), 'info'),
        ]),
      ...below,
    ];
  },
};
