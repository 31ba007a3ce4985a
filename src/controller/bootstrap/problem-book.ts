// The problems of what a guest is told, one for each place that it comes from: what is read again takes its own
// back. The health tells and logs them.
import type { PlanIssue } from '../plan/state.ts';

export type ProblemPlace = 'bootstrap' | 'file' | 'hub' | 'write';
export type ProblemBook = {
  readonly set: (place: ProblemPlace, problem: PlanIssue | undefined) => void;
  readonly list: () => readonly PlanIssue[];
};

export function createProblemBook(onChange: () => void): ProblemBook {
  const problems = new Map<ProblemPlace, PlanIssue>();
  return {
    set: (place, problem) => {
      if (problems.get(place)?.text === problem?.text) return;
      if (problem === undefined) problems.delete(place);
      else problems.set(place, problem);
      onChange();
    },
    list: () => [...problems.values()],
  };
}
