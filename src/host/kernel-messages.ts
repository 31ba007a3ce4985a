// Which of the kernel's messages are complaints, of what kind, and about whom.
import type { KernelError } from '../contracts/facts/kernel-errors.ts';

export type KernelMessage = {
  readonly at: number;
  /** syslog(3): 0 emergency to 7 debug. */
  readonly priority: number;
  readonly text: string;
};

type Kind = KernelError['kind'];

/** The first pattern that fits decides; its first group that matched is the subject. All are anchored where the kernel's form allows: names of processes stand in messages and may hold anything. */
const PATTERNS: readonly (readonly [Kind, RegExp])[] = [
  ['oom', /^(?:Out of memory|Memory cgroup out of memory): Kill(?:ed)? process \d+ \((.*?)\)/],
  ['machine-check', /^(?:mce: )?(?:\{\d+\})?\[Hardware Error\](?:: .*?(CPU \d+|CPU:\d+))?/],
  ['machine-check', /^EDAC (\w+): .*\b(?:CE|UE)\b/],
  ['machine-check', /^(?:pcieport|pci|\w+) ([\da-f]{4}:[\da-f:.]+): (?:AER: |PCIe Bus Error)/],
  ['filesystem', /^EXT[234]-fs (?:error|warning|panic)? ?\(device ([^)\s]+)\)/],
  [
    'filesystem',
    /^EXT[234]-fs \(([^)]+)\): (?:.*remounting filesystem read-only|.*previous I\/O error|error|failed)/i,
  ],
  ['filesystem', /^Aborting journal on device (\S+?)-\d+\.?$/],
  ['filesystem', /^JBD2: .*(?:error|Error|failed).*?(?:on|for) (\S+)-\d+/],
  ['filesystem', /^XFS \(([^)]+)\): .*(?:corrupt|error|shut(?:ting)? ?down|unmount and run|failed)/i],
  ['filesystem', /^BTRFS(?:: error| error| critical)? \(device (\S+?)(?: state \w+)?\)(?:: error|: )/],
  ['filesystem', /^BTRFS (?:error|critical|warning) \(device ([^)\s]+).*?\): .*/],
  ['filesystem', /^(?:FAT|F2FS|NTFS)-fs \(([^)]+)\): error/i],
  [
    'io',
    /^(?:blk_update_request: |print_req_error: |blk_print_req_error: )?(?:critical )?(?:I\/O|medium|target|space allocation|nexus|protection|device offline|device resource|zone resource|timeout|transport|remote I\/O)(?: exchange)? error, dev ([^\s,]+)/,
  ],
  ['io', /^(?:lost (?:async )?page write due to )?(?:Buffer )?I\/O error on dev(?:ice)? ([^\s,]+)/i],
  [
    'io',
    /^[ws]d \S+ \[(\w+)\] (?:tag#\d+ )?(?:FAILED|Sense Key : (?:Medium|Hardware) Error|Add\. Sense: (?:Unrecovered|Write error))/,
  ],
  [
    'io',
    /^sd \S+ \[(\w+)\] (?:tag#\d+ )?(?:FAILED|Sense Key : (?:Medium|Hardware) Error|Add\. Sense: (?:Unrecovered|Write error))/,
  ],
  [
    'io',
    /^(ata\d+)(?:\.\d+)?: (?:exception|failed command|error|hard resetting|COMRESET failed|disabled|revalidation failed|link is slow)/,
  ],
  [
    'io',
    /^nvme (nvme\d+)(?:n\d+)?: .*(?:timeout|controller is down|not ready|Removing after probe failure|Abort status|I\/O Error|resetting)/i,
  ],
  ['io', /^(nvme\d+n\d+): .*(?:I\/O Error|Read|Write)\(0x\w+\) @ LBA/],
  ['io', /^md\/raid\S*?:(\S+?): (?:Disk failure|Operation continuing|read error)/],
  ['io', /^device-mapper: thin: ([\d:]+): .*(?:no free|out of|failed|exhausted|read-only)/],
  ['io', /^WARNING: Pool '([^']+)' has encountered an uncorrectable I\/O failure/],
  ['hung-task', /^INFO: task (.+?):\d+ blocked (?:in|for)/],
  ['hung-task', /^(?:watchdog: )?BUG: soft lockup - (CPU#\d+)/],
  ['hung-task', /^(?:rcu: )?INFO: rcu_\w+ (?:self-)?detected (?:expedited )?stalls?/],
  ['hung-task', /^(?:NMI )?watchdog: .*hard LOCKUP on (cpu \d+)/i],
  ['other', /^(?:BUG: |kernel BUG at|Oops: |Kernel panic|general protection fault|Unable to handle kernel)/],
];

/** Emergency, alert and critical are complaints whatever they say. */
const CRITICAL = 2;

/** One line for each kind and subject, the newest first. */
export function groupComplaints(messages: readonly KernelMessage[], since: number): KernelError[] {
  const groups = new Map<string, KernelError>();
  for (const { at, priority, text } of messages) {
    const found = at < since ? undefined : classify(text, priority);
    if (found === undefined) continue;
    const key = `${found.kind} ${found.subject ?? ''}`;
    const group = groups.get(key);
    const newest = group === undefined || at >= group.last_at;
    groups.set(key, {
      ...found,
      message: newest ? text : group.message,
      first_at: Math.min(at, group?.first_at ?? at),
      last_at: Math.max(at, group?.last_at ?? at),
      count: (group?.count ?? 0) + 1,
    });
  }
  return [...groups.values()].toSorted((a, b) => b.last_at - a.last_at);
}

export function classify(
  text: string,
  priority: number,
): { readonly kind: Kind; readonly subject: string | null } | undefined {
  for (const [kind, pattern] of PATTERNS) {
    const match = pattern.exec(text);
    if (match !== null) return { kind, subject: match[1] ?? null };
  }
  return priority <= CRITICAL ? { kind: 'other', subject: null } : undefined;
}
