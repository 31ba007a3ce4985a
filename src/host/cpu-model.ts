// The processor's name and number of cores, from /proc/cpuinfo, the device tree and sysfs' topology.
import type { CpuFacts } from '../contracts/facts/cpu.ts';
import type { Machine } from './machine.ts';
import { readLine } from './read-fact.ts';

export type ProcessorModel = Pick<CpuFacts, 'model' | 'cores'>;

export async function readProcessorModel(machine: Machine, ids: readonly number[]): Promise<ProcessorModel> {
  const cpuinfo = parseCpuinfo((await readLine(machine, '/proc/cpuinfo')) ?? '');
  // arm's boards are known by their name in the device tree, their processors by a number.
  const board = cpuinfo.model === undefined ? await readLine(machine, '/proc/device-tree/model') : undefined;
  return {
    model: cpuinfo.model ?? (board === undefined ? null : board.replaceAll('\0', '')),
    cores: cpuinfo.cores ?? (await countCores(machine, ids)),
  };
}

/** What the kernels of x86, arm, riscv, s390 and power call it. */
const MODEL_KEYS = ['model name', 'Model', 'Hardware', 'uarch', 'cpu model', 'cpu'];

/** `cores` only when every processor says where it sits; in a guest lxcfs shows the guest's own alone. */
export function parseCpuinfo(text: string): { model: string | undefined; cores: number | undefined } {
  const values = new Map<string, string>();
  const cores = new Set<string>();
  let processors = 0;
  let placed = 0;
  for (const block of text.split(/\n[ \t]*\n/)) {
    const fields = new Map<string, string>();
    for (const [, key, value] of block.matchAll(/^([^:\n]+?)[ \t]*:[ \t]*(\S.*?)[ \t]*$/gm)) {
      if (key !== undefined && value !== undefined) fields.set(key, value);
    }
    for (const [key, value] of fields) if (!values.has(key)) values.set(key, value);
    if (!fields.has('processor')) continue;
    processors += 1;
    const socket = fields.get('physical id');
    const core = fields.get('core id');
    if (socket === undefined || core === undefined) continue;
    placed += 1;
    cores.add(`${socket}/${core}`);
  }
  const key = MODEL_KEYS.find((name) => values.has(name));
  const part = ARM_PARTS.get(`${values.get('CPU implementer') ?? ''}/${values.get('CPU part') ?? ''}`);
  return {
    model: (key === undefined ? undefined : values.get(key)) ?? part,
    cores: processors > 0 && placed === processors ? cores.size : undefined,
  };
}

/** Processors of one core share one list of siblings. */
async function countCores(machine: Machine, ids: readonly number[]): Promise<number | null> {
  const siblings = new Set<string>();
  for (const id of ids) {
    const list = await readLine(machine, `/sys/devices/system/cpu/cpu${id}/topology/thread_siblings_list`);
    if (list === undefined) return null;
    siblings.add(list);
  }
  return siblings.size === 0 ? null : siblings.size;
}

/** Implementer and part of arm's processors that small machines have (kernel's asm/cputype.h). */
const ARM_PARTS: ReadonlyMap<string, string> = new Map([
  ['0x41/0xd03', 'ARM Cortex-A53'],
  ['0x41/0xd04', 'ARM Cortex-A35'],
  ['0x41/0xd05', 'ARM Cortex-A55'],
  ['0x41/0xd07', 'ARM Cortex-A57'],
  ['0x41/0xd08', 'ARM Cortex-A72'],
  ['0x41/0xd09', 'ARM Cortex-A73'],
  ['0x41/0xd0a', 'ARM Cortex-A75'],
  ['0x41/0xd0b', 'ARM Cortex-A76'],
  ['0x41/0xd0c', 'ARM Neoverse-N1'],
  ['0x41/0xd40', 'ARM Neoverse-V1'],
  ['0x41/0xd49', 'ARM Neoverse-N2'],
  ['0x41/0xd4f', 'ARM Neoverse-V2'],
  ['0xc0/0xac3', 'Ampere-1'],
]);
