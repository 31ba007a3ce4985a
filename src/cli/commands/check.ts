// `felhom check`: health for monitoring systems, by the guidelines of the monitoring plugins: one
// line, figures behind a bar, exit code 0 ok, 1 warning, 2 critical, 3 unknown.
import { ActionableError } from '../../base/errors.ts';
import { makeHarmless } from '../../contracts/harmless.ts';
import type { CheckOutput, ToldFinding } from '../../contracts/outputs.ts';
import { examine } from '../../doctor/examine.ts';
import { RULE_SUBJECTS } from '../../doctor/subjects.ts';
import type { Command, CommandContext } from '../command.ts';
import { formatPerfdatum, listPerfdata } from '../perfdata.ts';
import { readOnce, timeoutOption } from '../read-once.ts';
import { tellFinding } from '../tell-findings.ts';

const EXIT_CODES = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;
/** One line has room for so many; the doctor has the rest. */
const MAX_NAMED = 8;

export const checkCommand: Command = {
  name: 'check',
  summary: 'command.check',
  options: timeoutOption,
  operands: [],
  exitOnError: EXIT_CODES.UNKNOWN,
  run: async (context) => {
    const { out } = context;
    try {
      const document = await look(context);
      if (context.json) out.json(document);
      else out.line(...partsOf(document));
      return document.exit_code;
    } catch (error) {
      // Monitoring systems show the first line of the output, and no messages.
      if (!(error instanceof ActionableError) || error.kind !== 'unreachable' || context.json) throw error;
      out.line(`FELHOM UNKNOWN - ${withoutBar(error.message)}`);
      if (error.hint !== undefined) context.err.line(error.hint);
      return EXIT_CODES.UNKNOWN;
    }
  },
};

async function look(context: CommandContext): Promise<CheckOutput> {
  const { text, clock } = context;
  const { facts, source } = await readOnce(context, RULE_SUBJECTS);
  const { at, findings: found, rules } = examine({ facts, now: clock.now() });
  const findings = found.map((finding) => tellFinding(text, finding));
  const unknown = rules.filter(({ state }) => state === 'unknown').length;
  const status = statusOf(findings);
  return {
    schema: 'felhom/check/1',
    at,
    source,
    status,
    exit_code: EXIT_CODES[status],
    summary: summaryOf(findings, context, { told: rules.length - unknown, unknown }),
    perfdata: [...listPerfdata(facts)],
    findings,
    rules,
  };
}

function statusOf(findings: readonly ToldFinding[]): CheckOutput['status'] {
  if (findings.some(({ severity }) => severity === 'fail')) return 'CRITICAL';
  return findings.length > 0 ? 'WARNING' : 'OK';
}

function summaryOf(
  findings: readonly ToldFinding[],
  { text }: CommandContext,
  { told, unknown }: { readonly told: number; readonly unknown: number },
): string {
  if (findings.length === 0) {
    const fine = text('check.fine', { rules: told });
    return unknown === 0 ? fine : `${fine}, ${text('check.unknown', { unknown })}`;
  }
  const named = findings.slice(0, MAX_NAMED).map(({ told }) => told.what);
  const more = findings.length - named.length;
  return [...named, ...(more > 0 ? [text('check.more', { more })] : [])].join('; ');
}

/** Parts, as each is limited in length and the figures of many file systems are long. */
function partsOf({ status, summary, perfdata }: CheckOutput): readonly string[] {
  const figures = perfdata.map(
    (perfdatum, index) => `${index === 0 ? '|' : ' '}${formatPerfdatum(perfdatum)}`,
  );
  return [`FELHOM ${status} - ${withoutBar(summary)}`, ...figures];
}

/** The first bar of the line ends what people read. */
const withoutBar = (text: string): string => makeHarmless(text).replaceAll('|', '/');
