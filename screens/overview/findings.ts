// The worst of what the doctor found.
import { formatDuration } from '../../src/base/units.ts';
import { cells, fit } from '../../src/base/cells.ts';
import { segment, type Line } from '../draw/line.ts';
import { say, severityOf } from '../health.ts';
import { more, type Panel } from './panel.ts';

const FINDINGS_SHOWN = 5;

export const findingsPanel: Panel = {
  title: 'overview.findings',
  opens: 'health',
  side: 'right',
  lines: (model, width) => {
    if (model.examination === undefined) return [[segment(model.text('freshness.waiting'), 'dim')]];
    const { findings: all, rules } = model.examination;
    const unknown = rules.filter((rule) => rule.state === 'unknown').length;
    const tail: Line[] =
      unknown === 0 ? [] : [[segment(model.text('overview.unknown-rules', { count: unknown }), 'dim')]];
    if (all.length === 0) {
      return [
        [
          segment(
            `${model.glyphs.good} ${model.text('health.fine', { rules: rules.length - unknown })}`,
            'good',
          ),
        ],
        ...tail,
      ];
    }
    const shown = all.slice(0, FINDINGS_SHOWN).map((finding) => {
      const age = formatDuration(model.nowMs - finding.since, model.text.language);
      const head = severityOf(model, finding.severity);
      const room = width - cells(head.text) - cells(age) - 2;
      return [
        head,
        segment(' '),
        segment(fit(segment(say(model, finding.what)).text, Math.max(1, room))),
        segment(` ${age}`, 'dim'),
      ];
    });
    return [...shown, ...more(model, all.length - FINDINGS_SHOWN), ...tail];
  },
};
