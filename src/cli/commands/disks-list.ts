// `felhom disks list`: which disk is which, what is on it, and how it is.
import { ActionableError, EXIT } from '../../base/errors.ts';
import { flaggedDevices } from '../../contracts/flagged-devices.ts';
import type { DisksListOutput } from '../../contracts/outputs.ts';
import { valueOf } from '../../contracts/reading.ts';
import { smartSubject } from '../../doctor/smart-subject.ts';
import type { Command } from '../command.ts';
import { formatDisks } from '../disk-table.ts';
import { readOnce, timeoutOption } from '../read-once.ts';
import { withSmart } from '../with-smart.ts';

export const disksListCommand: Command = {
  name: 'disks list',
  summary: 'command.disks-list',
  options: timeoutOption,
  operands: [],
  run: async (context) => {
    const { text, clock, out, err } = context;
    const { facts, source } = await readOnce(context, ['disks', 'disk_flags', 'smart']);
    const reading = facts.disks;
    if (reading === undefined || reading.state !== 'ok') {
      const reason = reading === undefined ? '' : text(`reason.${reading.code}`);
      throw new ActionableError('failed', text('disks.unread', { reason }));
    }
    const smart = valueOf(facts.smart)?.disks ?? [];
    const devices = withSmart(
      flaggedDevices(reading.value.devices, valueOf(facts.disk_flags)?.flags ?? []),
      smart,
    );
    if (context.json) {
      const document: DisksListOutput = { schema: 'felhom/disks-list/1', at: clock.now(), source, devices };
      out.json(document);
      return EXIT.ok;
    }
    if (devices.length === 0) err.line(text('disks.none'));
    else for (const line of formatDisks(devices, text, out.columns)) out.line(line);
    for (const disk of smart) {
      if (disk.report.state !== 'failed') continue;
      const { code } = disk.report;
      err.line(
        text('disks.smart-unread', { disk: smartSubject(disk, smart), reason: text(`reason.${code}`) }),
      );
    }
    return EXIT.ok;
  },
};
