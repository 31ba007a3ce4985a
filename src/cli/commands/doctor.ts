// `felhom doctor [RULE]`: what is wrong, since when, the evidence, the cause, and what to do.
import { ActionableError, EXIT } from '../../base/errors.ts';
import type { DoctorOutput } from '../../contracts/outputs.ts';
import { allRules } from '../../doctor/all-rules.ts';
import { examine } from '../../doctor/examine.ts';
import { RULE_SUBJECTS } from '../../doctor/subjects.ts';
import type { Command, CommandContext } from '../command.ts';
import { nearest } from '../nearest.ts';
import { readOnce, timeoutOption } from '../read-once.ts';
import { printAnswers, printFinding, tellFinding } from '../tell-findings.ts';

const RULE_IDS = allRules.map(({ id }) => id);

export const doctorCommand: Command = {
  name: 'doctor',
  summary: 'command.doctor',
  options: timeoutOption,
  operands: [{ placeholder: 'RULE', required: false, choices: RULE_IDS }],
  run: async (context) => {
    const { text, clock, out } = context;
    const rule = ruleOf(context);
    // All rules even for one: another may explain what this one finds.
    const { facts, source } = await readOnce(context, RULE_SUBJECTS);
    const examination = examine({ facts, now: clock.now() });
    const isWanted = (one: { rule: string }) => rule === undefined || one.rule === rule;
    const findings = examination.findings.filter(isWanted).map((finding) => tellFinding(text, finding));
    const rules = examination.rules.filter(isWanted);
    const { at } = examination;
    if (context.json) {
      const document: DoctorOutput = {
        schema: 'felhom/doctor/1',
        at,
        source,
        rule: rule ?? null,
        findings,
        rules,
      };
      out.json(document);
    } else {
      for (const finding of findings) {
        printFinding(out, text, finding, at);
        out.line();
      }
      printAnswers(out, text, rules);
      const unknown = rules.filter(({ state }) => state === 'unknown').length;
      out.line(text('doctor.summary', { findings: findings.length, rules: rules.length, unknown }));
    }
    return findings.length > 0 ? EXIT.findings : EXIT.ok;
  },
};

function ruleOf({ operands, text }: CommandContext): string | undefined {
  const [rule] = operands;
  if (rule === undefined || RULE_IDS.includes(rule)) return rule;
  const near = nearest(rule, RULE_IDS);
  throw new ActionableError('not-found', text('doctor.no-rule', { name: rule }), {
    hint:
      near === undefined
        ? text('doctor.no-rule.all', { rules: RULE_IDS.join(', ') })
        : text('doctor.no-rule.near', { near }),
  });
}
