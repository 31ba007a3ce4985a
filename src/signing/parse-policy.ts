// The policy, from its text: the whole of it as it should be, or nobody can approve.
import { parseYaml } from '../base/yaml-text.ts';
import { signingPolicy, type SigningPolicy } from '../contracts/signing-policy.ts';
import type { LineProblem } from './allowed-signers.ts';

export function parsePolicy(text: string): SigningPolicy | LineProblem {
  const yaml = parseYaml(text);
  const [problem] = yaml.problems;
  if (problem !== undefined) return { line: problem.line, detail: problem.message };
  const parsed = signingPolicy.safeParse(yaml.value ?? {});
  if (parsed.success) return parsed.data.storage_wipe;
  const [issue] = parsed.error.issues;
  const path = (issue?.path ?? []).filter((key) => typeof key !== 'symbol');
  const unknown = issue?.code === 'unrecognized_keys' ? (issue.keys[0] ?? '') : undefined;
  const why =
    unknown === undefined
      ? (issue?.message ?? '')
      : `"${unknown}" is not known: see whether it is misspelt, else take it out`;
  return {
    line: yaml.lineOf(unknown === undefined ? path : [...path, unknown]),
    detail: [...(path.length === 0 ? [] : [path.join('.')]), why].join(': '),
  };
}
