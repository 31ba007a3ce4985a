// What a control group's path says about its owner: a guest, a container, a unit or a user.
import type { CgroupUse } from '../contracts/facts/processes.ts';

export type CgroupOwner = Pick<CgroupUse, 'name' | 'kind'>;

/** Outermost first: on the host, a container inside a guest belongs to the guest. */
const PATTERNS: readonly {
  readonly pattern: RegExp;
  readonly kind: CgroupUse['kind'];
  readonly title: string;
}[] = [
  // LXC appends -1, -2 when an old group of the same guest is still there.
  { pattern: /^\/lxc(?:\/|\.(?:payload|monitor)[./])([^/]+?)(?:-\d+)?(?:\/|$)/, kind: 'lxc', title: 'lxc ' },
  { pattern: /^\/qemu\.slice\/(\d+)\.scope(?:\/|$)/, kind: 'qemu', title: 'vm ' },
  { pattern: /\/docker[-/]([0-9a-f]{12})[0-9a-f]*(?:\.scope)?(?:\/|$)/, kind: 'docker', title: 'docker ' },
  { pattern: /\/libpod-([0-9a-f]{12})[0-9a-f]*(?:\.scope)?(?:\/|$)/, kind: 'other', title: 'podman ' },
  { pattern: /^\/user\.slice\/user-(\d+)\.slice(?:\/|$)/, kind: 'user', title: 'user ' },
  { pattern: /^\/system\.slice\/(?:[^/]+\.slice\/)*([^/]+\.service)(?:\/|$)/, kind: 'service', title: '' },
  {
    pattern: /^\/machine\.slice\/(?:machine-)?([^/]+?)\.(?:scope|service)(?:\/|$)/,
    kind: 'other',
    title: '',
  },
];

/** Nothing for the root, for process 1's own group, and for what has no owner that a person knows. */
export function ownerOfCgroup(path: string): CgroupOwner | undefined {
  for (const { pattern, kind, title } of PATTERNS) {
    const name = pattern.exec(path)?.[1];
    // systemd writes what a unit's name may not hold as \x2d.
    if (name !== undefined) return { name: title + name.replaceAll(/\\x([0-9a-f]{2})/g, unescape), kind };
  }
  return undefined;
}

const unescape = (_: string, hex: string): string => String.fromCharCode(Number.parseInt(hex, 16));

/** The path that says most in /proc/PID/cgroup: version 2's, else version 1's of systemd or memory. */
export function parseProcessCgroup(text: string): string | undefined {
  const paths = new Map<string, string>();
  for (const [, controllers, path] of text.matchAll(/^\d+:([^:\n]*):(\/.*)$/gm)) {
    if (controllers !== undefined && path !== undefined && path !== '/') paths.set(controllers, path);
  }
  return paths.get('') ?? paths.get('name=systemd') ?? paths.get('memory') ?? paths.values().next().value;
}
