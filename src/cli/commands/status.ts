// `felhom status`: the overview in text.
import { EXIT } from '../../base/errors.ts';
import { tellMissing } from '../../base/texts/tell-missing.ts';
import { flaggedDevices } from '../../contracts/flagged-devices.ts';
import type { ToldFinding } from '../../contracts/outputs.ts';
import { valueOf } from '../../contracts/reading.ts';
import { examine } from '../../doctor/examine.ts';
import type { FactMap } from '../../doctor/rule.ts';
import { SUBJECTS } from '../../doctor/subjects.ts';
import type { Command, CommandContext } from '../command.ts';
import { formatDisks } from '../disk-table.ts';
import { formatFilesystems } from '../filesystem-table.ts';
import { readOnce, timeoutOption } from '../read-once.ts';
import { listStatusLines } from '../status-lines.ts';
import { severityPart, tellFinding } from '../tell-findings.ts';
import { withSmart } from '../with-smart.ts';

export const statusCommand: Command = {
  name: 'status',
  summary: 'command.status',
  options: timeoutOption,
  operands: [],
  run: async (context) => {
    const { text, clock, out } = context;
    const { facts, source } = await readOnce(context, SUBJECTS);
    const { at, findings: found, rules } = examine({ facts, now: clock.now() });
    const findings = found.map((finding) => tellFinding(text, finding));
    if (context.json) {
      // Parsed by its own schema, as a document with a subject missing must not go out; loaded
      // here, as zod costs more than reading the machine.
      const { statusOutput } = await import('../../contracts/outputs.ts');
      out.json(statusOutput.parse({ schema: 'felhom/status/1', at, source, facts, findings, rules }));
      return EXIT.ok;
    }
    printLines(context, facts);
    printDisks(context, facts);
    printFilesystems(context, facts);
    printFindings(context, findings);
    return EXIT.ok;
  },
};

function printLines({ out, text }: CommandContext, facts: FactMap): void {
  const lines = listStatusLines(facts, text);
  const width = Math.max(...lines.map(({ label }) => text(label).length));
  for (const { label, value, missing } of lines) {
    const shown = missing ? { text: value, style: 'warn' as const } : value;
    out.line({ text: text(label).padEnd(width), style: 'strong' }, '  ', shown);
  }
}

function printDisks({ out, text }: CommandContext, facts: FactMap): void {
  const reading = facts.disks;
  if (reading === undefined || reading.state === 'absent') return;
  out.line();
  out.line({ text: text('status.disks'), style: 'strong' });
  if (reading.state !== 'ok') return out.line({ text: tellMissing(text, reading), style: 'warn' });
  const flagged = flaggedDevices(reading.value.devices, valueOf(facts.disk_flags)?.flags ?? []);
  const whole = flagged.filter(({ kind, size_bytes }) => kind === 'disk' && size_bytes > 0);
  const disks = withSmart(whole, valueOf(facts.smart)?.disks ?? []);
  for (const line of formatDisks(disks, text, out.columns)) out.line(line);
}

function printFilesystems({ out, text }: CommandContext, facts: FactMap): void {
  const reading = facts.filesystems;
  if (reading === undefined || reading.state === 'absent') return;
  out.line();
  out.line({ text: text('status.filesystems'), style: 'strong' });
  if (reading.state !== 'ok') return out.line({ text: tellMissing(text, reading), style: 'warn' });
  for (const line of formatFilesystems(reading.value.filesystems, text, out.columns)) out.line(line);
}

function printFindings({ out, text }: CommandContext, findings: readonly ToldFinding[]): void {
  out.line();
  const label = { text: text('status.findings'), style: 'strong' as const };
  if (findings.length === 0) return out.line(label, '  ', text('status.findings.none'));
  out.line(label);
  for (const finding of findings) out.line('  ', severityPart(text, finding), ': ', finding.told.what);
  out.line('  ', { text: text('status.findings.more'), style: 'dim' });
}
