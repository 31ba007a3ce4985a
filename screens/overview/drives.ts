// The disks with their flags, and what SMART says of them.
import { formatBytes, formatCelsius } from '../../src/base/units.ts';
import { valueOf } from '../../src/contracts/reading.ts';
import { smartOf } from '../../src/contracts/smart-of.ts';
import { listFlagged, smartTone, verdictTone } from '../disks/row.ts';
import { fit } from '../../src/base/cells.ts';
import { segment, type Line } from '../draw/line.ts';
import { freshnessNote, lastFacts, toneOfRules } from '../draw/model.ts';
import { more, type Panel } from './panel.ts';

const DRIVES_SHOWN = 8;

export const drivesPanel: Panel = {
  title: 'overview.drives',
  opens: 'disks',
  side: 'right',
  lines: (model) => {
    const facts = lastFacts(model, 'disks');
    const note = freshnessNote(model, 'disks');
    if (facts === undefined) return note === undefined ? [] : [[note]];
    const reports = lastFacts(model, 'smart')?.disks ?? [];
    const drives = listFlagged(model).filter((device) => device.kind === 'disk');
    const lines = drives.slice(0, DRIVES_SHOWN).map((device): Line => {
      const report = valueOf(smartOf(device.path, reports)?.report);
      const celsius = report?.temperature_c ?? null;
      const isThis = (subject: string) => subject === device.path;
      return [
        segment(fit(device.name, 9)),
        segment(` ${fit(model.text(`verdict.${device.verdict}`), 11)}`, verdictTone[device.verdict]),
        segment(fit(formatBytes(device.size_bytes, model.text.language), 9, 'right')),
        ...(report === undefined
          ? []
          : [segment(`  ${model.text(`smart.${report.verdict}`)}`, smartTone[report.verdict])]),
        ...(celsius === null
          ? []
          : [
              segment(
                `  ${formatCelsius(celsius, model.text.language)}`,
                toneOfRules(model, ['disk-temperature'], isThis),
              ),
            ]),
        segment(`  ${device.model ?? ''}`, 'dim'),
      ];
    });
    return [...lines, ...more(model, drives.length - DRIVES_SHOWN), ...(note === undefined ? [] : [[note]])];
  },
};
