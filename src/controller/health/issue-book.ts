// Since when each issue is there, and in how many looks in a row it was seen.
import type { HealthIssue } from '../../contracts/facts/base-stack.ts';
import type { FoundIssue } from './gather-issues.ts';

export type IssueBook = {
  /** `look`: a look of its own; else only something has changed, and nothing is counted. */
  readonly note: (found: readonly FoundIssue[], at: number, look: boolean) => readonly HealthIssue[];
};

export function createIssueBook(): IssueBook {
  let known = new Map<string, HealthIssue>();
  return {
    note: (found, at, look) => {
      const issues = found.map((issue) => {
        const before = known.get(keyOf(issue));
        const count = before === undefined ? 1 : before.count + (look ? 1 : 0);
        return { ...issue, since: before?.since ?? at, count };
      });
      known = new Map(issues.map((issue) => [keyOf(issue), issue]));
      return issues;
    },
  };
}

/** Another text is another problem. */
const keyOf = ({ code, subject, level, text }: FoundIssue): string => [code, subject, level, text].join('\n');
