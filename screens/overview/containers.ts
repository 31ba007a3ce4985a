// The controller in a line, the protected containers in a line each, and how many others run.
import { fit } from '../../src/base/cells.ts';
import { controllerLine } from '../containers/controller-line.ts';
import { containerTone, listContainerRows, type ContainerRow } from '../containers/row.ts';
import { careCell } from '../containers/service-words.ts';
import { statusOf } from '../containers/status-words.ts';
import { segment, type Line } from '../draw/line.ts';
import { freshnessNote, lastFacts, type Model } from '../draw/model.ts';
import type { Panel } from './panel.ts';

export const containersPanel: Panel = {
  title: 'overview.containers',
  opens: 'containers',
  side: 'right',
  lines: (model) => {
    const facts = lastFacts(model, 'containers');
    const note = freshnessNote(model, 'containers');
    const controller = controllerLine(model);
    const above = controller === undefined ? [] : [controller];
    const rows = listContainerRows(model).filter(({ isProtected }) => isProtected);
    const lines = rows.map((row) => protectedLine(row, model));
    if (facts === undefined) return [...above, ...lines, ...(note === undefined ? [] : [[note]])];
    const running = facts.containers.filter((container) => container.state === 'running').length;
    return [
      ...above,
      ...lines,
      [
        segment(model.text('overview.running', { running, total: facts.containers.length }), 'dim'),
        ...(note === undefined ? [] : [segment('  '), note]),
      ],
    ];
  },
};

/** What the controller does about it says more than Docker's sentence. */
function protectedLine(row: ContainerRow, model: Model): Line {
  const { name, container, service } = row;
  return [
    segment(`${model.glyphs.lock} ${fit(segment(name).text, 16)}`),
    segment(fit(segment(container?.state ?? model.text('containers.missing')).text, 12), containerTone(row)),
    service === undefined || service.state === 'running'
      ? segment(container === undefined ? '' : statusOf(container, model), 'dim')
      : careCell(row, model),
  ];
}
