// Who this machine is: names from /proc/sys/kernel, role and version of Proxmox from its files.
import { machine as kernelArchitecture } from 'node:os';
import type { IdentityFacts } from '../contracts/facts/identity.ts';
import { ok, type Reading } from '../contracts/reading.ts';
import type { Machine } from './machine.ts';
import { readFact, readLine } from './read-fact.ts';
import { detectVirtualization, type Virtualization } from './virtualization.ts';

/** Part of pve-manager; saying its version takes no Perl. */
const PROXMOX_CONFIG = '/usr/share/perl5/PVE/pvecfg.pm';
const PVEVERSION_DEADLINE_MS = 5000;

export async function readIdentity(
  machine: Machine,
  _previous?: unknown,
  signal?: AbortSignal,
): Promise<Reading<IdentityFacts>> {
  const hostname = await readFact(machine, '/proc/sys/kernel/hostname', parseName);
  if (hostname.state !== 'ok') return hostname;
  const kernel = await readFact(machine, '/proc/sys/kernel/osrelease', parseName);
  if (kernel.state !== 'ok') return kernel;
  const virtualization = await detectVirtualization(machine);
  const proxmox = await readProxmox(machine, signal);
  // Since Linux 6.1; before that the running machine knows, and a recorded one does not.
  const architecture = await readLine(machine, '/proc/sys/kernel/arch');
  const osRelease =
    (await readLine(machine, '/etc/os-release')) ?? (await readLine(machine, '/usr/lib/os-release'));
  return ok(
    {
      hostname: hostname.value,
      kernel_release: kernel.value,
      architecture: architecture ?? (machine.live ? kernelArchitecture() : null),
      os_name: parseOsName(osRelease ?? '') ?? null,
      boot_id: (await readLine(machine, '/proc/sys/kernel/random/boot_id')) ?? null,
      role: roleOf(virtualization, proxmox !== undefined),
      virtualization: virtualization.name,
      proxmox_version: proxmox?.version ?? null,
    },
    hostname.source,
    hostname.at,
  );
}

/** A host of Proxmox stays one inside a virtual machine, but not inside a container. */
function roleOf(virtualization: Virtualization, hasProxmox: boolean): IdentityFacts['role'] {
  if (virtualization.kind === 'container') {
    return virtualization.name.startsWith('lxc') ? 'lxc-guest' : 'container';
  }
  if (hasProxmox) return 'proxmox-host';
  return virtualization.kind === 'vm' ? 'vm-guest' : 'plain';
}

/** Nothing when Proxmox VE is not installed. */
async function readProxmox(
  machine: Machine,
  signal: AbortSignal | undefined,
): Promise<{ version: string | undefined } | undefined> {
  const config = await machine.readText(PROXMOX_CONFIG);
  if (config.state === 'absent') return undefined;
  const version = config.state === 'ok' ? parseProxmoxConfig(config.value) : undefined;
  if (version !== undefined) return { version };
  const asked = await machine.runTool({
    file: '/usr/bin/pveversion',
    args: [],
    deadlineMs: PVEVERSION_DEADLINE_MS,
    ...(signal === undefined ? {} : { signal }),
  });
  return { version: asked.state === 'ended' && asked.code === 0 ? parsePveversion(asked.stdout) : undefined };
}

/** `8.2.4/faa83925c9641325`, or the same without the commit from `sub version` in case the first is gone. */
export function parseProxmoxConfig(text: string): string | undefined {
  const said =
    /sub\s+version_text\s*\{\s*return\s*'(\d[^'/]*)/.exec(text) ??
    /sub\s+version\s*\{\s*return\s*'(\d[^'/]*)/.exec(text);
  return said?.[1];
}

/** `pve-manager/8.2.4/faa83925c9641325 (running kernel: 6.8.4-2-pve)` */
const parsePveversion = (text: string): string | undefined => /^pve-manager\/(\d[^/\s]*)/m.exec(text)?.[1];

/** os-release(5): a shell assignment, quoted or not. */
export function parseOsName(text: string): string | undefined {
  const value = /^PRETTY_NAME=(.+)$/m.exec(text)?.[1]?.trim();
  if (value === undefined) return undefined;
  const quoted = /^(["'])(.*)\1$/.exec(value)?.[2] ?? value;
  const name = quoted.replaceAll(/\\(["'`$\\])/g, '$1');
  return name === '' ? undefined : name;
}

/** What uname(2) has room for, on one line. */
const MAX_NAME = 64;
const parseName = (text: string): string | undefined => {
  const name = text.trim();
  return name.includes('\n') || name.length > MAX_NAME ? undefined : name;
};
