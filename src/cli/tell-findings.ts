// Findings in words: for people as lines, and for JSON beside their keys.
import { tell } from '../base/texts/tell.ts';
import type { Text } from '../base/texts/text.ts';
import { formatDuration, formatMoment } from '../base/units.ts';
import type { Finding, RuleAnswer } from '../contracts/finding.ts';
import type { ToldFinding } from '../contracts/outputs.ts';
import { allRules } from '../doctor/all-rules.ts';
import type { Output, Part } from './print.ts';

export const tellFinding = (text: Text, finding: Finding): ToldFinding => ({
  ...finding,
  told: {
    what: tell(text, finding.what),
    evidence: finding.evidence.map((message) => tell(text, message)),
    cause: tell(text, finding.cause),
    cure: tell(text, finding.cure),
  },
});

/** The word for how bad it is, in its colour and never in colour alone. */
export const severityPart = (text: Text, finding: Pick<Finding, 'severity'>): Part => ({
  text: text(`severity.${finding.severity}`),
  style: finding.severity === 'fail' ? 'bad' : 'warn',
});

/** One finding with everything that is known of it. */
export function printFinding(out: Output, text: Text, finding: ToldFinding, now: number): void {
  const labels = [text('doctor.since'), text('doctor.evidence'), text('doctor.cause'), text('doctor.cure')];
  const width = Math.max(...labels.map((label) => label.length));
  const row = (label: string, value: string) =>
    out.line('  ', { text: label.padEnd(width), style: 'dim' }, '  ', value);
  const { what, evidence, cause, cure } = finding.told;
  out.line(severityPart(text, finding), ': ', { text: what, style: 'strong' }, ` [${finding.rule}]`);
  const age = formatDuration(now - finding.since, text.language);
  row(text('doctor.since'), `${formatMoment(finding.since)} (${age})`);
  evidence.forEach((line, index) => row(index === 0 ? text('doctor.evidence') : '', line));
  row(text('doctor.cause'), cause);
  row(text('doctor.cure'), cure);
}

/** What could not be told, and why; what is explained by another finding. */
export function printAnswers(out: Output, text: Text, answers: readonly RuleAnswer[]): void {
  for (const { rule, state, because } of answers) {
    if (because === null || (state !== 'unknown' && state !== 'explained')) continue;
    const title = allRules.find(({ id }) => id === rule)?.title;
    out.line({ text: text(`answer.${state}`), style: 'dim' }, ': ', title === undefined ? rule : text(title));
    out.line('  ', tell(text, because));
  }
}
