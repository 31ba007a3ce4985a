// Proxmox VE's own view of this node: storages, guests, tasks and backups. Every call of pvesh costs
// about a second of CPU, so few of them, seldom, and one at a time.
import type { z } from 'zod';
import type { ProxmoxFacts, ProxmoxGuest, ProxmoxStorage, ProxmoxTask } from '../contracts/facts/proxmox.ts';
import { absent, failed, ok, type Reading } from '../contracts/reading.ts';
import { parseProxmoxConfig } from './identity.ts';
import type { Machine } from './machine.ts';
import { parseBody, parseRows, pveGuest, pveStorage, pveTask, pveVersion } from './pvesh.ts';
import { readFact, readLine } from './read-fact.ts';
import { toolFailed, toolMissing } from './tool-missing.ts';

const VERSION_FILE = '/usr/share/perl5/PVE/pvecfg.pm';
const DEADLINE_MS = 15_000;
const TASKS = 100;
const BACKUPS = 50;

type Previous = { readonly value: ProxmoxFacts; readonly at: number } | undefined;

export async function readProxmox(
  machine: Machine,
  previous: Previous,
  signal: AbortSignal,
): Promise<Reading<ProxmoxFacts>> {
  const node = await readNode(machine);
  const ask: Ask = async (path, options, parse) => askPvesh(machine, signal, path, options, parse);

  // Its file says the version without Perl; the API is asked where there is no such file.
  const file = await readFact(machine, VERSION_FILE, parseProxmoxConfig);
  const version =
    file.state === 'ok' ? file : await ask('/version', [], (json) => parseBody(pveVersion, json)?.version);
  if (version.state !== 'ok') return version;
  const storages = await ask(`/nodes/${node}/storage`, [], (json) => parseRows(pveStorage, json));
  if (storages.state !== 'ok') return storages;
  const guests = await askGuests(ask, node);
  if (guests.state !== 'ok') return guests;
  const log = `/nodes/${node}/tasks`;
  const newest = ['--limit', `${TASKS}`, '--source', 'all'];
  const tasks = await ask(log, newest, (json) => parseRows(pveTask, json));
  if (tasks.state !== 'ok') return tasks;

  const listed = sortTasks(tasks.value.map(toTask));
  const backups = async () => {
    const asked = ['--limit', `${BACKUPS}`, '--source', 'all', '--typefilter', 'vzdump'];
    const found = await ask(log, asked, (json) => parseRows(pveTask, json));
    return found.state === 'ok' ? sortTasks(found.value.map(toTask)) : [];
  };
  return ok(
    {
      node,
      version: version.value,
      storages: storages.value.map(toStorage),
      guests: [...guests.value],
      tasks: listed,
      ...(await findBackups(listed, previous, backups)),
    },
    'pvesh',
    machine.clock.now(),
  );
}

/** The guests of this node alone, asked now: whoever acts on one does not take what was true a minute ago. */
export async function readNodeGuests(
  machine: Machine,
  signal: AbortSignal,
): Promise<Reading<readonly ProxmoxGuest[]>> {
  const node = await readNode(machine);
  return askGuests(async (path, options, parse) => askPvesh(machine, signal, path, options, parse), node);
}

type Parse<T> = (json: string) => T | undefined;
type Ask = <T>(path: string, options: readonly string[], parse: Parse<T>) => Promise<Reading<T>>;

async function askGuests(ask: Ask, node: string): Promise<Reading<readonly ProxmoxGuest[]>> {
  const resources = ['--type', 'vm'];
  return ask('/cluster/resources', resources, (json) =>
    parseRows(pveGuest, json)
      ?.filter((guest) => (guest.node ?? node) === node)
      .map(toGuest),
  );
}

async function askPvesh<T>(
  machine: Machine,
  signal: AbortSignal,
  path: string,
  options: readonly string[],
  parse: Parse<T>,
): Promise<Reading<T>> {
  const args = ['get', path, ...options, '--output-format', 'json'];
  const result = await machine.runTool({ file: 'pvesh', args, deadlineMs: DEADLINE_MS, signal });
  const source = `pvesh get ${path}`;
  const at = machine.clock.now();
  if (result.state === 'missing') return absent('not-here', source, at, 'no Proxmox VE');
  if (result.state !== 'ended') return toolMissing(result, source, at);
  if (result.code !== 0) return toolFailed(result.stderr, source, at);
  const value = parse(result.stdout);
  return value === undefined ? failed('garbage', source, at) : ok(value, source, at);
}

async function readNode(machine: Machine): Promise<string> {
  const hostname = await readLine(machine, '/proc/sys/kernel/hostname');
  return hostname?.split('.')[0] ?? 'localhost';
}

/** Between two backups more tasks may end than the list holds: then what was known before stands. */
async function findBackups(
  listed: readonly ProxmoxTask[],
  previous: Previous,
  askBackups: () => Promise<readonly ProxmoxTask[]>,
): Promise<Pick<ProxmoxFacts, 'last_backup' | 'last_good_backup'>> {
  const isBackup = (task: ProxmoxTask) => task.type === 'vzdump';
  const isGood = (task: ProxmoxTask) => isBackup(task) && task.status === 'OK';
  const known = previous?.value;
  const good = listed.find(isGood) ?? known?.last_good_backup ?? undefined;
  const more = good === undefined && known === undefined ? await askBackups() : [];
  return {
    last_backup: listed.find(isBackup) ?? known?.last_backup ?? more.find(isBackup) ?? null,
    last_good_backup: good ?? more.find(isGood) ?? null,
  };
}

const sortTasks = (tasks: readonly ProxmoxTask[]): ProxmoxTask[] =>
  tasks.toSorted((a, b) => b.started_at - a.started_at);

const MS = 1000;

const toTask = (task: z.infer<typeof pveTask>): ProxmoxTask => ({
  upid: task.upid,
  type: task.type,
  target: task.id === undefined || task.id === '' ? null : task.id,
  user: task.user,
  started_at: task.starttime * MS,
  ended_at: task.endtime === null ? null : task.endtime * MS,
  // A task that runs has the status RUNNING in the list of active ones.
  status: task.endtime === null ? null : (task.status ?? null),
});

const toStorage = (storage: z.infer<typeof pveStorage>): ProxmoxStorage => ({
  name: storage.storage,
  type: storage.type,
  enabled: storage.enabled,
  active: storage.active,
  // A storage that is not there reports zeros: not told.
  size_bytes: storage.active ? storage.total : null,
  used_bytes: storage.active ? storage.used : null,
  available_bytes: storage.active ? storage.avail : null,
  content: (storage.content ?? '').split(',').filter((kind) => kind !== ''),
});

const toGuest = (guest: z.infer<typeof pveGuest>): ProxmoxGuest => ({
  vmid: guest.vmid,
  kind: guest.type === 'lxc' ? 'lxc' : 'qemu',
  name: guest.name ?? null,
  status: guest.status,
  cpu_share: guest.cpu,
  memory_used: guest.mem,
  memory_total: guest.maxmem,
  uptime_s: guest.uptime,
  template: guest.template,
});
