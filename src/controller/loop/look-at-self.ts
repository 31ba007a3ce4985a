// The controller's own container, as the daemon tells it: whether it is really this one, and whether it was given
// what it needs and no more (a controller whose stacks folder lies elsewhere for the daemon deploys into nothing).
import type { InspectedContainer } from '../../clients/engine.ts';
import type { PlanIssue } from '../plan/state.ts';

export type Given = {
  /** Of this process. */
  readonly hostname: string;
  readonly bootstrapFolder: string;
  readonly dataFolder: string;
  readonly socketPath: string;
  readonly stacksDir: string;
};

export type LookAtSelf = {
  /** Why the daemon does not see the stacks folder where this process sees it; null when it does. */
  readonly misplaced: string | null;
  readonly issues: readonly PlanIssue[];
};

type Mount = InspectedContainer['mounts'][number];

/** `container`: what the daemon calls by the name that we were told; undefined when there is none. */
export function judgeSelf(name: string, container: InspectedContainer | undefined, given: Given): LookAtSelf {
  if (container === undefined || container.hostname !== given.hostname) {
    const why =
      container === undefined
        ? `this Docker has no container ${name}`
        : `the container ${name} of this Docker has the host name ${container.hostname}, and this one ${given.hostname}`;
    return {
      misplaced: `the controller cannot prove that it runs in the container ${name}: ${why}`,
      issues: [
        issue(
          'controller-container',
          'fail',
          name,
          `The controller does not run in ${name}`,
          `${why}; start it by its unit`,
        ),
      ],
    };
  }
  const at = (target: string) => container.mounts.find((mount) => mount.target === target);
  const stacks = at(given.stacksDir);
  const misplaced = stacksProblem(stacks, given.stacksDir);
  const issues = [
    ...(container.privileged
      ? [
          issue(
            'controller-privileged',
            'fail',
            name,
            "The controller's container is privileged",
            'start it by its unit, which gives it no privileges',
          ),
        ]
      : []),
    ...(misplaced === null ? [] : [missing(given.stacksDir, misplaced)]),
    ...mountIssues(given.bootstrapFolder, at(given.bootstrapFolder), (mount) =>
      mount.readOnly ? null : 'it is mounted writable; its unit mounts it read-only',
    ),
    ...mountIssues(given.dataFolder, at(given.dataFolder), (mount) =>
      mount.readOnly ? 'it is mounted read-only' : null,
    ),
    ...mountIssues(given.socketPath, at(given.socketPath), () => null),
    ...container.mounts
      .filter(
        ({ target }) =>
          ![given.stacksDir, given.bootstrapFolder, given.dataFolder, given.socketPath].includes(target),
      )
      .map(({ target }) =>
        issue(
          'controller-mount-extra',
          'warn',
          target,
          `The controller's container has a mount that it does not need: ${target}`,
          'start it by its unit, with exactly four mounts',
        ),
      ),
  ];
  return { misplaced, issues };
}

function stacksProblem(mount: Mount | undefined, dir: string): string | null {
  if (mount === undefined) return `the stacks folder ${dir} is not mounted into the controller's container`;
  if (mount.type !== 'bind') return `the stacks folder ${dir} is a ${mount.type} and no folder of the guest`;
  if (mount.source !== dir) {
    return `the stacks folder ${dir} is ${mount.source} for Docker: both must be the same path`;
  }
  return mount.readOnly ? `the stacks folder ${dir} is mounted read-only` : null;
}

function mountIssues(
  target: string,
  mount: Mount | undefined,
  judge: (mount: Mount) => string | null,
): readonly PlanIssue[] {
  const why = mount === undefined ? 'it is not mounted' : judge(mount);
  return why === null ? [] : [missing(target, why)];
}

const missing = (target: string, why: string): PlanIssue =>
  issue(
    'controller-mount',
    'fail',
    target,
    `The controller's container lacks a mount: ${target}`,
    `${why}; start it by its unit`,
  );

const issue = (
  code: string,
  level: PlanIssue['level'],
  subject: string,
  text: string,
  hint: string,
): PlanIssue => ({ code, level, subject, text, hint, healsItself: false });
