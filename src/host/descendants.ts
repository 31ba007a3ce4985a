// A process with its children and theirs, from /proc/PID/task/TID/children (proc_pid_task(5)).
import type { Machine } from './machine.ts';

/** `pid` itself is among them. A process that ends meanwhile has none. */
export async function readDescendants(machine: Machine, pid: number): Promise<ReadonlySet<number>> {
  const found = new Set<number>();
  const waiting = [pid];
  for (let one = waiting.pop(); one !== undefined; one = waiting.pop()) {
    if (found.has(one)) continue;
    found.add(one);
    const threads = await machine.listFolder(`/proc/${one}/task`);
    for (const thread of threads.state === 'ok' ? threads.value : []) {
      const children = await machine.readText(`/proc/${one}/task/${thread}/children`);
      if (children.state === 'ok') waiting.push(...(children.value.match(/\d+/g) ?? []).map(Number));
    }
  }
  return found;
}
