// Notices disks that are plugged in or pulled out, while the agent runs.
import type { Machine } from '../host/machine.ts';
import { readAttachments, type Attachments } from '../host/attachments.ts';

export type PlugChange = { readonly name: string; readonly what: 'plugged' | 'pulled' };

const EVERY_MS = 2000;

/** Gives back how to stop. A look that fails says nothing about any disk. */
export function watchPlugs(
  machine: Machine,
  withLoops: boolean,
  onChange: (changes: readonly PlugChange[]) => Promise<void>,
  onError: (error: unknown) => void,
): () => void {
  let before: Attachments | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const look = async (): Promise<void> => {
    try {
      const now = await readAttachments(machine, withLoops);
      if (now.state === 'ok') {
        const changes = before === undefined ? [] : compare(before, now.value);
        before = now.value;
        if (changes.length > 0) await onChange(changes);
      }
    } catch (error) {
      onError(error);
    }
    if (!stopped) timer = setTimeout(() => void look(), EVERY_MS);
  };
  void look();
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

/** Another attachment under the same name is a disk pulled and another one plugged in. */
export function compare(before: Attachments, now: Attachments): readonly PlugChange[] {
  const pulled = [...before].filter(([name, sequence]) => now.get(name) !== sequence);
  const plugged = [...now].filter(([name, sequence]) => before.get(name) !== sequence);
  return [
    ...pulled.map(([name]) => ({ name, what: 'pulled' }) as const),
    ...plugged.map(([name]) => ({ name, what: 'plugged' }) as const),
  ];
}
